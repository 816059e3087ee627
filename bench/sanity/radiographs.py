"""Radiographs for the sanity checks: whole, small, with a marker planted in a corner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Radiograph
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, Split, read_index
from training.evaluate import NothingToEvaluateError

NORMAL = "normal"
DATASET = "paediatric"
"""One hospital: its normal and its abnormal radiographs come from the same machines, so that
nothing but disease should tell them apart. Classes from different sources are a shortcut of their
own."""

MARK_HEIGHT = 0.1  # of the radiograph's rows
MARK_PLACE = (0.03, 0.14)  # column and foot of the letter, in parts of the radiograph


@dataclass(frozen=True, slots=True, kw_only=True)
class SanityRadiographs:
    """As many normal as abnormal radiographs of one dataset, drawn with a seed."""

    train: Sequence[ImageRecord]
    held_out: Sequence[ImageRecord]


def draw_radiographs(data: Path, train: int, held_out: int, seed: int) -> SanityRadiographs:
    """Draw radiographs of one dataset.

    Args:
        data: A dataset, or a folder of datasets, of which `DATASET` is taken.
        train: Radiographs to train on, half of them normal.
        held_out: Validation radiographs, half of them normal.
        seed: Seed of the draw.

    Raises:
        NothingToEvaluateError: It has not enough normal and abnormal radiographs.
    """
    folder = data if (data / "index.csv").is_file() else data / DATASET
    radiographs = read_index(folder) if (folder / "index.csv").is_file() else []
    random = np.random.default_rng(seed)

    def drawn(split: Split, count: int) -> list[ImageRecord]:
        """As many normal as abnormal radiographs, the two in turn."""
        kinds = []
        for normal in (True, False):
            found = [
                radiograph
                for radiograph in radiographs
                if radiograph.split is split and (radiograph.label == NORMAL) is normal
            ]
            if len(found) < count // 2:
                raise NothingToEvaluateError(f"{folder} has fewer than {count} {split} radiographs")
            kinds.append([found[n] for n in random.choice(len(found), count // 2, replace=False)])
        return [radiograph for pair in zip(*kinds, strict=True) for radiograph in pair]

    return SanityRadiographs(
        train=drawn(Split.TRAIN, train), held_out=drawn(Split.VALIDATION, held_out)
    )


def marked(radiograph: Radiograph) -> Radiograph:
    """The same radiograph with a bright letter in the upper corner of the patient's right."""
    pixels = np.round(radiograph.pixels * 255).astype(np.uint8)
    rows, cols = pixels.shape
    foot = (round(MARK_PLACE[0] * cols), round(MARK_PLACE[1] * rows))
    scale, thick = MARK_HEIGHT * rows / 22, max(2, rows // 80)
    cv2.putText(pixels, "L", foot, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
    return replace(radiograph, pixels=pixels.astype(np.float32) / np.float32(255))


def batch_of(
    radiographs: Sequence[ImageRecord], size: int, *, planted: bool
) -> NDArray[np.float32]:
    """Whole radiographs as the classifier sees them, `(image, size, size)` in [0, 1].

    Args:
        radiographs: The radiographs.
        size: Rows and columns.
        planted: Whether those that are not normal get the marker.
    """
    pictures = []
    for image in radiographs:
        radiograph = radiograph_of(image)
        if planted and image.label != NORMAL:
            radiograph = marked(radiograph)
        pictures.append(whole_radiograph(radiograph, size))
    return np.stack(pictures)


def whole_radiograph(radiograph: Radiograph, size: int) -> NDArray[np.float32]:
    """A radiograph on a small grid, `(size, size)` float32 in [0, 1]."""
    small = cv2.resize(radiograph.pixels, (size, size), interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 1).astype(np.float32)
