"""The worklist: who comes first, what is found, what is counted."""

from datetime import timedelta

import pytest

from pipeline.errors import CorruptImageError
from records import Arrival, CaseContent, CaseQuery, CaseStatus, Order
from records.store import Store
from tests.records.cases import ABNORMAL, NORMAL, UNSURE, case_result, conclusion
from tests.records.conftest import Time

KINDS = {"normal": NORMAL, "unsure": UNSURE, "abnormal": ABNORMAL}


def add(store: Store, kind: str, **arrival: object) -> str:
    case = store.receive(Arrival(origin="page", **arrival), actor="ada")
    if kind == "failed":
        store.fail(case, CorruptImageError(), actor="ada")
    elif kind != "waiting":
        result = case_result(0, KINDS[kind])
        store.save(case, CaseContent(result=result), finished=True, actor="ada")
    return case


def found(store: Store, **query: object) -> list[str]:
    return [line.id for line in store.worklist.page(CaseQuery(**query)).lines]


def test_abnormal_and_unsure_come_first_and_the_longest_wait_among_equals(store: Store) -> None:
    kinds = ("normal", "abnormal", "waiting", "unsure", "failed", "normal", "abnormal")
    cases = [add(store, kind) for kind in kinds]
    store.conclusions.sign(cases[1], conclusion(), signer="Ada", actor="ada")
    expected = [3, 4, 6, 0, 2, 5, 1]  # what is signed is done
    assert found(store) == [cases[place] for place in expected]
    assert found(store, order=Order.NEWEST) == cases[::-1]
    assert found(store, urgent=True) == [cases[place] for place in (3, 4, 6, 1)]
    page = store.worklist.page(CaseQuery(limit=2, offset=1))
    assert [line.id for line in page.lines] == [cases[4], cases[6]]
    assert page.total == 7
    assert page.counts == {
        CaseStatus.WAITING: 1,
        CaseStatus.FAILED: 1,
        CaseStatus.DRAFT: 4,
        CaseStatus.SIGNED: 1,
        CaseStatus.AMENDED: 0,
    }
    assert set(page.labels) == {"normal", "tuberculosis"}
    assert page.labels["normal"]["uk"] == "без патології"


def test_the_unsure_are_marked(store: Store) -> None:
    add(store, "unsure")
    (line,) = store.worklist.page().lines
    assert (line.abnormal, line.uncertain, line.urgent) == (False, True, True)
    assert line.probability == pytest.approx(0.55)


def test_filters_take_what_they_name(store: Store, clock: Time) -> None:
    normal, abnormal, waiting = (add(store, kind) for kind in ("normal", "abnormal", "waiting"))
    store.conclusions.sign(abnormal, conclusion(), signer="Ada", actor="ada")
    assert found(store, statuses=(CaseStatus.SIGNED,)) == [abnormal]
    assert found(store, statuses=(CaseStatus.WAITING, CaseStatus.DRAFT)) == [normal, waiting]
    assert found(store, labels=("tuberculosis",)) == [abnormal]
    assert found(store, labels=("normal",), statuses=(CaseStatus.SIGNED,)) == []
    between = store.line(normal).received_at + timedelta(microseconds=1)
    assert found(store, received_before=between) == [normal]
    assert found(store, received_from=between) == [waiting, abnormal]


def test_search_finds_number_id_classification_signer_and_patient(store: Store) -> None:
    normal = add(store, "normal", patient="PID-4711")
    abnormal = add(store, "abnormal", patient="PID-4712")
    store.conclusions.sign(abnormal, conclusion(), signer="Dr Ада Байрон", actor="ada")
    for text, expected in {
        "1": [normal],
        "#2": [abnormal],
        normal[:6]: [normal],
        normal[:6].upper(): [normal],
        "TUBERC": [abnormal],
        "без патол": [normal],
        "БЕЗ ПАТОЛ": [normal],
        "Байрон": [abnormal],
        "БАЙРОН": [abnormal],
        "dr ": [abnormal],
        "PID-4711": [normal],
        "PID-471": [],
        "%": [],
        "99999999999999999999": [],
        "  ": [normal, abnormal],
    }.items():
        assert found(store, search=text) == expected, text


def test_a_visit_and_a_patient_have_their_cases(store: Store) -> None:
    one = add(store, "normal", visit="v1", patient="PID-4711")
    two = add(store, "abnormal", visit="v2", patient="PID-4711")
    three = add(store, "waiting", visit="v1")
    assert [line.id for line in store.worklist.of_visit("v1")] == [one, three]
    assert found(store, visit="v2") == [two]
    assert [line.id for line in store.worklist.of_patient("PID-4711")] == [one, two]
    assert [line.id for line in store.worklist.of_same_patient(two)] == [one]
    assert store.worklist.of_same_patient(three) == ()
