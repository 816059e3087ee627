"""The outlines on a radiograph."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.errors import ContractError
from pipeline.types.arrays import BoolArray, Box, frozen_array
from pipeline.types.vocabulary import Structure, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeMeasure:
    """The size and form of one structure.

    Attributes:
        area_share: Area as a share of the radiograph, in [0, 1].
        area_mm2: Area in mm², `None` without pixel spacing.
        height_to_width: Height over width of the bounding box, in mm where spacing is known.
        solidity: Area over the area of the convex hull, in [0, 1].
    """

    area_share: float
    area_mm2: float | None
    height_to_width: float
    solidity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anatomy:
    """The chest's anatomy on the working grid.

    Attributes:
        masks_image: For every `Structure`, a `(row, col)` bool mask; lungs do not overlap. Only a
            case that was stored before hearts were outlined has none of the heart.
        zones_image: For every `Zone`, a `(row, col)` bool mask; the three of a side tile its lung.
        thorax_image: `(row, col)` bool, the filled convex hull of both lungs, slightly widened.
        thorax_box: The rectangle around `thorax_image`.
        measures: Size and form of each structure.
        warnings: What looks implausible, as stable codes (such as `spine_broken`); empty is good.
        hidden_image: `(row, col)` bool, what of the lungs the heart's outline alone tells; `None`
            for nothing.
    """

    masks_image: Mapping[Structure, BoolArray]
    zones_image: Mapping[Zone, BoolArray]
    thorax_image: BoolArray
    thorax_box: Box
    measures: Mapping[Structure, ShapeMeasure]
    warnings: tuple[str, ...] = ()
    hidden_image: BoolArray | None = None

    def __post_init__(self) -> None:
        frozen_array("thorax_image", self.thorax_image, np.bool_, (-1, -1))
        outlined = {*self.masks_image, Structure.HEART}
        if outlined != set(Structure) or set(self.zones_image) != set(Zone):
            raise ContractError(field="masks_image", problem="incomplete")
        if self.hidden_image is not None:
            frozen_array("hidden_image", self.hidden_image, np.bool_, self.thorax_image.shape)
        for name, mask in (*self.masks_image.items(), *self.zones_image.items()):
            frozen_array(name, mask, np.bool_, self.thorax_image.shape)

    @property
    def lungs_image(self) -> BoolArray:
        """`(row, col)` bool, both lungs."""
        return self.masks_image[Structure.RIGHT_LUNG] | self.masks_image[Structure.LEFT_LUNG]

    @property
    def classified_lungs_image(self) -> BoolArray:
        """`(row, col)` bool, both lungs without `hidden_image`, as the classifier was taught."""
        lungs = self.lungs_image
        return lungs if self.hidden_image is None else lungs & ~self.hidden_image

    @property
    def chest_image(self) -> BoolArray:
        """`(row, col)` bool, the thorax without the spine: where shown maps may lie."""
        return self.thorax_image & ~self.masks_image[Structure.SPINE]
