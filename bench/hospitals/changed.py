"""Radiographs with one part of the chest taken away or exchanged, to see what a classifier needs.

None of these is an augmentation of the training: a classifier that was taught to ignore a change
passes the test of it and may still look where it should not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.types import Anatomy, BoolArray, FloatArray, Radiograph, Structure

BLUR = 0.1
"""Standard deviation of the blur, in parts of the thorax' width."""

HEART_FROM, HEART_REACH = 0.35, 0.4
"""From which share of a lung's height the heart covers it, and how much of its width at most."""

LUNGS = (Structure.RIGHT_LUNG, Structure.LEFT_LUNG)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chest:
    """A radiograph with its outlines.

    Attributes:
        radiograph: The radiograph.
        anatomy: Its anatomy.
        heart_image: `(row, col)` bool, what the heart covers of the lungs, see `covered`.
    """

    radiograph: Radiograph
    anatomy: Anatomy
    heart_image: BoolArray

    def with_pixels(self, pixels: FloatArray) -> Radiograph:
        """The same radiograph with other pixels, cut to [0, 1]."""
        return replace(self.radiograph, pixels=np.clip(pixels, 0, 1).astype(np.float32))


def mediastinum_blanked(chest: Chest, donor: Chest, random: np.random.Generator) -> Radiograph:
    """Heart and mediastinum, and all else of the thorax that is no lung, in their mean grey."""
    return chest.with_pixels(_flat(chest.radiograph.pixels, no_lung(chest)))


def no_lung(chest: Chest) -> BoolArray:
    """`(row, col)` bool, the thorax outside the lungs, and what the heart covers of them."""
    return (chest.anatomy.thorax_image & ~chest.anatomy.lungs_image) | chest.heart_image


def covered(lung: BoolArray, field: BoolArray, *, medial_is_right: bool) -> BoolArray:
    """What the heart covers of a lung: unaerated, in the medial part of its lower rows.

    Where a lung is opaque elsewhere that is disease, and is none of it.

    Args:
        lung: `(row, col)` bool, the lung with what lies behind the heart.
        field: `(row, col)` bool, its aerated field.
        medial_is_right: Whether the lung's medial border is on the picture's right.
    """
    found = np.zeros_like(lung)
    rows = np.flatnonzero(lung.any(axis=1))
    for row in rows[int(len(rows) * HEART_FROM) :]:
        cols = np.flatnonzero(lung[row])
        width = max(1, round(len(cols) * HEART_REACH))
        medial = cols[-width:] if medial_is_right else cols[:width]
        found[row, medial] = ~field[row, medial]
    return found


def lungs_blanked(chest: Chest, donor: Chest, random: np.random.Generator) -> Radiograph:
    """The lungs in the mean grey of the rest of the thorax."""
    pixels, lungs = chest.radiograph.pixels.copy(), chest.anatomy.lungs_image
    around = chest.anatomy.thorax_image & ~lungs
    pixels[lungs] = pixels[around].mean() if around.any() else 0
    return chest.with_pixels(pixels)


def lungs_shuffled(chest: Chest, donor: Chest, random: np.random.Generator) -> Radiograph:
    """The lungs' pixels in random order: their tones are kept, all that they draw is lost."""
    pixels, lungs = chest.radiograph.pixels.copy(), chest.anatomy.lungs_image
    pixels[lungs] = random.permutation(pixels[lungs])
    return chest.with_pixels(pixels)


def lungs_blurred(chest: Chest, donor: Chest, random: np.random.Generator) -> Radiograph:
    """The lungs blurred by `BLUR`, with nothing from outside them mixed in."""
    pixels, lungs = chest.radiograph.pixels.copy(), chest.anatomy.lungs_image
    box = chest.anatomy.thorax_box
    sigma = BLUR * (box.right - box.left)
    inside = lungs.astype(np.float32)
    weight = np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 1e-6)
    blurred = cv2.GaussianBlur(pixels * inside, (0, 0), sigma) / weight
    pixels[lungs] = blurred[lungs]
    return chest.with_pixels(pixels)


def lungs_exchanged(chest: Chest, donor: Chest, random: np.random.Generator) -> Radiograph:
    """The lungs of a donor inside this patient's outlines; all else stays.

    Each row of a lung takes the donor's row at the same share of the height, spread from border to
    border. The tones are fitted by the percentiles that the classifier's input is evened by.
    """
    pixels = chest.radiograph.pixels.copy()
    low, high = _tones(chest)
    donor_low, donor_high = _tones(donor)
    toned = (donor.radiograph.pixels - donor_low) / (donor_high - donor_low) * (high - low) + low
    for side in LUNGS:
        own, other = chest.anatomy.masks_image[side], donor.anatomy.masks_image[side]
        pixels[own] = fitted(toned.astype(np.float32), other, own)[own]
    return chest.with_pixels(pixels)


def fitted(image: FloatArray, source: BoolArray, target: BoolArray) -> FloatArray:
    """An image warped so that one outline comes to lie on another, row by row.

    Args:
        image: `(row, col)` float32.
        source: The outline on `image`, the same shape.
        target: `(row, col)` bool, where it is to lie; of any shape.

    Returns:
        `(row, col)` float32 of the target's shape; meaningful inside `target` only.
    """
    rows_source, rows_target = (
        np.flatnonzero(source.any(axis=1)),
        np.flatnonzero(target.any(axis=1)),
    )
    map_row = np.zeros(target.shape, np.float32)
    map_col = np.zeros(target.shape, np.float32)
    if not (rows_source.size and rows_target.size):
        return map_row
    share = np.linspace(0, 1, rows_target.size)
    at = np.round(np.interp(share, np.linspace(0, 1, rows_source.size), rows_source)).astype(int)
    for row, from_row in zip(rows_target, at, strict=True):
        nearest = (
            from_row
            if source[from_row].any()
            else rows_source[abs(rows_source - from_row).argmin()]
        )
        cols, cols_source = np.flatnonzero(target[row]), np.flatnonzero(source[nearest])
        place = (cols - cols[0]) / max(1, cols[-1] - cols[0])
        map_row[row, cols] = nearest
        map_col[row, cols] = cols_source[0] + place * (cols_source[-1] - cols_source[0])
    warped: FloatArray = cv2.remap(image, map_col, map_row, cv2.INTER_LINEAR).astype(np.float32)
    return warped


CHANGES: Mapping[str, Callable[[Chest, Chest, np.random.Generator], Radiograph]] = {
    "mediastinum_blanked": mediastinum_blanked,
    "lungs_exchanged": lungs_exchanged,
    "lungs_blurred": lungs_blurred,
    "lungs_shuffled": lungs_shuffled,
    "lungs_blanked": lungs_blanked,
}
"""By name; each takes the chest, a normal patient's chest, and a random generator."""


def _flat(pixels: FloatArray, part: BoolArray) -> FloatArray:
    flat = pixels.copy()
    if part.any():
        flat[part] = flat[part].mean()
    return flat


def _tones(chest: Chest) -> tuple[float, float]:
    low, high = np.percentile(chest.radiograph.pixels[chest.anatomy.thorax_image], (1, 99))
    return float(low), max(float(high), float(low) + 1e-3)
