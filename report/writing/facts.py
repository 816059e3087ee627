"""What a report may state: the measurements of one case, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.types import (
    Descriptor,
    Descriptors,
    Language,
    Measurement,
    MeasurementName,
    Prediction,
    Side,
    Zone,
)


class Hyperinflation(StrEnum):
    """What the measurements of over-inflated lungs say together."""

    FITS = "fits"
    NONE = "none"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report may state.

    Attributes:
        prediction: The classification.
        items: The descriptors of the marked zones, strongest first.
        language: The report's.
        measurements: What the prompt states: measured, and with a threshold.
        others: What else was measured or could not be; the prompt is silent about it.
    """

    prediction: Prediction
    items: tuple[Descriptor, ...]
    language: Language
    measurements: tuple[Measurement, ...] = ()
    others: tuple[Measurement, ...] = ()

    @classmethod
    def of(cls, prediction: Prediction, descriptors: Descriptors, language: Language) -> "Facts":
        """The facts of a case; where there is no classification, no map stands for one either."""
        return cls(
            prediction=prediction,
            items=() if prediction.is_unfamiliar else descriptors.items,
            language=language,
            measurements=descriptors.measurements,
        )

    @property
    def measures(self) -> Mapping[MeasurementName, Measurement]:
        """The measurements by name; each threshold is for one side at most."""
        return {measurement.name: measurement for measurement in self.measurements}

    @property
    def all_measurements(self) -> tuple[Measurement, ...]:
        """Every measurement, those that the prompt states first."""
        return (*self.measurements, *self.others)

    @property
    def hyperinflation(self) -> Hyperinflation | None:
        """What the measurements say of hyperinflation; `None` if none of them can.

        Measurements near their thresholds decide nothing, and measurements that contradict each
        other neither.
        """
        asked = [
            measurement
            for measurement in self.measurements
            if measurement.threshold and measurement.threshold.for_hyperinflation
        ]
        if not asked:
            return None
        clear = {
            measurement.beyond_threshold for measurement in asked if not measurement.is_borderline
        }
        if len(clear) != 1:
            return Hyperinflation.OPEN
        return Hyperinflation.FITS if clear.pop() else Hyperinflation.NONE

    @property
    def zones(self) -> Mapping[Zone, Descriptor]:
        """The descriptors by zone."""
        return {item.zone: item for item in self.items}

    @property
    def sides(self) -> frozenset[Side]:
        """The sides that hold anything."""
        return frozenset(item.zone.side for item in self.items)

    @property
    def confidence(self) -> float:
        """The classification's probability."""
        return self.prediction.probability(self.prediction.label)
