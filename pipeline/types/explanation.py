"""Explainers' maps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.types.arrays import Box, FloatArray, frozen_array, unit_range
from pipeline.types.methods import Method


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """One explainer's account of one label.

    Attributes:
        method: Which explainer.
        label: The label explained.
        raw_image: `(row, col)` float32 in [0, 1], the saliency map before anything was cut away.
        map_image: `(row, col)` float32 in [0, 1], zero at the spine and outside the chest.
        removed_mass: Relevance mass of the raw map that was removed, in [0, 1].
        signed_image: `(row, col)` float32 in [-1, 1], what speaks against the label below zero,
            the largest magnitude 1 and nothing cut away; `None` of a method that has no such map.
        superpixel_weights: LIME's weights, largest first, each the change of the label's
            probability with one superpixel; empty of other methods.
        measures: The method's own quality measures by name (LIME: `r2`, the surrogate's fit).
        parameters: What the method ran with (samples, segments, seed, layer).
    """

    method: Method
    label: str
    raw_image: FloatArray
    map_image: FloatArray
    removed_mass: float
    signed_image: FloatArray | None = None
    superpixel_weights: tuple[float, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, array in (("raw_image", self.raw_image), ("map_image", self.map_image)):
            frozen_array(name, array, np.float32, self.raw_image.shape)
            unit_range(name, array)
        if self.signed_image is not None:
            frozen_array("signed_image", self.signed_image, np.float32, self.raw_image.shape)
            unit_range("signed_image", self.signed_image, lowest=-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerMap:
    """Grad-CAM of one label at one depth of the network.

    Attributes:
        layer: The layer's name.
        label: The label explained.
        signed_model: `(row, col)` float32 on the layer's own grid, in units of the logit; what
            speaks against the label is below zero, which Grad-CAM proper cuts off.
        box: The rectangle of the working grid that the layer's grid covers.
    """

    layer: str
    label: str
    signed_model: FloatArray
    box: Box

    def __post_init__(self) -> None:
        frozen_array("signed_model", self.signed_model, np.float32, (-1, -1))
