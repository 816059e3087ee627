"""The classification: each label's calibrated probability, and what follows from them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.errors import ContractError
from pipeline.types.language import Language

LIKELY = 0.65
"""Of labels that exclude one another, a leading one that is less likely is no result to act on."""


class ClassificationState(StrEnum):
    """What a classification comes to: its headline, and what may follow from it.

    An uncertain one is a result of its own, neither "abnormality" nor "none"; of an unfamiliar
    radiograph there is none at all.
    """

    UNFAMILIAR = "unfamiliar"

    UNCERTAIN = "uncertain"
    ABNORMAL = "abnormal"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The classifier's classification.

    Attributes:
        labels: What the classifier can say, in the manifest's order.
        probabilities: Calibrated probability of each label, in [0, 1]; sums to 1 unless the
            classifier is multi-label.
        normal_label: The label that means "no abnormality"; of a multi-label classifier the name
            for "none of the labels", which is not one of `labels`.
        threshold_prob: The abnormal probability from which the classification is "abnormality"; a
            multi-label classifier has `thresholds` instead.
        terms: For each label, its name in those languages that the manifest has; `Words.label` says
            what stands in for one that it lacks.
        uncertain_prob: The abnormal probabilities between which the classification was too often
            wrong on validation radiographs; `None` if that is not known.
        thresholds: For each label of a multi-label classifier the probability from which it is
            found; empty where the labels exclude one another.
        calibrated: Whether the probabilities were calibrated on validation radiographs.
        unfamiliarity: How far the radiograph lies from those that the classifier was taught and
            tested on; `None` where the classifier's folder cannot tell.
        unfamiliarity_limit: Beyond this there is no classification.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    normal_label: str
    threshold_prob: float
    terms: Mapping[str, Mapping[Language, str]]
    uncertain_prob: tuple[float, float] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibrated: bool = True
    unfamiliarity: float | None = None
    unfamiliarity_limit: float | None = None

    def __post_init__(self) -> None:
        expected = set(self.labels) if self.is_multi_label else set()
        if len(self.labels) != len(self.probabilities) or set(self.thresholds) != expected:
            raise ContractError(field="labels", problem="mismatch")
        off = 0.0 if self.is_multi_label else abs(sum(self.probabilities) - 1)
        if min(self.probabilities) < 0 or max(self.probabilities) > 1 + 1e-4 or off > 1e-4:
            raise ContractError(field="probabilities", problem="range")

    @property
    def is_unfamiliar(self) -> bool:
        """Whether the radiograph is unlike those that the classifier was taught and tested on.

        There is no classification then: what the network answers is neither shown nor written.
        """
        if self.unfamiliarity is None or self.unfamiliarity_limit is None:
            return False
        return self.unfamiliarity > self.unfamiliarity_limit

    @property
    def is_multi_label(self) -> bool:
        """Whether labels may be found together, each by a threshold of its own."""
        return self.normal_label not in self.labels

    @property
    def leading_label(self) -> str:
        """The label to explain: the classification's.

        Of a multi-label classifier it is the one furthest above its threshold, or least below it.
        """
        if not self.is_multi_label:
            return self.label
        return max(self.labels, key=lambda name: self.probability(name) - self.thresholds[name])

    @property
    def abnormal_probability(self) -> float:
        """One minus the probability of the normal label, or of none of the labels.

        Of a multi-label classifier nothing is decided by it; see `deciding_probability`.
        """
        return min(1.0, max(0.0, 1 - self.probability(self.normal_label)))

    @property
    def deciding_probability(self) -> float:
        """What is compared with `limit_prob`: the abnormal or the leading label's probability.

        A multi-label classifier finds each label by that label's own threshold. It finds none
        where none reaches its own, however probable it is that there is any.
        """
        return (
            self.probability(self.leading_label)
            if self.is_multi_label
            else self.abnormal_probability
        )

    @property
    def limit_prob(self) -> float:
        """The threshold of `deciding_probability`."""
        return self.thresholds[self.leading_label] if self.is_multi_label else self.threshold_prob

    @property
    def is_abnormal(self) -> bool:
        """Whether the classification is "abnormality"."""
        return self.deciding_probability >= self.limit_prob

    @property
    def is_uncertain(self) -> bool:
        """Whether the abnormal probability lies in the uncertain band."""
        if self.uncertain_prob is None:
            return False
        low, high = self.uncertain_prob
        return low <= self.abnormal_probability < high

    @property
    def state(self) -> ClassificationState:
        """What the classification comes to."""
        if self.is_unfamiliar:
            return ClassificationState.UNFAMILIAR
        if self.is_uncertain:
            return ClassificationState.UNCERTAIN
        return ClassificationState.ABNORMAL if self.is_abnormal else ClassificationState.NORMAL

    @property
    def is_label_likely(self) -> bool:
        """Whether the label can be named without doubt, as far as its probability goes."""
        return self.is_multi_label or self.probability(self.label) >= LIKELY

    @property
    def is_settled(self) -> bool:
        """Whether recommendations may follow from state and label."""
        settled = (ClassificationState.ABNORMAL, ClassificationState.NORMAL)
        return self.state in settled and self.is_label_likely

    @property
    def label(self) -> str:
        """The most likely label on its side of the threshold: not normal if abnormal."""
        if not self.is_abnormal:
            return self.normal_label
        if self.is_multi_label:
            return self.leading_label
        ranked = sorted(zip(self.probabilities, self.labels, strict=True), reverse=True)
        return next(label for _, label in ranked if label != self.normal_label)

    @property
    def found_labels(self) -> frozenset[str]:
        """The classification's label, and with it all others that lie above their own threshold."""
        above = (name for name, limit in self.thresholds.items() if self.probability(name) >= limit)
        return frozenset((self.label, *above))

    def probability(self, label: str) -> float:
        """The calibrated probability of one label, in [0, 1].

        "None of them" of a multi-label classifier has the product of all `1 - p`, as if the labels
        were independent: the classifier says nothing of how they go together. It is at most
        `1 - max(p)` and at least `1 - sum(p)`, whatever the truth is; findings that come
        together, as most do, make it larger than said here (`docs/adr/0010`).

        Reference:
            Read et al. 2011, Classifier chains for multi-label classification, Machine Learning
            85, 333-359: "binary relevance", one independent classifier a label.
        """
        if self.is_multi_label and label == self.normal_label:
            return math.prod(1 - share for share in self.probabilities)
        return self.probabilities[self.labels.index(label)]
