"""A dataset with an `index.csv`, as the data sets of this project are kept."""

from pathlib import Path

from training.datasets.dataset import Dataset, LabelledImage
from training.datasets.index import read_index


def index_dataset(folder: Path) -> Dataset:
    """Read a dataset; each radiograph has its one label as its class.

    Raises:
        FileNotFoundError: There is no `index.csv`.
        KeyError: The index has no `file` or `label` column.
    """
    radiographs = tuple(
        LabelledImage(
            path=radiograph.path,
            labels=frozenset({radiograph.label}),
            patient=radiograph.patient,
            split=radiograph.split,
        )
        for radiograph in read_index(folder)
    )
    classes = tuple(sorted({label for radiograph in radiographs for label in radiograph.labels}))
    return Dataset(name=folder.name, classes=classes, radiographs=radiographs)
