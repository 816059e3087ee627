"""How well a measurement tells cases from controls of the same sex, view and about the same age."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Metric, bootstrap

YEARS = 5  # of age, between a case and those that it is compared with
REPEATS = 1000  # of the bootstrap


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRadiograph:
    """One radiograph.

    Attributes:
        patient: Whose.
        is_case: Whether it has the finding; otherwise it has none.
        age: In years.
        sex: As the index has it.
        view: The same.
        values: By `measurement` or `measurement.side`, those that could be measured.
    """

    patient: str
    is_case: bool
    age: float
    sex: str
    view: str
    values: Mapping[str, float]

    def is_control_of(self, case: "MeasuredRadiograph") -> bool:
        """Whether a case is compared with it: alike in sex, view and age, without the finding."""
        alike = (self.sex, self.view) == (case.sex, case.view)
        is_other = self.patient != case.patient and case.is_case and not self.is_case
        return alike and is_other and abs(self.age - case.age) <= YEARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One measurement, or a score of several.

    Attributes:
        cases: Radiographs with the finding on which it could be measured and that have a match.
        patients: Whose they are.
        controls: Radiographs without a finding that any of them was compared with.
        auc: How often a case lies further in the expected direction than its matches.
    """

    cases: int
    patients: int
    controls: int
    auc: Metric | None

    @property
    def is_better_than_chance(self) -> bool:
        """Whether the interval lies above one half."""
        return self.auc is not None and self.auc.ci95[0] > 0.5


def worth_of(measured: Sequence[MeasuredRadiograph], name: str, direction: int) -> Worth:
    """The matched AUC of one measurement.

    Each case is compared with all its matches; every patient weighs as one among the cases, and
    as one among the matches of a case, however many radiographs there are of him. Ties count half.
    The interval draws patients with replacement, cases and controls alike.

    Args:
        measured: The radiographs.
        name: Which of their values.
        direction: 1 if cases are expected above controls, -1 if below.

    Reference:
        Pepe 2003, The Statistical Evaluation of Medical Tests, 3.5: covariate-adjusted ROC.
    """
    held = [one for one in measured if name in one.values]
    value = np.array([direction * one.values[name] for one in held])
    alike = np.array([[other.is_control_of(one) for other in held] for one in held], np.bool_)
    alike = alike.reshape(len(held), len(held))
    won = (value[:, None] > value[None]) + 0.5 * (value[:, None] == value[None])
    each = Counter((one.patient, one.is_case) for one in held)
    weight = np.array([1 / each[one.patient, one.is_case] for one in held])

    def auc(drawn: NDArray[np.int64]) -> float:
        weights = weight * np.bincount(drawn, minlength=len(held))
        opposed = alike * weights[None]
        matches = opposed.sum(axis=1)
        chosen = (matches > 0) & (weights > 0)
        if not chosen.any():
            raise ValueError("no case has a match")
        shares = (won * opposed)[chosen].sum(axis=1) / matches[chosen]
        return float(np.average(shares, weights=weights[chosen]))

    matched = [one for one, matches in zip(held, alike, strict=True) if matches.any()]
    return Worth(
        cases=len(matched),
        patients=len({one.patient for one in matched}),
        controls=int(alike.any(axis=0).sum()),
        auc=bootstrap(auc, [one.patient for one in held], REPEATS) if matched else None,
    )
