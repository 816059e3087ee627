"""A data set as every recipe sees it, whatever layout it was given out in."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.datasets.index import Split, split_of

MISSING, DUPLICATE, UNKNOWN, UNCERTAIN, LATERAL = (
    "file missing",
    "duplicate of another",
    "unknown label",
    "uncertain label",
    "lateral projection",
)
NORMAL, ABNORMAL = "normal", "abnormal"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImage:
    """One radiograph of a data set.

    Attributes:
        path: Its file.
        labels: What is present on it; empty for nothing.
        patient: Whose it is, so that no patient stands on both sides of a split.
        split: Where the source put it, if it did.
    """

    path: Path
    labels: frozenset[str]
    patient: str
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Radiographs with their labels.

    Attributes:
        name: What it is called in tables.
        classes: Every label that a radiograph may have, in the order of a model's outputs.
        radiographs: The radiographs, in the source's order.
        skipped: How many rows or files were left out, by reason.
    """

    name: str
    classes: tuple[str, ...]
    radiographs: tuple[LabelledImage, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)

    def of(self, split: Split) -> "Dataset":
        """The radiographs of one split."""
        return replace(
            self,
            radiographs=tuple(
                radiograph for radiograph in self.radiographs if radiograph.split is split
            ),
        )

    def distribution(self) -> dict[str, int]:
        """How many radiographs have each class; `(none)` for those without any."""
        counts = Counter(label for radiograph in self.radiographs for label in radiograph.labels)
        bare = sum(not radiograph.labels for radiograph in self.radiographs)
        return {name: counts[name] for name in self.classes} | ({"(none)": bare} if bare else {})


class DatasetError(Exception):
    """A folder does not hold the data set that was looked for in it."""


def without_duplicates(dataset: Dataset) -> Dataset:
    """Keep the first of radiographs with the same bytes."""
    seen: set[str] = set()
    kept = []
    for radiograph in dataset.radiographs:
        digest = hashlib.sha256(radiograph.path.read_bytes()).hexdigest()
        if digest not in seen:
            seen.add(digest)
            kept.append(radiograph)
    return replace(
        dataset,
        radiographs=tuple(kept),
        skipped=added(dataset.skipped, {DUPLICATE: len(dataset.radiographs) - len(kept)}),
    )


def merged(name: str, datasets: Sequence[Dataset]) -> Dataset:
    """Put data sets with the same classes together; patients of different ones stay different.

    Raises:
        DatasetError: The classes differ.
    """
    if len({dataset.classes for dataset in datasets}) != 1:
        raise DatasetError("only data sets with the same classes can be merged")
    radiographs = tuple(
        replace(radiograph, patient=f"{dataset.name}/{radiograph.patient}")
        for dataset in datasets
        for radiograph in dataset.radiographs
    )
    skipped: Mapping[str, int] = {}
    for dataset in datasets:
        skipped = added(skipped, dataset.skipped)
    return Dataset(name=name, classes=datasets[0].classes, radiographs=radiographs, skipped=skipped)


def split_by_patient(
    dataset: Dataset, validation_percent: int = 10, *, keep_source: bool = False
) -> Dataset:
    """Give every radiograph a split by its patient, or keep the source's where it gave one.

    Args:
        dataset: The radiographs.
        validation_percent: Share of the patients that are held out, in percent.
        keep_source: Whether the source's own split stands.
    """
    radiographs = (
        radiograph
        if keep_source and radiograph.split is not None
        else replace(radiograph, split=split_of(radiograph.patient, validation_percent))
        for radiograph in dataset.radiographs
    )
    return replace(dataset, radiographs=tuple(radiographs))


def as_it_is(dataset: Dataset) -> Dataset:
    """The same data set, for a recipe that takes any classes."""
    return dataset


def binary(dataset: Dataset, normal: str = NORMAL, abnormal: str = ABNORMAL) -> Dataset:
    """The same radiographs with two classes: one for no label at all, one for any."""
    radiographs = (
        replace(
            radiograph, labels=frozenset({abnormal if radiograph.labels - {normal} else normal})
        )
        for radiograph in dataset.radiographs
    )
    return replace(dataset, classes=(normal, abnormal), radiographs=tuple(radiographs))


def added(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Counts of the same reason summed; reasons that never occurred left out."""
    return dict(+(Counter(first) + Counter(second)))
