"""CheXpert-small: `train.csv`, `valid.csv` and the paths in them."""

import csv
from collections import Counter
from enum import StrEnum
from pathlib import Path

from training.datasets.dataset import (
    LATERAL,
    MISSING,
    UNCERTAIN,
    UNKNOWN,
    Dataset,
    DatasetError,
    LabelledImage,
)
from training.datasets.index import Split

CLASSES = (
    "Enlarged Cardiomediastinum",
    "Cardiomegaly",
    "Lung Opacity",
    "Lung Lesion",
    "Edema",
    "Consolidation",
    "Pneumonia",
    "Atelectasis",
    "Pneumothorax",
    "Pleural Effusion",
    "Pleural Other",
    "Fracture",
    "Support Devices",
)
TABLES = {"train.csv": Split.TRAIN, "valid.csv": Split.VALIDATION}


class Uncertain(StrEnum):
    """What becomes of a label marked uncertain (-1): present, absent, or its radiograph left out.

    Reference:
        Irvin et al. 2019, CheXpert, arXiv:1901.07031 (U-Ones, U-Zeros, U-Ignore).
    """

    ONES = "ones"
    ZEROS = "zeros"
    IGNORE = "ignore"


def read_chexpert(folder: Path, uncertain: Uncertain = Uncertain.ONES) -> Dataset:
    """Read both tables; lateral radiographs are left out.

    Args:
        folder: Where `train.csv` and `valid.csv` lie; the paths in them may begin with its name.
        uncertain: The policy for uncertain labels.

    Raises:
        DatasetError: Neither table is there.
    """
    tables = [folder / name for name in TABLES if (folder / name).is_file()]
    if not tables:
        raise DatasetError(f"there is neither train.csv nor valid.csv in {folder}")
    radiographs, skipped = [], Counter[str]()
    for file in tables:
        with file.open(newline="", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                radiograph = _radiograph(row, folder, TABLES[file.name], uncertain)
                if isinstance(radiograph, LabelledImage):
                    radiographs.append(radiograph)
                else:
                    skipped[radiograph] += 1
    return Dataset(
        name="chexpert", classes=CLASSES, radiographs=tuple(radiographs), skipped=dict(skipped)
    )


def _radiograph(
    row: dict[str, str], folder: Path, split: Split, uncertain: Uncertain
) -> LabelledImage | str:
    """The radiograph of a row, or why it is left out."""
    if row.get("Frontal/Lateral") == "Lateral":
        return LATERAL
    parts = Path(row["Path"]).parts
    patient = next((part for part in parts if part.startswith("patient")), row["Path"])
    split_folder = next((n for n, part in enumerate(parts) if part in ("train", "valid")), 0)
    path = folder.joinpath(*parts[split_folder:])
    if not path.is_file():
        return MISSING
    present = set()
    for name in CLASSES:
        match row.get(name) or "0":
            case "1" | "1.0":
                present.add(name)
            case "0" | "0.0":
                pass
            case "-1" | "-1.0":
                if uncertain is Uncertain.IGNORE:
                    return UNCERTAIN
                if uncertain is Uncertain.ONES:
                    present.add(name)
            case _:
                return UNKNOWN
    return LabelledImage(path=path, labels=frozenset(present), patient=patient, split=split)
