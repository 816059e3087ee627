"""Evaluation of the classifier on a pack, through the very path the app runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.manifest import Manifest
from pipeline.types import Anatomy, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.calibrate import softmax
from training.evaluate import NothingToEvaluateError, figure
from training.metrics import auc, expected_calibration_error, macro_f1
from training.packs import Film
from training.thorax_cache import radiograph_of


class Part(StrEnum):
    """What is blanked on a film, to see what the classifier needs."""

    LUNGS = "lungs"
    OUTSIDE = "outside"


def blanked(radiograph: Radiograph, anatomy: Anatomy, part: Part) -> Radiograph:
    """A film without its lungs, or without all but the thorax.

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
    """Films and what the classifier made of them.

    Attributes:
        films: The films whose chest was found.
        logits: `(film, label)` float32, uncalibrated.
        blanked_logits: The same with a part of each film blanked, see `blanked`.
        refused: The films without a chest to be found.
    """

    films: list[Film]
    logits: NDArray[np.float32]
    blanked_logits: Mapping[Part, NDArray[np.float32]]
    refused: list[Film]

    def of_pack(self, pack: str) -> "Classified":
        """The films of one pack."""
        kept = [number for number, film in enumerate(self.films) if film.pack == pack]
        return Classified(
            films=[self.films[number] for number in kept],
            logits=self.logits[kept],
            blanked_logits={part: logits[kept] for part, logits in self.blanked_logits.items()},
            refused=[film for film in self.refused if film.pack == pack],
        )


