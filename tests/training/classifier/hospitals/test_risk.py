"""Risk against coverage, by hand."""

from pathlib import Path

import pytest

from pipeline.types import Prediction
from training.classifier.hospitals.answers import Answers
from training.classifier.hospitals.risk import draw_risk, risk_against_coverage
from training.datasets.index import ImageRecord, Split


def answer(number, probability, unfamiliarity=None):
    return Prediction(
        labels=("normal", "covid19"),
        probabilities=(1 - probability, probability),
        normal_label="normal",
        threshold_prob=0.5,
        terms={},
        unfamiliarity=unfamiliarity,
        unfamiliarity_limit=None if unfamiliarity is None else 1.0,
    )


def record(number, label):
    return ImageRecord(
        dataset="own",
        path=Path(f"{number}.png"),
        label=label,
        patient=str(number),
        split=Split.VALIDATION,
        lung_mask=None,
    )


def answers(rows):
    return Answers(
        radiographs=[record(number, label) for number, (label, *_) in enumerate(rows)],
        predictions=[answer(number, *values) for number, (_, *values) in enumerate(rows)],
    )


ROWS = [  # sure, right and near; unsure, wrong and far
    *[("covid19", 0.95, 0.1)] * 10,
    *[("normal", 0.6, 0.9)] * 10,
]


def test_risk_rises_as_worse_radiographs_are_kept():
    curves = risk_against_coverage(answers(ROWS))
    for name in ("doubt", "unfamiliarity"):
        found = dict(curves[name])
        assert found[0.5] == 0
        assert found[0.75] == pytest.approx(1 / 3, abs=1e-3)
        assert found[1.0] == 0.5


def test_without_a_score_there_is_no_curve_of_it(tmp_path):
    curves = risk_against_coverage(answers([(label, value) for label, value, _ in ROWS]))
    assert list(curves) == ["doubt"]
    assert risk_against_coverage(answers([])) == {}
    draw_risk(curves, tmp_path / "own-risk.png")
    assert (tmp_path / "own-risk.png").stat().st_size > 5000
