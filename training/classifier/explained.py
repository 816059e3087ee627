"""Validation radiographs with the two explanations that the app would make of them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from pipeline.errors import ChestNotFoundError
from pipeline.protocols import Classifier, Describer, Explainer, Segmenter
from pipeline.types import Anatomy, Descriptors, Explanation, Method, Prediction, Radiograph
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, Split, read_index
from training.evaluate import NothingToEvaluateError
from training.pointed import COLUMN


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExplainedRadiograph:
    """One radiograph and what was made of it; the leading label is the one explained."""

    record: ImageRecord
    radiograph: Radiograph
    anatomy: Anatomy
    prediction: Prediction
    explanations: dict[Method, Explanation]
    descriptors: Descriptors


def validation_radiographs(data: Path, labels: Collection[str], count: int) -> list[ImageRecord]:
    """Validation radiographs, evenly from each dataset that holds one of the labels.

    The same radiographs come first whatever the count: they are ordered by a hash of their names.

    Args:
        data: A dataset, or a folder of datasets.
        labels: What the classifier can say.
        count: How many at most.

    Raises:
        NothingToEvaluateError: There are none.
    """
    drawn = []
    for radiographs in _datasets(data):
        if any(radiograph.label in labels for radiograph in radiographs):
            held_out = [
                radiograph for radiograph in radiographs if radiograph.split is Split.VALIDATION
            ]
            drawn.append(sorted(held_out, key=_digest))
    turns = chain.from_iterable(zip_longest(*drawn))
    found = [radiograph for radiograph in turns if radiograph is not None][:count]
    if not found:
        raise NothingToEvaluateError(f"no validation radiograph in {data} for {', '.join(labels)}")
    return found


def with_lesions(data: Path) -> list[ImageRecord]:
    """The radiographs of a dataset, or of a folder of them, on which lesions were drawn."""
    return [one for radiographs in _datasets(data) for one in radiographs if COLUMN in one.groups]


def _datasets(data: Path) -> Iterator[list[ImageRecord]]:
    folders = [data] if (data / "index.csv").is_file() else sorted(data.glob("*/"))
    return (read_index(folder) for folder in folders if (folder / "index.csv").is_file())


def _digest(radiograph: ImageRecord) -> str:
    return hashlib.sha256(radiograph.path.name.encode()).hexdigest()


def explained_radiographs(
    radiographs: Iterable[ImageRecord],
    segmenter: Segmenter,
    classifier: Classifier,
    explainers: Mapping[Method, Explainer],
    describer: Describer,
    *,
    read: Callable[[ImageRecord], Radiograph] = radiograph_of,
) -> Iterator[ExplainedRadiograph]:
    """Explain the leading label of each radiograph in which a chest is found."""
    for record in radiographs:
        radiograph = read(record)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        prediction = classifier.classify(radiograph, anatomy)
        label = prediction.leading_label
        explanations = {
            method: explainer.explain(radiograph, anatomy, label)
            for method, explainer in explainers.items()
        }
        yield ExplainedRadiograph(
            record=record,
            radiograph=radiograph,
            anatomy=anatomy,
            prediction=prediction,
            explanations=explanations,
            descriptors=describer.describe(explanations, anatomy),
        )
