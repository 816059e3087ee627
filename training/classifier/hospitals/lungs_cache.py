"""The lungs of a dataset's radiographs as the classifier sees them, cut out once."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.thorax_input import lungs_input
from pipeline.errors import ChestNotFoundError
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, Split, read_index

GreyImages = NDArray[np.uint8]
SIZE = 224  # of the stored pictures: larger than any input, so that they can be turned and scaled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungsSet:
    """Radiographs whose chest was found.

    Attributes:
        records: The radiographs.
        images: `(radiograph, SIZE, SIZE)` uint8, what the classifier sees, times 255; 0 outside.
    """

    records: list[ImageRecord]
    images: GreyImages


def lungs_set(
    dataset: Path, segmenter: DeepLabSegmenter, cache: Path, *, most_each: int | None = None
) -> LungsSet:
    """Cut the lungs out, or read them from the cache of an earlier run.

    Args:
        dataset: The dataset's folder.
        segmenter: The shipped segmenter.
        cache: A folder for `<dataset>-lungs-<most>.npz`.
        most_each: Radiographs of one label and split at most, the same ones each time.
    """
    records = chosen(read_index(dataset), most_each)
    file = cache / f"{dataset.name}-lungs-{most_each or 'all'}.npz"
    if not file.exists():
        images = np.zeros((len(records), SIZE, SIZE), np.uint8)
        found = np.ones(len(records), bool)
        for number, record in enumerate(records):
            radiograph = radiograph_of(record)
            try:
                anatomy = segmenter.segment(radiograph)
            except ChestNotFoundError:
                found[number] = False
                continue
            seen = lungs_input(radiograph, anatomy, SIZE)
            images[number] = np.where(seen > 0, np.maximum(np.round(seen * 255), 1), 0)
            if number % 500 == 0:
                print(f"{dataset.name}: {number} of {len(records)}", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, images=images, found=found)
    with np.load(file) as stored:
        images, found = stored["images"], stored["found"]
    return LungsSet(
        records=[record for record, there in zip(records, found, strict=True) if there],
        images=images[found],
    )


def chosen(records: list[ImageRecord], most_each: int | None) -> list[ImageRecord]:
    """The first radiographs of each label and split by a hash of where they lie."""
    if most_each is None:
        return records
    taken: Counter[tuple[str, Split]] = Counter()
    kept = []
    for record in sorted(records, key=_digest):
        taken[record.label, record.split] += 1
        if taken[record.label, record.split] <= most_each:
            kept.append(record)
    return kept


def _digest(record: ImageRecord) -> str:
    return hashlib.sha256("/".join(record.path.parts[-2:]).encode()).hexdigest()
