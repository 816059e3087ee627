"""Risk against coverage: how often the classifier is wrong on the radiographs it knows best.

Reference:
    Geifman and El-Yaniv 2017, Selective Classification for Deep Neural Networks, arXiv:1705.08500.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.classifier.hospitals.answers import Answers, is_abnormal

COVERAGES = np.linspace(0.05, 1, 20)
Curve = list[tuple[float, float]]
"""Pairs of coverage and risk."""


def risk_against_coverage(answers: Answers) -> dict[str, Curve]:
    """The share of wrong answers among the radiographs that are kept, as fewer are.

    Returns:
        Two curves: `unfamiliarity` gives up those furthest from what was taught first, `doubt`
        those whose probability is closest to the threshold. A classifier without a score of
        unfamiliarity has the second alone; without radiographs there is none.
    """
    predictions = answers.predictions
    if not predictions:
        return {}
    truth = [is_abnormal(record) for record in answers.radiographs]
    wrong = np.array(
        [one.is_abnormal is not ill for one, ill in zip(predictions, truth, strict=True)], bool
    )
    doubt = np.array([-abs(one.abnormal_probability - one.threshold_prob) for one in predictions])
    curves = {"doubt": _curve(wrong, doubt)}
    distances = [one.unfamiliarity for one in predictions]
    if None not in distances:
        curves["unfamiliarity"] = _curve(wrong, np.array(distances, np.float64))
    return curves


def _curve(wrong: NDArray[np.bool_], given_up: NDArray[np.float64]) -> Curve:
    """The risk at each of `COVERAGES`, radiographs with the highest value given up first."""
    ordered = wrong[np.argsort(given_up, kind="stable")]
    risks = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    kept = np.maximum(1, np.round(COVERAGES * len(ordered)).astype(int))
    return [
        (round(float(coverage), 2), round(float(risks[count - 1]), 4))
        for coverage, count in zip(COVERAGES, kept, strict=True)
    ]


def draw_risk(curves: Mapping[str, Curve], file: Path) -> None:
    """Draw the curves, with the whole dataset's risk as a line."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(5, 4), layout="constrained")
    axes = drawn.subplots()
    for (name, curve), style in zip(curves.items(), ("-", "--"), strict=False):
        axes.plot(*zip(*curve, strict=True), style, label=f"least {name} first")
    axes.axhline(next(iter(curves.values()))[-1][1], linestyle=":", color="grey", label="all")
    axes.set(xlabel="share still classified", ylabel="share wrong", xlim=(0, 1))
    axes.set_ylim(bottom=0)
    axes.legend()
    drawn.savefig(file, dpi=120)
