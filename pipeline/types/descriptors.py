"""What both maps say of each zone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.errors import ContractError
from pipeline.types.arrays import FloatArray, frozen_array, unit_range
from pipeline.types.measurements import Measurement
from pipeline.types.vocabulary import Grade, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What the fused map says of one zone.

    Attributes:
        zone: The zone.
        intensity: Mean of the fused map in the zone, in [0, 1].
        share: The zone's part of the fused map inside the lungs, in [0, 1].
        agreement: How alike both methods' maps are in the zone, in [0, 1].
        memberships: Degree of membership in each grade, in [0, 1].
    """

    zone: Zone
    intensity: float
    share: float
    agreement: float
    memberships: Mapping[Grade, float]

    @property
    def grade(self) -> Grade:
        """The grade of highest membership; at a tie the stronger one."""
        return max(Grade, key=lambda grade: (self.memberships[grade], list(Grade).index(grade)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descriptors:
    """What a report is written from: the fused map read per zone, and the measurements.

    Attributes:
        fused_image: `(row, col)` float32 in [0, 1], zero outside the lungs.
        items: One descriptor for each zone that holds anything, strongest first; may be empty.
        measurements: The chest measurements that were measured and have a published
            threshold.
    """

    fused_image: FloatArray
    items: tuple[Descriptor, ...]
    measurements: tuple[Measurement, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("fused_image", self.fused_image, np.float32, (-1, -1))
        unit_range("fused_image", self.fused_image)
        if any(measurement.relation is None for measurement in self.measurements):
            raise ContractError(field="Descriptors", problem="measurements")
