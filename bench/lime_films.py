"""The films that LIME is measured on: of a pack, or drawn where there is none."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.phantom import draw_phantom
from pipeline.settings import Settings
from pipeline.types import Anatomy, BoolArray, FloatArray, ImageFormat, Radiograph, Zone
from segmentation.segmenter import DeepLabSegmenter
from training.evaluate import NothingToEvaluateError
from training.explained import validation_films
from training.thorax_cache import radiograph_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimeFilm:
    """One film as the network sees it.

    Attributes:
        radiograph: The film.
        anatomy: Its anatomy.
        label: The leading label, which is explained.
        image_model: `(size, size)` float32 in [0, 1].
        seen_model: `(size, size)` bool, where the network sees the film.
    """

    radiograph: Radiograph
    anatomy: Anatomy
    label: str
    image_model: FloatArray
    seen_model: BoolArray

    @property
    def hidden(self) -> float:
        """The tone of a hidden superpixel, in [0, 1]."""
        return float(self.image_model[self.seen_model].mean())


def films_of(
    network: FolderClassifier, settings: Settings, data: Path, count: int
) -> tuple[list[LimeFilm], str]:
    """Validation films of packs, or phantoms, and where they came from in words.

    Args:
        network: The classifier.
        settings: Where the anatomy model lies.
        data: A pack, or a folder of packs; phantoms where it holds none.
        count: How many films at most.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    try:
        films = validation_films(data, network.labels, 2 * count)  # some show no chest
    except NothingToEvaluateError:
        drawn = _seen(network, segmenter, _phantoms(count))
        return list(drawn), f"drawn phantoms, for {data} holds no pack that the classifier knows"
    found = list(_seen(network, segmenter, map(radiograph_of, films)))
    return found[:count], f"validation films of {data.name}"


def _phantoms(count: int) -> Iterator[Radiograph]:
    zones = list(Zone)
    for seed in range(count):
        pixels = draw_phantom(seed, zones[seed % len(zones)]).pixels
        yield Radiograph(
            pixels=pixels, sha256="", format=ImageFormat.PNG, source_shape=pixels.shape
        )


def _seen(
    network: FolderClassifier, segmenter: DeepLabSegmenter, radiographs: Iterator[Radiograph]
) -> Iterator[LimeFilm]:
    for radiograph in radiographs:
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        yield LimeFilm(
            radiograph=radiograph,
            anatomy=anatomy,
            label=network.classify(radiograph, anatomy).leading_label,
            image_model=network.input_model(radiograph, anatomy),
            seen_model=network.seen_model(anatomy) > 0.5,
        )
