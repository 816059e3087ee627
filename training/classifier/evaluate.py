"""Figures of the classifier on radiographs: what it is worth, on whom, and what it needs to see."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.manifest import ClassificationManifest
from training.classifier.calibrate import softmax
from training.classifier.classified import Classified, Part
from training.evaluate import estimate
from training.metrics import auc, expected_calibration_error, macro_f1

MOST_VALUES = 12  # a column of more values is no grouping unless they are numbers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """The calibrated answers to radiographs, and the truth.

    Attributes:
        truth: `(radiograph,)` index of each radiograph's label.
        probabilities: `(radiograph, label)`.
        abnormal: `(radiograph,)` abnormal probability.
        positive: `(radiograph,)` whether a radiograph is abnormal.
        blanked: `(radiograph,)` abnormal probability with a part blanked, by part.
    """

    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    abnormal: NDArray[np.float64]
    positive: NDArray[np.bool_]
    blanked: Mapping[Part, NDArray[np.float64]]


def scores_of(found: Classified, manifest: ClassificationManifest) -> Scores:
    """The calibrated answers to radiographs, by a manifest."""
    labels = list(manifest.labels)
    normal = labels.index(manifest.normal_label)
    probabilities = softmax(found.logits / manifest.temperature)
    truth = np.array([labels.index(radiograph.label) for radiograph in found.radiographs])
    return Scores(
        truth=truth,
        probabilities=probabilities,
        abnormal=1 - probabilities[:, normal],
        positive=truth != normal,
        blanked={
            part: 1 - softmax(logits / manifest.temperature)[:, normal]
            for part, logits in found.blanked_logits.items()
        },
    )


def classifier_metrics(found: Classified, manifest: ClassificationManifest) -> dict[str, Any]:
    """Figures of abnormal against normal, with parts of the radiographs blanked, and of the labels.

    Returns:
        `abnormal` (AUC, accuracy at the threshold and outside the uncertain band, share inside it,
        ECE), `blanked` (AUC without the lungs, and without all but the thorax), `grad_cam` (mean
        share inside the thorax), `macro_f1`, `by_label` (AUC of each label against the rest, F1),
        `by_group` (the first AUC, accuracy and ECE again, see `subgroups`), `confusion` (rows:
        truth), `n`, `refused`.
    """
    labels, scores = list(manifest.labels), scores_of(found, manifest)
    truth, probabilities = scores.truth, scores.probabilities
    predicted = probabilities.argmax(axis=1)
    patients = [radiograph.patient for radiograph in found.radiographs]
    return {
        "n": len(found.radiographs),
        "refused": len(found.refused),
        "abnormal": _abnormal(scores, manifest, patients),
        "blanked": {
            f"{part}_auc": estimate(partial(_auc_of, scores.positive, without), patients)
            for part, without in scores.blanked.items()
        },
        "grad_cam": {
            "thorax_share": estimate(
                lambda cases: float(found.thorax_shares[cases].mean()), patients
            ),
        },
        "macro_f1": estimate(lambda cases: macro_f1(truth[cases], predicted[cases]), patients),
        "by_label": {
            labels[number]: {
                "auc": estimate(
                    partial(_auc_of, truth == number, probabilities[:, number]), patients
                ),
                "f1": estimate(partial(_f1_of, truth == number, predicted == number), patients),
            }
            for number in sorted(set(truth.tolist()))
        },
        "by_group": {
            name: {"n": len(cases)} | _of_group(found.chosen(cases), manifest)
            for name, cases in subgroups(found).items()
        },
        "confusion": {
            labels[row]: {
                labels[col]: int(((truth == row) & (predicted == col)).sum())
                for col in range(len(labels))
            }
            for row in sorted(set(truth.tolist()))
        },
    }


def _of_group(found: Classified, manifest: ClassificationManifest) -> dict[str, Any]:
    patients = [radiograph.patient for radiograph in found.radiographs]
    metrics = _abnormal(scores_of(found, manifest), manifest, patients)
    return {name: metrics[name] for name in ("auc", "accuracy", "ece")}


def _abnormal(
    scores: Scores, manifest: ClassificationManifest, patients: list[str]
) -> dict[str, Any]:
    positive, abnormal = scores.positive, scores.abnormal
    right = (abnormal >= manifest.threshold_prob) == positive
    low, high = manifest.uncertain_prob or (manifest.threshold_prob, manifest.threshold_prob)
    sure = (abnormal < low) | (abnormal >= high)
    named: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "auc": partial(_auc_of, positive, abnormal),
        "accuracy": lambda cases: float(right[cases].mean()),
        "accuracy_outside_band": lambda cases: _mean_of(right[cases], sure[cases]),
        "share_uncertain": lambda cases: float(1 - sure[cases].mean()),
        "ece": lambda cases: expected_calibration_error(positive[cases], abnormal[cases]),
    }
    return {name: estimate(metric, patients) for name, metric in named.items()}


def subgroups(found: Classified) -> dict[str, NDArray[np.int64]]:
    """The subgroups of radiographs, each as their numbers.

    A column of the index makes a group of each of its values, such as `sex=F`, or of each third of
    its numbers, such as `age=40..61`; a column of neither few values nor numbers makes none. The
    thorax's tone makes three more, for exposure differs between hospitals: `tone=dark`, `middle`
    and `bright`.
    """
    groups: dict[str, NDArray[np.int64]] = {}
    for column in sorted({name for radiograph in found.radiographs for name in radiograph.groups}):
        values = np.array([radiograph.groups.get(column, "") for radiograph in found.radiographs])
        kinds = sorted(set(values) - {""})
        if len(kinds) <= MOST_VALUES:
            groups |= {f"{column}={kind}": np.flatnonzero(values == kind) for kind in kinds}
        elif all(_is_number(kind) for kind in kinds):
            known = np.flatnonzero(values != "")
            numbers = values[known].astype(float)
            for third in filter(len, _thirds(numbers)):
                span = f"{numbers[third].min():g}..{numbers[third].max():g}"
                groups[f"{column}={span}"] = known[third]
    for name, third in zip(("dark", "middle", "bright"), _thirds(found.tones), strict=True):
        groups[f"tone={name}"] = third
    return {name: cases for name, cases in groups.items() if cases.size}


def _thirds(values: NDArray[np.floating]) -> list[NDArray[np.int64]]:
    """The numbers of the lowest, the middle and the highest third; equal values stay together."""
    first, second = np.quantile(values, (1 / 3, 2 / 3))
    place = (values > first).astype(int) + (values > second)
    return [np.flatnonzero(place == third) for third in range(3)]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


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
