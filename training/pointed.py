"""How well a map points at lesions that were drawn by hand."""

from dataclasses import dataclass

import numpy as np

from pipeline.types import BoolArray, FloatArray

LEVELS = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """What one map of one radiograph gives.

    Attributes:
        mass_over_area: The mass in the lesions over the mass in the lungs, divided by the lesions'
            share of the lungs; 1 is chance, and what a map without anything in the lungs is given.
        hit: The share of the map's highest places that lie in a lesion (1 or 0 for a single peak,
            a share where several are equally high).
        iou: The best intersection over union of any level of the map with the lesions.
    """

    mass_over_area: float
    hit: float
    iou: float


def pointed(map_image: FloatArray, lesions: BoolArray, lungs: BoolArray) -> Pointed:
    """Compare a map with lesions inside the lungs.

    Args:
        map_image: `(row, col)` float, not negative.
        lesions: `(row, col)` bool, within the lungs.
        lungs: `(row, col)` bool.
    """
    inside = map_image[lungs].astype(np.float64)
    truth = lesions[lungs]
    area = float(truth.mean())
    total, peak = float(inside.sum()), float(inside.max(initial=0))
    if total <= 0:
        return Pointed(mass_over_area=1.0, hit=area, iou=area)
    best = 0.0
    for level in (0.0, *LEVELS * peak):
        above = inside >= level
        best = max(best, float((above & truth).sum() / (above | truth).sum()))
    return Pointed(
        mass_over_area=float(inside[truth].sum()) / total / area,
        hit=float(truth[inside >= peak * (1 - 1e-6)].mean()),
        iou=best,
    )
