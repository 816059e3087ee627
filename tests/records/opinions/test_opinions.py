"""Opinions before the machine's result: kept once a reader, sealed, in the audit, never changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.types import ClassificationState
from records import Arrival, CaseContent, CaseQuery, Order
from records.audit.verification import verify
from records.errors import (
    CaseMissingError,
    CaseUnfinishedError,
    OpinionGivenError,
    OpinionIncompleteError,
    StoreError,
)
from records.values import Action
from tests.records.cases import ABNORMAL, NORMAL, UNSURE, case_result, conclusion

ABNORMAL_STATE, NORMAL_STATE = ClassificationState.ABNORMAL, ClassificationState.NORMAL


def stored(store, kind=ABNORMAL, seed=0):
    case = store.receive(Arrival(origin="page"), actor="ada")
    store.save(case, CaseContent(result=case_result(seed, kind)), finished=True, actor="ada")
    return case


@pytest.mark.parametrize(
    ("kind", "machine"),
    [
        (ABNORMAL, ClassificationState.ABNORMAL),
        (NORMAL, ClassificationState.NORMAL),
        (UNSURE, ClassificationState.UNCERTAIN),
    ],
)
def test_an_opinion_is_kept_with_what_the_machine_found_in_the_audit(store, kind, machine):
    case = stored(store, kind)
    store.opinions.give(case, NORMAL_STATE, " Nothing to see. ", actor="ada")
    found = store.opinions.of_reader(case, "ada")
    assert (found.state, found.text, found.reader) == (NORMAL_STATE, "Nothing to see.", "ada")
    assert store.opinions.of_reader(case, "grace") is None
    entry = store.audit(case)[-1]
    assert (entry.action, entry.actor) == (Action.OPINION_GIVEN, "ada")
    assert (entry.details["state"], entry.details["machine"]) == ("normal", machine)
    assert case_result(0, kind).prediction.state is machine
    assert verify(store.core).findings == ()


def test_it_is_given_once_by_each_reader_and_does_not_change(store):
    case = stored(store)
    store.opinions.give(case, NORMAL_STATE, "Nothing.", actor="ada")
    with pytest.raises(OpinionGivenError):
        store.opinions.give(case, ABNORMAL_STATE, "Something.", actor="ada")
    store.opinions.give(case, ABNORMAL_STATE, "Something.", actor="grace")
    assert [one.reader for one in store.opinions.all(case)] == ["ada", "grace"]
    with pytest.raises((DBAPIError, StoreError)), store.core.database.write() as session:
        session.execute(text("UPDATE opinions SET reader = 'eve'"))
    with store.core.database.write() as session:
        session.execute(text("DELETE FROM opinions WHERE reader = 'ada'"))
    assert [finding.code for finding in verify(store.core).findings] == ["verify_case_changed"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (None, "Nothing."),
        (ClassificationState.UNFAMILIAR, "Nothing."),
        (NORMAL_STATE, "  "),
        (NORMAL_STATE, "x" * 2001),
    ],
)
def test_one_that_says_nothing_is_refused(store, state, said):
    with pytest.raises(OpinionIncompleteError):
        store.opinions.give(stored(store), state, said, actor="ada")


def test_there_is_none_of_a_case_without_a_result_or_of_none(store):
    case = store.receive(Arrival(origin="page"), actor="ada")
    with pytest.raises(CaseUnfinishedError):
        store.opinions.give(case, NORMAL_STATE, "Nothing.", actor="ada")
    with pytest.raises(CaseMissingError):
        store.opinions.of_reader("0" * 32, "ada")


def test_it_is_sealed_and_goes_with_its_case(store):
    case = stored(store)
    store.opinions.give(case, NORMAL_STATE, "Nothing to see.", actor="ada")
    with store.core.database.read() as session:
        (content,) = session.execute(text("SELECT content FROM opinions")).scalars()
    assert b"Nothing" not in bytes(content)
    store.retention.remove(case, actor="ada")
    with store.core.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM opinions")).scalar() == 0
    assert verify(store.core).findings == ()


def test_a_result_is_shown_to_who_has_read_and_of_what_is_signed_to_everybody(store):
    read, signed, neither = (stored(store, seed=seed) for seed in range(3))
    store.opinions.give(read, NORMAL_STATE, "Nothing.", actor="ada")
    store.conclusions.sign(signed, conclusion(), signer="Grace", actor="grace", state=NORMAL_STATE)
    assert store.opinions.shown_to("ada") == {read, signed}
    assert store.opinions.shown_to("grace") == {signed}
    assert store.audit(signed)[-1].details["state"] == "normal"
    assert neither not in store.opinions.shown_to("ada")


def test_a_blind_worklist_says_nothing_by_its_order_or_its_search(store):
    normal, abnormal = stored(store, NORMAL), stored(store, ABNORMAL)
    lines = store.worklist.page(CaseQuery(order=Order.PRIORITY)).lines
    assert [line.id for line in lines] == [abnormal, normal]
    lines = store.worklist.page(CaseQuery(order=Order.LONGEST)).lines
    assert [line.id for line in lines] == [normal, abnormal]
    assert store.worklist.page(CaseQuery(search="tuberculosis")).total == 1
    assert store.worklist.page(CaseQuery(search="tuberculosis", blind=True)).total == 0
    assert store.worklist.page(CaseQuery(search="#2", blind=True)).total == 1
