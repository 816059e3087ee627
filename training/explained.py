"""Validation films with the two explanations that the app would make of them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from pipeline.errors import ChestNotFoundError
from pipeline.protocols import Classifier, Describer, Explainer, Segmenter
from pipeline.types import Anatomy, Descriptors, Explanation, Method, Prediction, Radiograph
from training.evaluate import NothingToEvaluateError
from training.packs import Film, Split, read_pack
from training.thorax_cache import radiograph_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explained:
    """One film and what was made of it; the leading label is the one explained."""

    film: Film
    radiograph: Radiograph
    anatomy: Anatomy
    prediction: Prediction
    explanations: dict[Method, Explanation]
    descriptors: Descriptors


def validation_films(data: Path, labels: Collection[str], count: int) -> list[Film]:
    """Validation films, evenly from each pack that holds one of the labels.

    The same films come first whatever the count: they are ordered by a hash of their names.

    Args:
        data: A pack, or a folder of packs.
        labels: What the classifier can say.
        count: How many at most.

    Raises:
        NothingToEvaluateError: There are none.
    """
    folders = [data] if (data / "index.csv").is_file() else sorted(data.glob("*/"))
    drawn = []
    for folder in folders:
        films = read_pack(folder) if (folder / "index.csv").is_file() else []
        if any(film.label in labels for film in films):
            held_out = [film for film in films if film.split is Split.VALIDATION]
            drawn.append(sorted(held_out, key=_digest))
    turns = chain.from_iterable(zip_longest(*drawn))
    found = [film for film in turns if film is not None][:count]
    if not found:
        raise NothingToEvaluateError(f"no validation film in {data} for {', '.join(labels)}")
    return found


def _digest(film: Film) -> str:
    return hashlib.sha256(film.path.name.encode()).hexdigest()


def explained_films(
    films: Iterable[Film],
    segmenter: Segmenter,
    classifier: Classifier,
    explainers: Mapping[Method, Explainer],
    describer: Describer,
    *,
    read: Callable[[Film], Radiograph] = radiograph_of,
) -> Iterator[Explained]:
    """Explain the leading label of each film in which a chest is found."""
    for film in films:
        radiograph = read(film)
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
        yield Explained(
            film=film,
            radiograph=radiograph,
            anatomy=anatomy,
            prediction=prediction,
            explanations=explanations,
            descriptors=describer.describe(explanations, anatomy),
        )
