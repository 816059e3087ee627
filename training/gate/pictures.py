"""The pictures that the gate is taught and tested on, small and in memory."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Zone
from training.datasets.index import ImageRecord, Split, read_grey, read_index

GreyImages = NDArray[np.uint8]
STORED = 176  # rows and columns
CHESTS = ("adult", "paediatric", "shenzhen", "nih", "hannover", "lesions")
OUTSIDE = "jsrt"
"""Never taught; where the gate is tested on a hospital that it does not know."""

LEFT_OUT = CHESTS[:5]
"""The hospital that is left out with each part of the others."""

LATERAL, NOT_CHEST, PHANTOM = "lateral", "not_chest", "phantom"
MOST_CHESTS, PHANTOMS, FOLDS = 2500, 60, 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """Pictures of one dataset.

    Attributes:
        dataset: Which.
        images: `(picture, STORED, STORED)` uint8.
        folds: `(picture,)` which of `FOLDS` parts each belongs to, all of a patient to one.
    """

    dataset: str
    images: GreyImages
    folds: NDArray[np.int64]

    def of(self, *, fold: int | None, held_out: bool) -> GreyImages:
        """Those of a part, or all others; without a part all are taught and none held out."""
        chosen = self.folds == fold if fold is not None else np.zeros(len(self.folds), bool)
        found: GreyImages = self.images[chosen if held_out else ~chosen]
        return found


def gathered(data: Path, cache: Path, names: Collection[str]) -> dict[str, Pictures]:
    """The pictures of some datasets, read once; those that are not there are left out.

    Args:
        data: The folder of the datasets.
        cache: A folder for what was read.
        names: Which; `phantom` is drawn.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in names:
        file = cache / f"{name}.npz"
        if not file.is_file():
            if name == PHANTOM:
                images, patients = _phantoms(), [str(seed) for seed in range(PHANTOMS)]
            elif (data / name / "index.csv").is_file():
                records = _evenly(_taught(read_index(data / name)))
                images = _read(records)
                patients = [record.patient for record in records]
            else:
                continue
            folds = np.array([fold_of(patient) for patient in patients], np.int64)
            np.savez(file, images=images, folds=folds)
        with np.load(file) as stored:
            found[name] = Pictures(dataset=name, images=stored["images"], folds=stored["folds"])
    return found


def fold_of(patient: str) -> int:
    """The part of a patient: the same however datasets grow."""
    return int(hashlib.sha256(f"gate/{patient}".encode()).hexdigest()[:8], 16) % FOLDS


def _taught(records: Iterable[ImageRecord]) -> list[ImageRecord]:
    """Radiographs that may be taught: all of a set without labels to learn, else the taught ones.

    The validation radiographs of the chest datasets stay aside, as for every other model.
    """
    return [
        one
        for one in records
        if one.split is not Split.VALIDATION or one.dataset in (LATERAL, NOT_CHEST, OUTSIDE)
    ]


def _evenly(records: list[ImageRecord]) -> list[ImageRecord]:
    return records[:: max(1, -(-len(records) // MOST_CHESTS))]


def _read(records: list[ImageRecord]) -> GreyImages:
    return np.stack([read_grey(record.path, STORED) for record in records])


def _phantoms() -> GreyImages:
    drawn = []
    for seed in range(PHANTOMS):
        grey = (draw_phantom(seed, Zone.RIGHT_LOWER).pixels * 255).round().astype(np.uint8)
        drawn.append(cv2.resize(grey, (STORED, STORED), interpolation=cv2.INTER_AREA))
    return np.stack(drawn).astype(np.uint8)
