"""The two fused methods' maps as one inside the lungs, summarised by zone."""

from dataclasses import dataclass

import numpy as np

from pipeline.types import Anatomy, BoolArray, FloatArray, Zone
from xai.image.chest_maps import normalised


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fusion:
    """Both maps inside the lungs, and what they are together.

    Attributes:
        first_image: `(row, col)` float32 in [0, 1], its maximum inside the lungs 1 (or all zero).
        second_image: The same of the other method.
        fused_image: Their geometric mean; half of the other one where one is empty.
    """

    first_image: FloatArray
    second_image: FloatArray
    fused_image: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneReading:
    """What the fused map says of one zone.

    Attributes:
        intensity: Mean of the fused map in the zone, in [0, 1].
        share: The zone's part of the fused map's total, in [0, 1].
        agreement: Weighted Jaccard index of the two maps in the zone: the sum of their minimum
            over the sum of their maximum, in [0, 1].
    """

    intensity: float
    share: float
    agreement: float


def fuse(first_image: FloatArray, second_image: FloatArray, lungs_image: BoolArray) -> Fusion:
    """Fuse two saliency maps inside the lungs: `F = sqrt(A / max A * B / max B)`.

    Each map is divided by its own maximum inside the lungs first, since one counts logits and the
    other probability per superpixel: only the form of a map can be compared, not its height. The
    geometric mean, and not the arithmetic one, because Grad-CAM is coarse and covers what LIME
    found to change nothing: on validation radiographs the arithmetic mean names the places that
    carry the label worse (`docs/explanations.md`). Where both agree, both means are the same.

    If only one map has anything inside the lungs, it stands at half its height, for nothing
    confirms it.

    Args:
        first_image: `(row, col)` float32, not negative.
        second_image: The same of the other method.
        lungs_image: `(row, col)` bool.
    """
    inside = lungs_image.astype(np.float32)
    first, second = normalised(first_image * inside), normalised(second_image * inside)
    if first.any() and second.any():
        fused = np.sqrt(first) * np.sqrt(second)  # the product of tiny values would be 0
    else:
        fused = (first + second) * np.float32(0.5)
    return Fusion(first_image=first, second_image=second, fused_image=fused)


def read_zones(fusion: Fusion, anatomy: Anatomy) -> dict[Zone, ZoneReading]:
    """Summarise the fused map in all six zones; shares sum to 1, or are all 0 for an empty map.

    Args:
        fusion: The fused maps.
        anatomy: The zones, which tile the lungs.
    """
    total = float(fusion.fused_image.sum(dtype=np.float64))
    readings = {}
    for zone, mask in anatomy.zones_image.items():
        fused = fusion.fused_image[mask].astype(np.float64)
        first = fusion.first_image[mask].astype(np.float64)
        second = fusion.second_image[mask].astype(np.float64)
        larger = float(np.maximum(first, second).sum())
        readings[zone] = ZoneReading(
            intensity=min(1.0, float(fused.mean())) if fused.size else 0.0,
            share=min(1.0, float(fused.sum()) / total) if total else 0.0,
            agreement=float(np.minimum(first, second).sum()) / larger if larger else 0.0,
        )
    return readings
