"""Temperature scaling and the classification's threshold, both from the validation split."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities `(case, label)` of logits of the same shape."""
    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = exponents / exponents.sum(axis=1, keepdims=True)
    return probabilities


def best_temperature(logits: NDArray[np.floating], truth: NDArray[np.int64]) -> float:
    """The temperature that minimises the negative log-likelihood.

    Args:
        logits: `(case, label)`.
        truth: `(case,)` index of the true label.

    Reference:
        Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599.
    """
    cases = np.arange(len(truth))

    def loss(temperature: float) -> float:
        return float(-np.log(softmax(logits / temperature)[cases, truth] + 1e-12).mean())

    return _lowest(loss)


def best_temperature_each(logits: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """The same where labels may occur together: the loss is the mean over cases and labels.

    Args:
        logits: `(case, label)`.
        truth: `(case, label)`, whether the case has the label.
    """
    signed = np.where(truth, logits, -logits).astype(np.float64)

    def loss(temperature: float) -> float:
        return float(np.logaddexp(0, -signed / temperature).mean())

    return _lowest(loss)


def _lowest(loss: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(lambda log: loss(np.exp(log)), bounds=(-2.5, 2.5), method="bounded")
    return float(np.exp(found.x))


def uncertain_band(
    abnormal: NDArray[np.floating],
    positive: NDArray[np.bool_],
    weight: NDArray[np.floating],
    threshold: float,
    accuracy: float = 0.98,
) -> tuple[float, float]:
    """The abnormal probabilities to call uncertain for this accuracy outside of them.

    Of all bands around the threshold that do, the one that leaves most cases outside; all of
    [0, 1] if none does.

    Args:
        abnormal: `(case,)` calibrated abnormal probability.
        positive: `(case,)` whether the case is abnormal.
        weight: `(case,)` weight of each case.
        threshold: The classification's threshold.
        accuracy: What is asked for outside the band, in [0, 1].
    """
    right = (abnormal >= threshold) == positive
    steps = np.linspace(0, 1, 101)
    best, band = 0.0, (0.0, 1.0)
    for low in steps[steps <= threshold]:
        for high in steps[steps >= threshold]:
            outside = (abnormal < low) | (abnormal >= high)
            kept = float(weight[outside].sum())
            if kept > best and weight[outside & right].sum() >= accuracy * kept:
                best, band = kept, (round(float(low), 2), round(float(high), 2))
    return band


def best_threshold(
    abnormal: NDArray[np.floating], positive: NDArray[np.bool_], weight: NDArray[np.floating]
) -> float:
    """The abnormal probability that divides best: the highest mean of sensitivity and specificity.

    Args:
        abnormal: `(case,)` calibrated abnormal probability.
        positive: `(case,)` whether the case is abnormal.
        weight: `(case,)` weight of each case, so that datasets of different size count alike.
    """
    candidates = np.linspace(0.05, 0.95, 181)
    sensitivity = [
        np.average(abnormal[positive] >= c, weights=weight[positive]) for c in candidates
    ]
    specificity = [
        np.average(abnormal[~positive] < c, weights=weight[~positive]) for c in candidates
    ]
    youden = np.array(sensitivity) + np.array(specificity)
    # Many thresholds may divide equally well; the one in their middle leaves most room.
    best = candidates[youden >= youden.max() - 1e-9]
    return round(float(best.mean()), 3)


def most_accurate_threshold(
    abnormal: NDArray[np.floating], positive: NDArray[np.bool_], weight: NDArray[np.floating]
) -> float:
    """The abnormal probability that puts most cases on their side; arguments as above."""
    candidates = np.linspace(0.05, 0.95, 181)
    accuracy = np.array(
        [np.average((abnormal >= c) == positive, weights=weight) for c in candidates]
    )
    return round(float(candidates[accuracy >= accuracy.max() - 1e-9].mean()), 3)
