"""The radiographs that LIME is measured on: of a dataset, or drawn where there is none."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import Settings
from pipeline.types import Anatomy, BoolArray, FloatArray, ImageFormat, Radiograph, Zone
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.explained import validation_radiographs
from training.classifier.thorax_cache import radiograph_of
from training.evaluate import NothingToEvaluateError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimeRadiograph:
    """One radiograph as the network sees it.

    Attributes:
        radiograph: The radiograph.
        anatomy: Its anatomy.
        label: The leading label, which is explained.
        image_model: `(size, size)` float32 in [0, 1].
        roi_mask: `(size, size)` bool, where the network sees the radiograph.
    """

    radiograph: Radiograph
    anatomy: Anatomy
    label: str
    image_model: FloatArray
    roi_mask: BoolArray

    @property
    def baseline_value(self) -> float:
        """The tone of a hidden superpixel, in [0, 1]."""
        return float(self.image_model[self.roi_mask].mean())


def radiographs_of(
    network: FolderClassifier, settings: Settings, data: Path, count: int
) -> tuple[list[LimeRadiograph], str]:
    """Validation radiographs of datasets, or phantoms, and where they came from in words.

    Args:
        network: The classifier.
        settings: Where the anatomy model lies.
        data: A dataset, or a folder of datasets; phantoms where it holds none.
        count: How many radiographs at most.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    try:
        radiographs = validation_radiographs(data, network.labels, 2 * count)  # some show no chest
    except NothingToEvaluateError:
        drawn = _seen(network, segmenter, _phantoms(count))
        return list(drawn), f"drawn phantoms, for {data} holds no dataset that the classifier knows"
    found = list(_seen(network, segmenter, map(radiograph_of, radiographs)))
    return found[:count], f"validation radiographs of {data.name}"


def _phantoms(count: int) -> Iterator[Radiograph]:
    zones = list(Zone)
    for seed in range(count):
        pixels = draw_phantom(seed, zones[seed % len(zones)]).pixels
        yield Radiograph(
            pixels=pixels, sha256="", format=ImageFormat.PNG, source_shape=pixels.shape
        )


def _seen(
    network: FolderClassifier, segmenter: DeepLabSegmenter, radiographs: Iterator[Radiograph]
) -> Iterator[LimeRadiograph]:
    for radiograph in radiographs:
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        yield LimeRadiograph(
            radiograph=radiograph,
            anatomy=anatomy,
            label=network.classify(radiograph, anatomy).leading_label,
            image_model=network.input_model(radiograph, anatomy),
            roi_mask=network.roi_mask(anatomy) > 0.5,
        )
