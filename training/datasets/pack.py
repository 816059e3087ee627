"""A pack with an `index.csv`, as the data sets of this project are kept."""

from pathlib import Path

from training.datasets.dataset import Dataset, LabelledFilm
from training.packs import read_pack


def pack_dataset(folder: Path) -> Dataset:
    """Read a pack; each film has its one label as its class.

    Raises:
        FileNotFoundError: There is no `index.csv`.
        KeyError: The index has no `file` or `label` column.
    """
    films = tuple(
        LabelledFilm(
            path=film.path,
            labels=frozenset({film.label}),
            patient=film.patient,
            split=film.split,
        )
        for film in read_pack(folder)
    )
    classes = tuple(sorted({label for film in films for label in film.labels}))
    return Dataset(name=folder.name, classes=classes, films=films)
