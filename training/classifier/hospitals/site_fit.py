"""Temperature, threshold and band from some radiographs, and what they are worth on others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from training.classifier.calibrate import best_threshold, uncertain_band
from training.datasets.index import split_of
from training.evaluate import estimate
from training.metrics import auc, expected_calibration_error

FOLDS = 5
SURE_ACCURACY = 0.95
FIGURES = ("auc", "accuracy", "specificity", "sensitivity", "ece")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """What a calibration sets.

    Attributes:
        temperature: The logits' divisor.
        threshold: Abnormal probability from which the classification is "abnormality".
        band: Abnormal probabilities that are called uncertain.
    """

    temperature: float
    threshold: float
    band: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteRadiographs:
    """What the classifier makes of a site's radiographs.

    Attributes:
        logits: `(radiograph, label)`, uncalibrated.
        positive: `(radiograph,)` whether it is abnormal.
        unfamiliarity: `(radiograph,)`, or empty where the classifier cannot tell.
        patients: The patient of each.
        normal: Which label is normal.
    """

    logits: NDArray[np.float64]
    positive: NDArray[np.bool_]
    unfamiliarity: NDArray[np.float64]
    patients: Sequence[str]
    normal: int

    def abnormal(self, temperature: float) -> NDArray[np.float64]:
        """Abnormal probability, `(radiograph,)`, at a temperature."""
        scaled = self.logits / temperature
        others = np.logaddexp.reduce(np.delete(scaled, self.normal, axis=1), axis=1)
        found: NDArray[np.float64] = 1 / (1 + np.exp(scaled[:, self.normal] - others))
        return found


def fitted(
    site: SiteRadiographs,
    cases: NDArray[np.int64],
    weight: NDArray[np.float64] | None = None,
    sure_accuracy: float = SURE_ACCURACY,
    specificity: float | None = None,
) -> SiteSettings:
    """Temperature, threshold and band from some radiographs.

    Args:
        site: The radiographs.
        cases: Which of them.
        weight: `(case,)` weight of each; both kinds weigh alike if `None`.
        sure_accuracy: What is asked for outside the band, in [0, 1].
        specificity: What the threshold has to keep; if `None`, it is where sensitivity and
            specificity are best together.
    """
    positive = site.positive[cases]
    if weight is None:
        weight = np.where(positive, 0.5 / positive.sum(), 0.5 / (~positive).sum())

    def loss(log_temperature: float) -> float:
        abnormal = site.abnormal(float(np.exp(log_temperature)))[cases]
        likelihood = np.where(positive, abnormal, 1 - abnormal)
        return float(-(weight * np.log(likelihood + 1e-12)).sum())

    lowest = minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x
    temperature = round(float(np.exp(lowest)), 4)
    abnormal = site.abnormal(temperature)[cases]
    if specificity is None:
        threshold = best_threshold(abnormal, positive, weight)
    else:
        threshold = threshold_keeping(specificity, abnormal[~positive], weight[~positive])
    return SiteSettings(
        temperature=temperature,
        threshold=threshold,
        band=uncertain_band(abnormal, positive, weight, threshold, sure_accuracy),
    )


def threshold_keeping(
    specificity: float, abnormal: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """The abnormal probability below which this share of normal radiographs lies.

    Args:
        specificity: The share, in [0, 1].
        abnormal: `(case,)` abnormal probability of normal radiographs.
        weight: `(case,)` weight of each.
    """
    order = np.argsort(abnormal)
    reached = np.cumsum(weight[order]) / weight.sum()
    found = abnormal[order][np.searchsorted(reached, specificity)]
    return round(float(np.clip(found, 0.05, 0.95)), 3)


def cross_fitted(site: SiteRadiographs) -> list[SiteSettings]:
    """For each radiograph the settings that the other folds' radiographs give."""
    fold = np.array([_fold(patient) for patient in site.patients])
    found: dict[int, SiteSettings] = {}
    for number in sorted(set(fold.tolist())):
        others = np.flatnonzero(fold != number)
        kinds = site.positive[others]
        found[number] = fitted(
            site, others if kinds.any() and not kinds.all() else np.arange(len(fold))
        )
    return [found[number] for number in fold]


def figures(site: SiteRadiographs, by_case: Sequence[SiteSettings]) -> dict[str, Any]:
    """`FIGURES`, each radiograph judged by its own settings."""
    temperatures = np.array([one.temperature for one in by_case])
    abnormal = np.zeros(len(by_case))
    for temperature in set(temperatures.tolist()):
        cases = temperatures == temperature
        abnormal[cases] = site.abnormal(temperature)[cases]
    called = abnormal >= np.array([one.threshold for one in by_case])
    positive = site.positive
    named: dict[str, Callable[[NDArray[np.int64]], float]] = {
        "auc": lambda cases: auc(positive[cases], abnormal[cases]),
        "accuracy": lambda cases: float((called == positive)[cases].mean()),
        "specificity": partial(_share, ~called, ~positive),
        "sensitivity": partial(_share, called, positive),
        "ece": lambda cases: expected_calibration_error(positive[cases], abnormal[cases]),
    }
    return {name: estimate(named[name], site.patients) for name in FIGURES}


def _fold(patient: str) -> int:
    """The fold of a patient, by the hash that splits datasets, too."""
    return next(
        (
            number
            for number in range(1, FOLDS)
            if split_of(patient, 100 * number // FOLDS) != "train"
        ),
        FOLDS,
    )


def _share(values: NDArray[np.bool_], chosen: NDArray[np.bool_], cases: NDArray[np.int64]) -> float:
    if not chosen[cases].any():
        raise ValueError("no case is chosen")
    return float(values[cases][chosen[cases]].mean())
