"""NIH ChestX-ray14: `Data_Entry_2017*.csv` and image folders."""

import csv
from collections import Counter
from pathlib import Path

from training.datasets.dataset import MISSING, UNKNOWN, Dataset, DatasetError, LabelledImage
from training.datasets.index import Split

CLASSES = (
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Effusion",
    "Emphysema",
    "Fibrosis",
    "Hernia",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pleural_Thickening",
    "Pneumonia",
    "Pneumothorax",
)
NO_FINDING = "No Finding"


def read_nih(folder: Path) -> Dataset:
    """Read the table and find its pictures in `images/`, `images_001/images/` or beside it.

    Radiographs of `test_list.txt` are in the test split; the rest is left to be split by patient.

    Args:
        folder: Where `Data_Entry_2017*.csv` lies.

    Raises:
        DatasetError: There is no such table.

    Reference:
        Wang et al. 2017, ChestX-ray8, arXiv:1705.02315.
    """
    tables = sorted(folder.glob("Data_Entry_2017*.csv"))
    if not tables:
        raise DatasetError(f"there is no Data_Entry_2017*.csv in {folder}")
    pictures = {path.name: path for path in sorted(folder.rglob("*.png"))}
    test = _names(folder / "test_list.txt")
    radiographs, skipped = [], Counter[str]()
    with tables[0].open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            name, found = row["Image Index"], set(row["Finding Labels"].split("|")) - {NO_FINDING}
            if name not in pictures:
                skipped[MISSING] += 1
            elif not found <= set(CLASSES):
                skipped[UNKNOWN] += 1
            else:
                radiographs.append(
                    LabelledImage(
                        path=pictures[name],
                        labels=frozenset(found),
                        patient=row["Patient ID"],
                        split=Split.TEST if name in test else None,
                    )
                )
    return Dataset(
        name="nih", classes=CLASSES, radiographs=tuple(radiographs), skipped=dict(skipped)
    )


def _names(file: Path) -> set[str]:
    return set(file.read_text(encoding="utf-8").split()) if file.is_file() else set()
