"""The set of right and wrong sentences, and the claim check held to its figures on it."""

from collections import Counter

import pytest

from bench.metrics import TargetMetrics
from bench.reports.claim_set import RIGHT, WRONG, claim_set
from bench.reports.report import TARGETS, check_claims
from pipeline.types import Language


@pytest.mark.parametrize("language", list(Language))
def test_the_set_is_even_over_what_it_states_and_the_same_every_time(language):
    found = claim_set(language, 36)
    assert Counter(sentence.right for sentence in found) == {True: 36, False: 36}
    assert {sentence.kind for sentence in found if sentence.right} == set(RIGHT)
    assert {sentence.kind for sentence in found if not sentence.right} == set(WRONG)
    assert [sentence.text for sentence in found] == [s.text for s in claim_set(language, 36)]
    assert not any("{" in sentence.text for sentence in found)


def test_the_check_catches_what_is_wrong_and_lets_pass_what_is_right():
    recall, false_alarms = check_claims()
    assert recall >= TARGETS["claim_recall"]
    assert false_alarms <= TARGETS["claim_false_alarms"]


def test_metrics_stand_beside_their_targets():
    metrics = TargetMetrics(measured=dict.fromkeys(TARGETS, 0.5), targets=TARGETS)
    lines = metrics.table().splitlines()
    assert len(lines) == 1 + len(TARGETS)
    assert lines[4].split() == ["claim_recall", "0.5000", "0.980"]
    assert '"first_token_s": 0.5' in metrics.json_line()