def classify_films(
    films: list[Film], segmenter: DeepLabSegmenter, classifier: FolderClassifier
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
        films_seen = [radiograph, *(blanked(radiograph, anatomy, part) for part in Part)]
        inputs = [classifier.input_model(film_seen, anatomy) for film_seen in films_seen]
        logits.append(classifier.logits(np.stack(inputs)))
    if not kept:
        known = ", ".join(classifier.labels)
        raise NothingToEvaluateError(f"no film with a chest has one of the labels {known}")
    found = np.stack(logits)
    return Classified(
        films=kept,
        logits=found[:, 0],
        blanked_logits={part: found[:, number] for number, part in enumerate(Part, 1)},
        refused=refused,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scores:
    """The calibrated answers to films, and the truth.

    Attributes:
        truth: `(film,)` index of each film's label.
        probabilities: `(film, label)`.
        abnormal: `(film,)` abnormal probability.
        positive: `(film,)` whether a film is abnormal.
        blanked: `(film,)` abnormal probability with a part blanked, by part.
    """

    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    abnormal: NDArray[np.float64]
    positive: NDArray[np.bool_]
    blanked: Mapping[Part, NDArray[np.float64]]


def _scores(found: Classified, manifest: Manifest) -> _Scores:
    labels = list(manifest.labels)
    normal = labels.index(manifest.normal_label)
    probabilities = softmax(found.logits / manifest.temperature)
    truth = np.array([labels.index(film.label) for film in found.films])
    return _Scores(
        truth=truth,
        probabilities=probabilities,
        abnormal=1 - probabilities[:, normal],
        positive=truth != normal,
        blanked={
            part: 1 - softmax(logits / manifest.temperature)[:, normal]
            for part, logits in found.blanked_logits.items()
        },
    )


def classifier_metrics(found: Classified, manifest: Manifest) -> dict[str, Any]:
    """Figures of abnormal against normal, with parts of the films blanked, and of the labels.

    Returns:
        `abnormal` (AUC, accuracy at the threshold and outside the uncertain band, share inside it,
        ECE), `blanked` (AUC without the lungs, and without all but the thorax), `macro_f1`,
        `by_label` (AUC of each label against the rest, F1), `confusion` (rows: truth), `n`,
        `refused`.
    """
    labels, scores = list(manifest.labels), _scores(found, manifest)
    truth, positive, abnormal = scores.truth, scores.positive, scores.abnormal
    probabilities = scores.probabilities
    predicted = probabilities.argmax(axis=1)
    right = (abnormal >= manifest.threshold_prob) == positive
    low, high = manifest.uncertain_prob or (manifest.threshold_prob, manifest.threshold_prob)
    sure = (abnormal < low) | (abnormal >= high)
    patients = [film.patient for film in found.films]
    named: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "auc": partial(_auc_of, positive, abnormal),
        "accuracy": lambda cases: float(right[cases].mean()),
        "accuracy_outside_band": lambda cases: _mean_of(right[cases], sure[cases]),
        "share_uncertain": lambda cases: float(1 - sure[cases].mean()),
        "ece": lambda cases: expected_calibration_error(positive[cases], abnormal[cases]),
    }
    return {
        "n": len(found.films),
        "refused": len(found.refused),
        "abnormal": {name: figure(metric, patients) for name, metric in named.items()},
        "blanked": {
            f"{part}_auc": figure(partial(_auc_of, positive, without), patients)
            for part, without in scores.blanked.items()
        },
        "macro_f1": figure(lambda cases: macro_f1(truth[cases], predicted[cases]), patients),
        "by_label": {
            labels[number]: {
                "auc": figure(
                    partial(_auc_of, truth == number, probabilities[:, number]), patients
                ),
                "f1": figure(partial(_f1_of, truth == number, predicted == number), patients),
            }
            for number in sorted(set(truth.tolist()))
        },
        "confusion": {
            labels[row]: {
                labels[col]: int(((truth == row) & (predicted == col)).sum())
                for col in range(len(labels))
            }
            for row in sorted(set(truth.tolist()))
        },
    }


def draw_curves(found: Classified, manifest: Manifest, stem: Path) -> list[Path]:
    """Draw ROC, reliability and confusion to `<stem>-roc.png` and so on; give the files."""
    from matplotlib.figure import Figure
    from sklearn.calibration import CalibrationDisplay
    from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

    labels, scores = list(manifest.labels), _scores(found, manifest)
    positive, abnormal = scores.positive, scores.abnormal
    drawn = {}
    if positive.any() and not positive.all():
        drawn["roc"] = Figure(figsize=(5, 5), layout="constrained")
        axes = drawn["roc"].subplots()
        RocCurveDisplay.from_predictions(positive, abnormal, name="as it is", ax=axes)
        for part, without in scores.blanked.items():
            RocCurveDisplay.from_predictions(positive, without, name=f"{part} blanked", ax=axes)
        axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
        axes.set(xlabel="normal films called abnormal", ylabel="abnormal films called abnormal")
        drawn["reliability"] = Figure(figsize=(5, 5), layout="constrained")
        CalibrationDisplay.from_predictions(
            positive, abnormal, n_bins=10, strategy="quantile", name="abnormal",
            ax=drawn["reliability"].subplots(),
        )  # fmt: skip
    drawn["confusion"] = Figure(figsize=(7, 6), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(
        [labels[number] for number in scores.truth],
        [labels[number] for number in scores.probabilities.argmax(axis=1)],
        labels=labels, cmap="cividis", colorbar=False, xticks_rotation=30,
        ax=drawn["confusion"].subplots(),
    )  # fmt: skip
    files = []
    for name, picture in drawn.items():
        files.append(stem.with_name(f"{stem.name}-{name}.png"))
        picture.savefig(files[-1], dpi=120)
    return files


def _auc_of(
    positive: NDArray[np.bool_], score: NDArray[np.floating], cases: NDArray[np.int64]
) -> float:
    return auc(positive[cases], score[cases])


def _mean_of(values: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    if not chosen.any():
        raise ValueError("no case is chosen")
    return float(values[chosen].mean())


def _f1_of(
    truth: NDArray[np.bool_], predicted: NDArray[np.bool_], cases: NDArray[np.int64]
) -> float:
    right = int((truth & predicted)[cases].sum())
    wrong = int((truth ^ predicted)[cases].sum())
    return 2 * right / max(1, 2 * right + wrong)
