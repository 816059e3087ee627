"""How robust the outlines are: radiographs cropped, collimated, pale, inverted, turned."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ChestNotFoundError
from pipeline.types import BoolArray, FloatArray, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.anatomy.training import dice
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord
from training.evaluate import estimate

Change = Callable[[NDArray[Any]], NDArray[Any]]
CROPPED, COLLIMATED = 0.08, 0.06  # share of the height and the width lost on each side


def _cropped(planes: NDArray[Any]) -> NDArray[Any]:
    rows, cols = (round(CROPPED * length) for length in planes.shape)
    cut = planes[rows : planes.shape[0] - rows, cols : planes.shape[1] - cols]
    return cv2.resize(cut, planes.shape[::-1], interpolation=cv2.INTER_AREA)


def _collimated(pixels: FloatArray) -> FloatArray:
    rows, cols = (round(COLLIMATED * length) for length in pixels.shape)
    framed = np.zeros_like(pixels)
    framed[rows:-rows, cols:-cols] = pixels[rows:-rows, cols:-cols]
    return framed


def _same(mask: NDArray[Any]) -> NDArray[Any]:
    return mask


STILL_FOUND: Mapping[str, tuple[Change, Change]] = {
    "cropped": (_cropped, _cropped),
    "collimated": (_collimated, _same),
    "low_contrast": (lambda pixels: 0.35 + 0.3 * pixels, _same),
    "inverted": (lambda pixels: 1 - pixels, _same),
}
"""What is done to the pixels, and with it to the mask; the lungs should be outlined as before."""

REFUSED: Mapping[str, Change] = {
    "on_its_side": np.rot90,
    "upside_down": lambda pixels: np.rot90(pixels, 2),
}
"""What should be refused: nothing on such a radiograph is where it is said to be."""


def robustness(
    radiographs: list[ImageRecord],
    segmenter: DeepLabSegmenter,
    truths: list[BoolArray],
    lungs_of: Callable[[Radiograph], BoolArray],
) -> dict[str, Any]:
    """Dice of the lungs on changed radiographs, and the share of turned ones refused.

    Args:
        radiographs: With lung masks.
        segmenter: Refuses what is no upright chest.
        truths: `(row, col)` bool, the lungs of each radiograph.
        lungs_of: Outlines the lungs as the masks understand them.

    Returns:
        For each of `STILL_FOUND` the mean Dice, for each of `REFUSED` the share refused, as
        figures.
    """
    dices: dict[str, list[float]] = {name: [] for name in STILL_FOUND}
    refused: dict[str, list[float]] = {name: [] for name in REFUSED}
    for image, truth in zip(radiographs, truths, strict=True):
        radiograph = radiograph_of(image)
        for name, (change, with_mask) in STILL_FOUND.items():
            lungs = lungs_of(_changed(radiograph, change))
            expected = with_mask(truth.astype(np.uint8)) > 0
            dices[name].append(dice(lungs, expected))
        for name, change in REFUSED.items():
            try:
                segmenter.segment(_changed(radiograph, change))
            except ChestNotFoundError:
                refused[name].append(1.0)
            else:
                refused[name].append(0.0)
    patients = [image.patient for image in radiographs]
    return {
        name: estimate(partial(_mean_of, np.array(values)), patients)
        for name, values in (dices | refused).items()
    }


def _mean_of(values: NDArray[np.float64], cases: NDArray[np.int64]) -> float:
    return float(values[cases].mean())


def _changed(radiograph: Radiograph, change: Change) -> Radiograph:
    pixels = np.ascontiguousarray(change(radiograph.pixels), np.float32)
    return replace(radiograph, pixels=np.clip(pixels, 0, 1))
