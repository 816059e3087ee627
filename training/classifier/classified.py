"""What the classifier makes of radiographs, through the very path the app runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.types import Anatomy, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.thorax_cache import radiograph_of
from training.datasets.dataset import ABNORMAL, NORMAL
from training.datasets.index import ImageRecord
from training.evaluate import NothingToEvaluateError
from xai.image.chest_maps import share_within
from xai.image.grad_cam import GradCam


class Part(StrEnum):
    """What is blanked on a radiograph, to see what the classifier needs."""

    LUNGS = "lungs"
    OUTSIDE = "outside"


def blanked(radiograph: Radiograph, anatomy: Anatomy, part: Part) -> Radiograph:
    """A radiograph without its lungs, or without all but the thorax.

    The lungs take the mean grey of the rest of the thorax; what is outside becomes black.
    """
    pixels = radiograph.pixels.copy()
    if part is Part.LUNGS:
        around = anatomy.thorax_image & ~anatomy.lungs_image
        pixels[anatomy.lungs_image] = pixels[around].mean() if around.any() else 0
    else:
        pixels[~anatomy.thorax_image] = 0
    return replace(radiograph, pixels=pixels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classified:
    """Radiographs and what the classifier made of them.

    Attributes:
        radiographs: The radiographs whose chest was found.
        logits: `(radiograph, label)` float32, uncalibrated.
        blanked_logits: The same with a part of each radiograph blanked, see `blanked`.
        thorax_shares: `(radiograph,)` share of the raw Grad-CAM of the leading label that lies
            inside the thorax, in [0, 1].
        tones: `(radiograph,)` mean grey of the thorax before it is evened, in [0, 1].
        refused: The radiographs without a chest to be found.
    """

    radiographs: list[ImageRecord]
    logits: NDArray[np.float32]
    blanked_logits: Mapping[Part, NDArray[np.float32]]
    thorax_shares: NDArray[np.float64]
    tones: NDArray[np.float64]
    refused: list[ImageRecord]

    def of_dataset(self, dataset: str) -> "Classified":
        """The radiographs of one dataset."""
        kept = [
            number
            for number, radiograph in enumerate(self.radiographs)
            if radiograph.dataset == dataset
        ]
        chosen = self.chosen(np.array(kept, np.int64))
        return replace(
            chosen,
            refused=[radiograph for radiograph in self.refused if radiograph.dataset == dataset],
        )

    def chosen(self, cases: NDArray[np.int64]) -> "Classified":
        """Some of the radiographs, by number, and none refused."""
        return Classified(
            radiographs=[self.radiographs[number] for number in cases],
            logits=self.logits[cases],
            blanked_logits={part: logits[cases] for part, logits in self.blanked_logits.items()},
            thorax_shares=self.thorax_shares[cases],
            tones=self.tones[cases],
            refused=[],
        )


def classify_radiographs(
    radiographs: list[ImageRecord], segmenter: DeepLabSegmenter, classifier: FolderClassifier
) -> Classified:
    """Segment, crop and classify radiographs whose label the classifier knows.

    To a classifier of two classes, normal and abnormal, any label but normal is abnormal.

    Raises:
        NothingToEvaluateError: No radiograph has such a label and a chest to be found.
    """
    seen, refused = Seen(classifier), []
    for record in radiographs:
        if not seen.knows(record):
            continue
        radiograph = radiograph_of(record)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            refused.append(record)
            continue
        seen.add(record, radiograph, anatomy)
    return seen.classified(refused)


class Seen:
    """Takes in radiographs whose label the classifier knows, one by one."""

    def __init__(self, classifier: FolderClassifier) -> None:
        """Begin with none."""
        self._classifier, self._grad_cam = classifier, GradCam(classifier)
        self._named = _binarised(classifier.labels)
        self._kept: list[ImageRecord] = []
        self._logits: list[NDArray[np.float32]] = []
        self._shares: list[float] = []
        self._tones: list[float] = []

    def __len__(self) -> int:
        """How many were taken in."""
        return len(self._kept)

    def knows(self, record: ImageRecord) -> bool:
        """Whether a radiograph's label is one of the classifier's."""
        return self._named(record).label in self._classifier.labels

    def add(self, record: ImageRecord, radiograph: Radiograph, anatomy: Anatomy) -> None:
        """Classify a radiograph as it is and with parts blanked, and explain it."""
        classifier = self._classifier
        shown = [radiograph, *(blanked(radiograph, anatomy, part) for part in Part)]
        logits = classifier.logits(
            np.stack([classifier.input_model(one, anatomy) for one in shown])
        )
        likeliest = classifier.labels[int(logits[0].argmax())]
        raw_image = self._grad_cam.explain(radiograph, anatomy, likeliest).raw_image
        self._kept.append(self._named(record))
        self._logits.append(logits)
        self._shares.append(share_within(raw_image, anatomy.thorax_image))
        self._tones.append(float(radiograph.pixels[anatomy.thorax_image].mean()))

    def classified(self, refused: list[ImageRecord]) -> Classified:
        """All of them.

        Raises:
            NothingToEvaluateError: There are none.
        """
        if not self._kept:
            known = ", ".join(self._classifier.labels)
            raise NothingToEvaluateError(
                f"no radiograph with a chest has one of the labels {known}"
            )
        found = np.stack(self._logits)
        return Classified(
            radiographs=self._kept,
            logits=found[:, 0],
            blanked_logits={part: found[:, number] for number, part in enumerate(Part, 1)},
            thorax_shares=np.array(self._shares),
            tones=np.array(self._tones),
            refused=refused,
        )


def _binarised(labels: tuple[str, ...]) -> Callable[[ImageRecord], ImageRecord]:
    """To a classifier of normal and abnormal, radiographs with one of the two as their label."""
    if set(labels) != {NORMAL, ABNORMAL}:
        return lambda radiograph: radiograph
    return lambda radiograph: (
        radiograph if radiograph.label == NORMAL else replace(radiograph, label=ABNORMAL)
    )
