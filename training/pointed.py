"""How well a map points at lesions that were drawn by hand."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import Anatomy, BoolArray, FloatArray
from training.datasets.index import ImageRecord, read_grey

COLUMN = "lesion_mask"
"""Of an index: a mask of all lesions together."""

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


def lesions_and_lungs(record: ImageRecord, anatomy: Anatomy) -> tuple[BoolArray, BoolArray] | None:
    """Lesions within the lungs, and the lungs as they were drawn, or else as they were found.

    Returns:
        Both `(row, col)` bool on the radiograph; `None` where no lesions were drawn, where none
        lies in the lungs, or where they fill them.
    """
    file = record.groups.get(COLUMN)
    if not file:
        return None
    lungs = anatomy.lungs_image
    if record.lung_mask is not None:
        lungs = _mask(record.lung_mask, lungs.shape)
    folder = next(one for one in record.path.parents if one.name == record.dataset)
    lesions = _mask(folder / file, lungs.shape) & lungs
    return (lesions, lungs) if lesions.any() and lesions.sum() < lungs.sum() else None


def _mask(file: Path, shape: tuple[int, int]) -> BoolArray:
    mask = read_grey(file)
    if mask.shape != shape:
        mask = cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return mask > 127
