"""Agreement of readers and machine, with figures worked out by hand."""

from datetime import UTC, datetime

import pytest

from pipeline.types import ClassificationState
from records import Arrival, CaseContent
from records.opinions.agreement import Comparison, agreement, by_month, comparisons
from tests.records.cases import ABNORMAL, NORMAL, case_result, conclusion

STATES = {
    "a": ClassificationState.ABNORMAL,
    "n": ClassificationState.NORMAL,
    "u": ClassificationState.UNCERTAIN,
    "?": ClassificationState.UNFAMILIAR,
    "-": None,
}


def way(letters, month=11):
    """A comparison from three letters: first, machine, final."""
    first, machine, final = (STATES[letter] for letter in letters)
    at = datetime(2026, month, 27, tzinfo=UTC)
    return Comparison(at=at, first=first, machine=machine, final=final)


def test_kappa_is_that_of_a_table_worked_out_by_hand():
    # Cohen's table of 50 by Wikipedia: 20 and 15 agree, 5 and 10 do not; kappa 0.4
    ways = [way("aa-")] * 20 + [way("an-")] * 5 + [way("na-")] * 10 + [way("nn-")] * 15
    found = agreement(ways)
    assert (found.opinions, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    # the standard error: sqrt(0.7 * 0.3 / 50) / 0.5 = 0.1296
    assert found.kappa_interval == pytest.approx((0.146, 0.654), abs=1e-3)


def test_unsure_is_a_state_of_its_own_and_unfamiliar_is_not_compared():
    found = agreement([way("ua-"), way("uu-"), way("a?a"), way("n?-")] * 5)
    assert (found.opinions, found.agreed, found.signed) == (10, 5, 0)
    # observed 1/2; readers say unsure always, machine in 1 of 2: expected 1/2
    assert found.kappa == 0.0


def test_no_kappa_of_a_few_or_where_chance_alone_agrees_always():
    assert agreement([way("aa-"), way("an-")] * 4).kappa is None
    assert agreement([way("aa-")] * 20).kappa is None
    assert agreement([]).kappa is None


def test_who_was_moved_and_in_which_direction():
    found = agreement([way(one) for one in ("ana", "ann", "anu", "nnn", "nna", "nn-", "uaa")])
    assert (found.opinions, found.signed) == (7, 6)
    assert found.moved == 4  # ann, anu, nna, uaa
    assert found.towards == 2  # ann, uaa
    assert found.away == 1  # nna


def test_months_stand_for_themselves_the_latest_first():
    months = by_month([way("aa-", 10), way("an-", 11), way("nn-", 11)])
    assert [(month, one.opinions, one.agreed) for month, one in months.items()] == [
        ("2026-11", 2, 1),
        ("2026-10", 1, 1),
    ]


def test_they_are_read_from_the_audit_and_outlive_their_cases(store):
    def read(kind, first, final=None, signer="ada"):
        case = store.receive(Arrival(origin="page"), actor="pacs")
        store.save(case, CaseContent(result=case_result(0, kind)), finished=True, actor="pacs")
        store.opinions.give(case, STATES[first], "In words.", actor="ada")
        if final:
            store.conclusions.sign(
                case, conclusion(), signer="A", actor=signer, state=STATES[final]
            )
        store.retention.remove(case, actor="ada")

    read(ABNORMAL, "n", "a")
    read(NORMAL, "n", "n")
    read(NORMAL, "a", "n", signer="grace")  # somebody else's signature says nothing of ada
    read(NORMAL, "a")
    found = comparisons(store.core)
    assert [(one.first, one.machine, one.final) for one in found] == [
        (STATES["n"], STATES["a"], STATES["a"]),
        (STATES["n"], STATES["n"], STATES["n"]),
        (STATES["a"], STATES["n"], None),
        (STATES["a"], STATES["n"], None),
    ]
    assert (agreement(found).moved, agreement(found).towards) == (1, 1)
