"""Figures of merit, each with a 95 % interval by bootstrap over patients."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A value and its 95 % interval."""

    value: float
    ci95: tuple[float, float]


def auc(positive: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Area under the ROC curve, in [0, 1]; ties count half.

    Raises:
        ValueError: All cases are of one kind.
    """
    from sklearn.metrics import roc_auc_score

    if positive.all() or not positive.any():
        raise ValueError("all cases are of one kind")
    return float(roc_auc_score(positive, score))


def macro_f1(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Mean F1 over the labels that occur in `truth`, in [0, 1]."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, predicted, average="macro", labels=np.unique(truth)))


def expected_calibration_error(
    positive: NDArray[np.bool_], probability: NDArray[np.floating], bins: int = 15
) -> float:
    """Mean gap of confidence and accuracy over equal-width bins, weighted by their cases.

    Args:
        positive: `(case,)` whether the event happened.
        probability: `(case,)` its forecast in [0, 1].
        bins: Number of bins.

    Reference:
        Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599.
    """
    confidence = np.maximum(probability, 1 - probability)
    correct = (probability >= 0.5) == positive
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(confidence[number == b].mean() - correct[number == b].mean()) * (number == b).mean()
            for b in np.unique(number)
        )
    )


def bootstrap(
    metric: Callable[[NDArray[np.int64]], float],
    patients: Sequence[str],
    repeats: int = 300,
    seed: int = 0,
) -> Metric | None:
    """A metric with its interval, patients drawn with replacement; `None` if it is undefined.

    Args:
        metric: Takes the indices of the cases drawn and raises `ValueError` where it is undefined;
            a draw on which it is so is left out.
        patients: The patient of each case.
        repeats: Number of draws.
        seed: Seed of the draws.
    """
    random = np.random.default_rng(seed)
    groups: dict[str, list[int]] = {}
    for case, patient in enumerate(patients):
        groups.setdefault(patient, []).append(case)
    members = list(groups.values())
    try:
        value = metric(np.arange(len(patients)))
    except ValueError:
        return None
    values = []
    for _ in range(repeats):
        drawn = random.integers(len(members), size=len(members))
        try:
            values.append(metric(np.concatenate([members[group] for group in drawn])))
        except ValueError:
            continue
    low, high = np.percentile(values, (2.5, 97.5))
    return Metric(value=value, ci95=(float(low), float(high)))
