"""Figures and plots of a published network on held-out radiographs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import auc, expected_calibration_error

METRICS, ANSWERS = "metrics.json", "answers.npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a network answered on held-out radiographs.

    Attributes:
        truth: `(radiograph,)` index of each radiograph's class.
        probabilities: `(radiograph, class)` in [0, 1], rows summing to one.
        classes: Names in the order of the columns.
    """

    truth: NDArray[np.int64]
    probabilities: NDArray[np.floating]
    classes: Sequence[str]


def classification_metrics(answers: Answers) -> dict[str, Any]:
    """Accuracy, precision, recall, F1, AUC, ECE, confusion matrix and the report by class.

    Returns:
        Figures by name; `auc` is the mean over classes against the rest that occur, `None` where
        no class can be distinguished from another.
    """
    from sklearn.metrics import classification_report, confusion_matrix

    truth, probabilities, classes = answers.truth, answers.probabilities, answers.classes
    predicted = probabilities.argmax(axis=1)
    every = list(range(len(classes)))
    report = classification_report(
        truth, predicted, labels=every, target_names=list(classes), output_dict=True,
        zero_division=0.0,
    )  # fmt: skip
    confident = probabilities.max(axis=1)
    aucs = _aucs(answers)
    return {
        "n": len(truth),
        "accuracy": float((predicted == truth).mean()),
        "precision": report["macro avg"]["precision"],
        "recall": report["macro avg"]["recall"],
        "f1": report["macro avg"]["f1-score"],
        "auc": float(np.mean(list(aucs.values()))) if aucs else None,
        "auc_by_class": {classes[label]: value for label, value in aucs.items()},
        "ece": expected_calibration_error(predicted == truth, confident),
        "classes": {name: report[name] for name in classes},
        "confusion": confusion_matrix(truth, predicted, labels=every).tolist(),
    }


def _aucs(answers: Answers) -> dict[int, float]:
    """AUC of each class that occurs against the rest."""
    there = np.unique(answers.truth)
    if len(there) < 2:
        return {}
    return {int(k): auc(answers.truth == k, answers.probabilities[:, k]) for k in there}


def write_metrics(
    folder: Path, answers: Answers, history: Sequence[Mapping[str, float]]
) -> dict[str, Any]:
    """Write figures, answers, `history.png`, `roc.png` and `confusion.png`; give the figures."""
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay

    metrics = classification_metrics(answers)
    (folder / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    np.savez(folder / ANSWERS, truth=answers.truth, probabilities=answers.probabilities)

    drawn = Figure(figsize=(8, 3.5), layout="constrained")
    for axes, name in zip(drawn.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            if history and key in history[0]:
                epochs = [row["epoch"] + 1 for row in history]
                axes.plot(epochs, [row[key] for row in history], marker="o", label=label)
        axes.set(xlabel="epoch", ylabel=name)
        axes.legend()
    drawn.savefig(folder / "history.png", dpi=120)

    drawn = Figure(figsize=(5, 5), layout="constrained")
    axes = drawn.subplots()
    for number in _aucs(answers):
        RocCurveDisplay.from_predictions(
            answers.truth == number,
            answers.probabilities[:, number],
            name=answers.classes[number],
            ax=axes,
        )
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    drawn.savefig(folder / "roc.png", dpi=120)

    names = list(answers.classes)
    drawn = Figure(figsize=(2 + len(names), 1.5 + len(names)), layout="constrained")
    display = ConfusionMatrixDisplay(np.array(metrics["confusion"]), display_labels=names)
    display.plot(ax=drawn.subplots(), cmap="cividis", colorbar=False, xticks_rotation=45)
    drawn.savefig(folder / "confusion.png", dpi=120)
    return metrics


def draw_distribution(folder: Path, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Write `distribution.png`: how many radiographs of each class each split has."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(8, 0.4 * max(map(len, counts.values())) + 1.5), layout="constrained")
    axes = drawn.subplots()
    left: dict[str, int] = {}
    for split, by_class in counts.items():
        names = list(by_class)
        axes.barh(
            names, list(by_class.values()), left=[left.get(name, 0) for name in names], label=split
        )
        for name in names:
            left[name] = left.get(name, 0) + by_class[name]
    axes.invert_yaxis()
    axes.set(xlabel="radiographs")
    axes.legend()
    drawn.savefig(folder / "distribution.png", dpi=120)
