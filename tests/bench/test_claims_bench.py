"""The claim check on sentences of another hand, as `python -m bench claims` measures it."""

import json

import pytest

from bench.reports.claims import ClaimMetrics, case_facts, measure_claims, outside_sentences
from pipeline.types import Grade, Language, ThresholdRelation, Zone


@pytest.fixture(scope="module")
def metrics() -> ClaimMetrics:
    return measure_claims()


@pytest.mark.parametrize("language", list(Language))
def test_nothing_invented_is_called_supported(metrics: ClaimMetrics, language: Language) -> None:
    assert metrics.shares["all"][language]["invented_supported"] <= 0.005


@pytest.mark.parametrize("language", list(Language))
def test_the_open_sentences_reach_their_targets(metrics: ClaimMetrics, language: Language) -> None:
    found = metrics.shares["open"][language]
    assert found["true_contradicted"] == 0
    assert found["true_supported"] >= 0.95
    assert found["wrong_found"] >= 0.99
    assert found["wrong_supported"] == 0


def test_each_language_has_enough_sentences() -> None:
    for language in Language:
        rows = outside_sentences(language, "open") + outside_sentences(language, "held")
        kinds = [row.kind for row in rows]
        assert kinds.count("invented") >= 300
        assert kinds.count("true") >= 150


def test_a_case_is_what_its_file_says() -> None:
    facts = case_facts("b", Language.ENGLISH)
    assert facts.prediction.label == "covid19"
    assert facts.confidence == pytest.approx(0.71)
    assert facts.zones[Zone.LEFT_LOWER].grade is Grade.STRONG
    assert facts.measures["cardiothoracic_ratio"].relation is ThresholdRelation.ABOVE
    assert case_facts("e", Language.ENGLISH).prediction.is_uncertain
    assert not case_facts("d", Language.ENGLISH).prediction.is_abnormal


def test_the_figures_stand_by_language_and_by_set(metrics: ClaimMetrics) -> None:
    found = json.loads(metrics.json_line())
    assert set(found) == {"en", "ru", "uk", "open", "held", "sentences"}
    assert set(found["en"]) == {
        "invented_supported",
        "true_contradicted",
        "true_supported",
        "wrong_found",
        "wrong_supported",
    }
    assert "wrong_found" in metrics.table()
