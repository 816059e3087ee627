"""Evaluation of a shipped model on a pack, through the very path the app runs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classifier import EfficientNetClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.manifest import Manifest
from pipeline.types import Anatomy, Structure
from segmentation.geometry import two_lungs
from segmentation.network import OUTPUTS
from segmentation.segmenter import DeepLabSegmenter
from training.anatomy import dice
from training.calibrate import softmax
from training.metrics import (
    auc,
    bootstrap,
    expected_calibration_error,
    macro_f1,
)
from training.packs import Film, read_grey
from training.thorax_cache import radiograph_of


class NothingToEvaluateError(Exception):
    """A pack holds nothing that the model could be measured on."""


def evaluate_anatomy(films: list[Film], segmenter: DeepLabSegmenter) -> dict[str, Any]:
    """Dice and IoU of both lungs together, and how often spine and abdomen are implausible.

    Packs leave the heart out of the lung or in it; the output that fits the pack's masks better
    on average is reported, and named.

    Raises:
        NothingToEvaluateError: No film has a lung mask.
    """
    masked = [film for film in films if film.lung_mask is not None]
    if not masked:
        raise NothingToEvaluateError("no film has a lung mask")
    scores: dict[str, list[float]] = {"field": [], "lung": []}
    implausible = refused = 0
    for film in masked:
        radiograph = radiograph_of(film)
        truth = read_grey(film.lung_mask or film.path, radiograph.shape[0]) > 127
        found = segmenter.probabilities_image(radiograph) > 0.5
        for kind, values in scores.items():
            right, left = (found[OUTPUTS.index(f"{side}_{kind}")] for side in ("right", "left"))
            try:
                lungs = np.logical_or(*two_lungs(right, left))
            except ChestNotFoundError:
                lungs = right | left
            values.append(dice(lungs, truth))
        try:
            implausible += not plausible(segmenter.segment(radiograph))
        except ChestNotFoundError:
            refused += 1
    kind = max(scores, key=lambda name: float(np.mean(scores[name])))
    dices = np.array(scores[kind])
    patients = [film.patient for film in masked]
    worst = np.argsort(dices)[:5]
    return {
        "n": len(masked),
        "output": kind,
        "dice": {
            "mean": _figure(lambda cases: float(dices[cases].mean()), patients),
            "share_above_0_90": _figure(lambda cases: float((dices[cases] > 0.9).mean()), patients),
        },
        "iou": _figure(lambda cases: float((dices / (2 - dices))[cases].mean()), patients),
        "refused": refused,
        "implausible_share": implausible / max(1, len(masked)),
        "worst_dice": [round(float(dices[case]), 4) for case in worst],
    }


def plausible(anatomy: Anatomy) -> bool:
    """Spine in one piece between the lungs, abdomen not above the lungs' middle."""
    if {"spine_missing", "spine_broken", "abdomen_missing"} & set(anatomy.warnings):
        return False
    middle_row = np.nonzero(anatomy.lungs_image)[0].mean()
    centre = {name: np.nonzero(mask)[1].mean() for name, mask in anatomy.masks_image.items()}
    between = centre[Structure.RIGHT_LUNG] < centre[Structure.SPINE] < centre[Structure.LEFT_LUNG]
    return bool(
        between and np.nonzero(anatomy.masks_image[Structure.ABDOMEN])[0].mean() > middle_row
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classified:
    """Films and what the classifier made of them.

    Attributes:
        films: The films whose chest was found.
        logits: `(film, label)` float32, uncalibrated.
        refused: The films without a chest to be found.
    """

    films: list[Film]
    logits: NDArray[np.float32]
    refused: list[Film]

    def of_pack(self, pack: str) -> "Classified":
        """The films of one pack."""
        kept = [number for number, film in enumerate(self.films) if film.pack == pack]
        return Classified(
            films=[self.films[number] for number in kept],
            logits=self.logits[kept],
            refused=[film for film in self.refused if film.pack == pack],
        )


def classify_films(
    films: list[Film], segmenter: DeepLabSegmenter, classifier: EfficientNetClassifier
) -> Classified:
    """Segment, crop and classify films whose label the classifier knows.

    Raises:
        NothingToEvaluateError: No film has such a label and a chest to be found.
    """
    kept, logits, refused = [], [], []
    for film in films:
        if film.label not in classifier.labels:
            continue
        radiograph = radiograph_of(film)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            refused.append(film)
            continue
        kept.append(film)
        logits.append(classifier.logits(classifier.input_model(radiograph, anatomy)[None])[0])
    if not kept:
        known = ", ".join(classifier.labels)
        raise NothingToEvaluateError(f"no film with a chest has one of the labels {known}")
    return Classified(films=kept, logits=np.stack(logits), refused=refused)


def classifier_metrics(found: Classified, manifest: Manifest) -> dict[str, Any]:
    """AUC, accuracy and calibration of abnormal against normal, and macro F1 over the labels."""
    labels = list(manifest.labels)
    probabilities = softmax(found.logits / manifest.temperature)
    truth = np.array([labels.index(film.label) for film in found.films])
    normal = labels.index(manifest.normal_label)
    abnormal = 1 - probabilities[:, normal]
    positive = truth != normal
    predicted = probabilities.argmax(axis=1)
    patients = [film.patient for film in found.films]
    named = {
        "auc": lambda cases: auc(positive[cases], abnormal[cases]),
        "accuracy": lambda cases: float(
            ((abnormal >= manifest.threshold_prob) == positive)[cases].mean()
        ),
        "ece": lambda cases: expected_calibration_error(positive[cases], abnormal[cases]),
    }
    return {
        "n": len(found.films),
        "refused": len(found.refused),
        "abnormal": {name: _figure(metric, patients) for name, metric in named.items()},
        "macro_f1": _figure(lambda cases: macro_f1(truth[cases], predicted[cases]), patients),
        "confusion": {
            labels[row]: {
                labels[col]: int(((truth == row) & (predicted == col)).sum())
                for col in range(len(labels))
            }
            for row in sorted(set(truth.tolist()))
        },
    }


def _figure(
    metric: Callable[[NDArray[np.int64]], float], patients: Sequence[str]
) -> dict[str, Any] | None:
    """A metric as `{"value", "ci95"}`, or `None` where the pack leaves it undefined."""
    found = bootstrap(metric, patients)
    return None if found is None else asdict(found)
