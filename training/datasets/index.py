"""Reading a dataset: a folder of radiographs with an `index.csv`, split by patient."""

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

OWN_COLUMNS = frozenset(
    ("file", "label", "patient", "lung_mask", "heart_mask", "source_split", "source_file")
)
HEART_MASKS = "heart_masks"


class Split(StrEnum):
    """The part of a dataset that a radiograph belongs to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecord:
    """One row of an index: where the radiograph lies, its label, its patient and its masks.

    Attributes:
        groups: What else the index says of the radiograph, such as sex, age or view, by column.
    """

    dataset: str
    path: Path
    label: str
    patient: str
    split: Split
    lung_mask: Path | None
    heart_mask: Path | None = None
    groups: Mapping[str, str] = field(default_factory=dict)


def data_folder() -> Path:
    """The folder of the datasets: `EXPLAINCXR_DATA`, or `../shared/data` beside the checkout."""
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("EXPLAINCXR_DATA", default))


def split_of(patient: str, validation_percent: int = 10) -> Split:
    """The split of a patient: a hash of the key, so it never changes as datasets grow."""
    bucket = int(hashlib.sha256(patient.encode()).hexdigest()[:8], 16) % 100
    return Split.VALIDATION if bucket < validation_percent else Split.TRAIN


def read_index(folder: Path) -> list[ImageRecord]:
    """Read a dataset's index.

    `file` and `label` are required; `patient` (default: the file itself), `lung_mask`,
    `heart_mask` (default: the file of the same name in `heart_masks/`, if there is one) and
    `source_split` are used where they stand; any other column but `source_file` makes subgroups.

    Args:
        folder: The dataset's folder.

    Returns:
        The radiographs in the index's order.

    Raises:
        FileNotFoundError: There is no `index.csv`.
        KeyError: The index has no `file` or `label` column.
    """
    radiographs = []
    with (folder / "index.csv").open(newline="", encoding="utf-8") as index:
        for row in csv.DictReader(index):
            patient = row.get("patient") or row["file"]
            split = row.get("source_split")
            mask = row.get("lung_mask")
            radiographs.append(
                ImageRecord(
                    dataset=folder.name,
                    path=folder / row["file"],
                    label=row["label"],
                    patient=patient,
                    split=Split(split) if split else split_of(patient),
                    lung_mask=folder / mask if mask else None,
                    heart_mask=_heart_mask(folder, row),
                    groups={
                        name: value
                        for name, value in row.items()
                        if name and name not in OWN_COLUMNS and value
                    },
                )
            )
    return radiographs


def _heart_mask(folder: Path, row: Mapping[str, str]) -> Path | None:
    """The heart's mask of a row of the index."""
    if row.get("heart_mask"):
        return folder / row["heart_mask"]
    beside = folder / HEART_MASKS / Path(row["file"]).name
    return beside if beside.is_file() else None


def read_grey(path: Path, size: int | None = None) -> NDArray[np.uint8]:
    """Read one picture as `(row, col)` uint8, resized to `size` x `size` if given."""
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise FileNotFoundError(path)
    if size is not None and image.shape != (size, size):
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    return image.astype(np.uint8)
