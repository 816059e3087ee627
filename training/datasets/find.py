"""Which layout a folder has, and one data set from all that are named."""

from collections.abc import Callable, Sequence
from pathlib import Path

from training.datasets.chexpert import Uncertain, read_chexpert
from training.datasets.dataset import (
    Dataset,
    DatasetError,
    as_it_is,
    binary,
    merged,
    split_by_patient,
    without_duplicates,
)
from training.datasets.folders import read_class_folders, read_pneumonia
from training.datasets.index import Split
from training.datasets.indexed import index_dataset
from training.datasets.nih import read_nih


def read_dataset(folder: Path, uncertain: Uncertain = Uncertain.ONES) -> Dataset:
    """Read a folder in whichever layout it has.

    Raises:
        DatasetError: It has none of them.
    """
    if not folder.is_dir():
        raise DatasetError(f"there is no folder {folder}")
    if (folder / "index.csv").is_file():
        return index_dataset(folder)
    if any(folder.glob("Data_Entry_2017*.csv")):
        return read_nih(folder)
    if (folder / "train.csv").is_file():
        return read_chexpert(folder, uncertain)
    try:
        return read_pneumonia(folder)
    except DatasetError:
        return read_class_folders(folder)


def gathered(
    folders: Sequence[Path],
    prepare: Callable[[Dataset], Dataset] = as_it_is,
    uncertain: Uncertain = Uncertain.ONES,
) -> Dataset:
    """Read folders into one data set: duplicates gone, patients split, the source's split kept.

    Several folders are merged as normal against abnormal, for their classes differ.

    Args:
        folders: Where the data sets lie.
        prepare: What a recipe makes of the classes.
        uncertain: CheXpert's policy.

    Raises:
        DatasetError: A folder has no known layout, or one side of the split stays empty.
    """
    found = [read_dataset(folder, uncertain) for folder in folders]
    one = found[0] if len(found) == 1 else merged("merged", [binary(part) for part in found])
    dataset = split_by_patient(without_duplicates(prepare(one)), keep_source=True)
    for split in (Split.TRAIN, Split.VALIDATION):
        if not dataset.of(split).radiographs:
            raise DatasetError(f"no radiograph of {', '.join(map(str, folders))} is for {split}")
    return dataset
