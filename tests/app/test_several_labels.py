"""What the page says of a classifier whose labels may be found together."""

import pytest

from app.views.result import _gauge, _likeliest, doubt
from pipeline.types import Language, Prediction
from pipeline.words import words_of

WORDS = words_of(Language.ENGLISH).of("page")


def several(*probabilities: float) -> Prediction:
    labels = ("effusion", "nodule", "mass")
    return Prediction(
        labels=labels,
        probabilities=probabilities,
        normal_label="none",
        threshold_prob=0.5,
        terms={label: {Language.ENGLISH: label} for label in (*labels, "none")},
        thresholds={"effusion": 0.5, "nodule": 0.48, "mass": 0.6},
    )


def test_the_bar_shows_the_leading_label_against_its_own_threshold() -> None:
    drawn = _gauge(WORDS, several(0.45, 0.45, 0.45))
    assert "Probability of nodule: 45% (threshold 48%)" in drawn
    assert "width:45.0%" in drawn and "left:48.0%" in drawn
    assert "83" not in drawn  # of any of them, which no threshold was chosen for


def test_none_is_not_called_most_likely_where_it_is_not() -> None:
    said = _likeliest(WORDS, several(0.45, 0.45, 0.45))
    assert said == "No label reaches its threshold. This does not exclude disease."
    assert "effusion" in _likeliest(WORDS, several(0.9, 0.1, 0.1))


@pytest.mark.parametrize(("share", "near"), [(0.45, True), (0.1, False)])
def test_a_leading_label_near_its_threshold_is_uncertain(share: float, near: bool) -> None:
    said = doubt(WORDS, several(0.0, share, 0.0))
    assert (said == WORDS("result.doubt_limit")) is near
