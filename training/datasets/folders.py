"""Datasets that name classes by folders: a folder a class, and the paediatric pneumonia set."""

import re
from collections import Counter
from pathlib import Path

from training.datasets.dataset import UNKNOWN, Dataset, DatasetError, LabelledImage
from training.datasets.index import Split

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
SPLITS = {
    "train": Split.TRAIN,
    "val": Split.VALIDATION,
    "valid": Split.VALIDATION,
    "validation": Split.VALIDATION,
    "test": Split.TEST,
}
_SICK = re.compile(r"(person\d+)_(bacteria|virus)", re.IGNORECASE)
_WELL = re.compile(r"IM-(\d+)", re.IGNORECASE)


def read_class_folders(folder: Path) -> Dataset:
    """Read `<class>/picture`, or `<split>/<class>/picture` with splits train, val and test.

    Nothing says whose a radiograph is, so each is its own patient.

    Raises:
        DatasetError: There are no two classes with pictures.
    """
    parents: list[tuple[Path, Split | None]] = [
        (part, SPLITS[part.name.lower()]) for part in _folders(folder) if _is_split(part)
    ]
    radiographs, classes = [], set[str]()
    for parent, split in parents or [(folder, None)]:
        for group in _folders(parent):
            for path in _pictures(group):
                classes.add(group.name)
                radiographs.append(
                    LabelledImage(
                        path=path,
                        labels=frozenset({group.name}),
                        patient=path.relative_to(folder).as_posix(),
                        split=split,
                    )
                )
    if len(classes) < 2:
        raise DatasetError(f"there are no two folders of pictures in {folder}")
    return Dataset(name=folder.name, classes=tuple(sorted(classes)), radiographs=tuple(radiographs))


def read_pneumonia(folder: Path) -> Dataset:
    """Read the paediatric pneumonia set: `<split>/NORMAL` and `<split>/PNEUMONIA`.

    The patient stands in each file's name (`person23_bacteria_77.jpeg`, `IM-0115-0001.jpeg`,
    `NORMAL2-IM-0373-0001.jpeg`); a name of another form is left out. The numbers of `person` begin
    anew for bacteria and for viruses.

    Raises:
        DatasetError: There are no such folders.

    Reference:
        Kermany et al. 2018, Cell 172(5), doi:10.1016/j.cell.2018.02.010.
    """
    found = read_class_folders(folder)
    if {name.upper() for name in found.classes} != {"NORMAL", "PNEUMONIA"}:
        raise DatasetError(f"the folders in {folder} are not NORMAL and PNEUMONIA")
    radiographs, skipped = [], Counter[str]()
    for radiograph in found.radiographs:
        (label,) = radiograph.labels
        match = (_SICK if label.upper() == "PNEUMONIA" else _WELL).search(radiograph.path.name)
        if match is None:
            skipped[UNKNOWN] += 1
            continue
        radiographs.append(
            LabelledImage(
                path=radiograph.path,
                labels=frozenset({label.lower()}),
                patient="-".join(match.groups()).lower(),
                split=radiograph.split,
            )
        )
    return Dataset(
        name="pneumonia",
        classes=("normal", "pneumonia"),
        radiographs=tuple(radiographs),
        skipped=dict(skipped),
    )


def _folders(parent: Path) -> list[Path]:
    hidden = (".", "__")
    return sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith(hidden))


def _is_split(folder: Path) -> bool:
    return folder.name.lower() in SPLITS and bool(_folders(folder))


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in PICTURES and not path.name.startswith("._")  # left by macOS
    )
