"""The classification, worked out by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import Prediction

TERMS = {"effusion": {}, "nodule": {}, "mass": {}}


def several(*probabilities: float, threshold: float = 0.5) -> Prediction:
    labels = ("effusion", "nodule", "mass")[: len(probabilities)]
    return Prediction(
        labels=labels,
        probabilities=probabilities,
        normal_label="none",
        threshold_prob=0.5,
        terms=TERMS,
        thresholds=dict.fromkeys(labels, threshold),
    )


def test_none_of_several_labels_is_that_all_are_absent() -> None:
    found = several(0.45, 0.45, 0.45)
    assert found.probability("none") == pytest.approx(0.55**3)  # 0.166, not 0.55
    assert found.abnormal_probability == pytest.approx(1 - 0.55**3)
    assert several(0.2, 0.5).probability("none") == pytest.approx(0.4)
    assert several(0.0, 0.0).probability("none") == 1
    assert several(1.0, 0.3).probability("none") == 0
    assert several(0.3).probability("none") == pytest.approx(0.7)


def test_the_classification_is_decided_by_each_labels_own_threshold() -> None:
    none = several(0.45, 0.45, 0.45)
    assert (none.is_abnormal, none.label, none.found_labels) == (False, "none", {"none"})
    assert (none.deciding_probability, none.limit_prob) == (0.45, 0.5)
    lower = several(0.45, 0.1, 0.2, threshold=0.4)
    assert (lower.is_abnormal, lower.label) == (True, "effusion")
    assert (lower.deciding_probability, lower.limit_prob) == (0.45, 0.4)
    own = replace(lower, thresholds={"effusion": 0.5, "nodule": 0.1, "mass": 0.9})
    assert (own.label, own.found_labels) == ("nodule", {"nodule"})
    assert (own.deciding_probability, own.limit_prob) == (0.1, 0.1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_none_lies_between_what_any_dependence_allows(probabilities: list[float]) -> None:
    none = several(*probabilities).probability("none")
    assert max(0.0, 1 - sum(probabilities)) - 1e-9 <= none <= 1 - max(probabilities) + 1e-9


def test_labels_that_exclude_one_another_leave_the_normal_ones_rest() -> None:
    found = Prediction(
        labels=("normal", "pneumonia", "covid"),
        probabilities=(0.4, 0.35, 0.25),
        normal_label="normal",
        threshold_prob=0.55,
        terms={},
    )
    assert found.abnormal_probability == found.deciding_probability == pytest.approx(0.6)
    assert (found.label, found.is_abnormal, found.limit_prob) == ("pneumonia", True, 0.55)
    assert found.probability("normal") == 0.4
