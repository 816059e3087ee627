"""Cases leave when their time is over, with a proof in the audit and with nothing left of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pipeline.settings import Settings
from pipeline.types import ClassificationState
from records import Action, Arrival, CaseMissingError
from records.audit.verification import verify
from records.database.tables import Table
from records.store import Store
from tests.records.cases import conclusion, content, sqlite
from tests.records.conftest import Time

PAGE = Arrival(origin="page", data=b"a file", identity={"patient_name": "Ivanov"})


OF_PEOPLE = ("users", "sessions", "attempts")
"""Tables that hold nothing of any case."""


def stored(store: Store) -> str:
    case = store.receive(PAGE, actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    return case


def rows(store: Store) -> dict[str, int]:
    with store.core.database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Table.metadata.tables.items()
            if name not in OF_PEOPLE
        }


def test_a_case_leaves_a_day_after_its_last_change(store: Store, clock: Time) -> None:
    case = stored(store)
    line = store.line(case)
    assert line.expires_at == line.changed_at + timedelta(hours=24)
    clock.pass_by(hours=23)
    assert store.retention.expire() == 0
    store.conclusions.save_draft(case, conclusion(), actor="ada")
    clock.pass_by(hours=23)
    assert store.retention.expire() == 0
    clock.pass_by(hours=2)
    assert store.retention.expire() == 1
    with pytest.raises(CaseMissingError):
        store.load(case)
    assert not verify(store.core).findings


def test_nothing_is_left_of_a_case_but_its_proof(settings: Settings, clock: Time) -> None:
    with Store(replace(settings, keep_identity=True), clock=clock) as store:
        case = stored(store)
        waiting = store.receive(PAGE, actor="ada")
        store.opinions.give(case, ClassificationState.NORMAL, "Clear lungs.", actor="ada")
        store.conclusions.save_draft(case, conclusion(), actor="ada")
        version = store.conclusions.sign(case, conclusion(), signer="Ada", actor="ada")
        assert all(rows(store).values())
        clock.pass_by(hours=25)
        store.retention.expire()
        left = {name for name, count in rows(store).items() if count}
        assert left == {"store", "audit"}
        proof = {entry.case: entry for entry in store.audit() if entry.action is Action.EXPIRED}
        assert set(proof) == {case, waiting}
        details = proof[case].details
        assert details["text_sha256_1"] == version.text_sha256
        assert details["result_sha256"] == version.inputs.result
        assert details["status"] == "signed"
        assert details["received_at"].startswith("2026-11-27T09:00:00")
        found = verify(store.core)
        assert (found.findings, found.cases, found.removed) == ((), 0, 2)


def test_a_kept_case_stays_until_it_is_released(store: Store, clock: Time) -> None:
    case = stored(store)
    store.retention.keep(case, actor="grace")
    assert store.line(case).expires_at is None
    clock.pass_by(days=400)
    assert store.retention.expire() == 0
    store.retention.release(case, actor="grace")
    store.retention.release(case, actor="grace")  # once is enough
    assert store.retention.expire() == 0
    clock.pass_by(hours=25)
    assert store.retention.expire() == 1
    actions = [entry.action for entry in store.audit(case)]
    assert actions[2:] == [Action.KEPT, Action.RELEASED, Action.EXPIRED]


def test_a_case_is_removed_on_demand(store: Store) -> None:
    case, other = stored(store), stored(store)
    store.retention.keep(case, actor="ada")
    store.retention.remove(case, actor="ada")
    assert [line.id for line in store.worklist.page().lines] == [other]
    assert store.audit(case)[-1].action is Action.REMOVED
    assert not verify(store.core).findings


def test_what_is_over_leaves_when_the_store_is_opened_and_while_it_is_used(
    settings: Settings, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(settings, clock=clock) as store:
        stored(store)
    clock.pass_by(hours=25)
    with Store(settings, clock=clock) as store:
        assert store.worklist.page().total == 0
        old = stored(store)
        clock.pass_by(hours=25)
        store.receive(PAGE, actor="ada")  # it was looked a moment ago
        assert store.line(old).id == old
        monkeypatch.setattr("records.retention.EVERY_S", 0.0)
        new = store.receive(PAGE, actor="ada")
        assert old not in [line.id for line in store.worklist.page().lines]
        assert store.line(new).id == new


def test_the_setting_says_how_long(settings: Settings, clock: Time) -> None:
    with Store(replace(settings, retention_hours=0.5), clock=clock) as store:
        stored(store)
        clock.pass_by(minutes=29)
        assert store.retention.expire() == 0
        clock.pass_by(minutes=2)
        assert store.retention.expire() == 1


def test_many_leave_at_once(store: Store, clock: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.retention.AT_ONCE", 3)
    for _ in range(7):
        store.receive(PAGE, actor="ada")
    clock.pass_by(hours=25)
    assert store.retention.expire() == 7
    assert rows(store)["cases"] == 0
    assert rows(store)["audit"] == 1 + 7 + 7


def test_sqlite_gives_the_space_back(tmp_path, clock: Time) -> None:
    with Store(sqlite(tmp_path), clock=clock) as store:
        for _ in range(5):
            stored(store)
        held = file_size(store)
        clock.pass_by(hours=25)
        assert store.retention.expire() == 5
        assert store.core.database.file.stat().st_size < held / 2
        log = store.core.database.file.with_name("cases.sqlite-wal")
        assert log.stat().st_size == 0


def file_size(store: Store) -> int:
    store.core.database.give_space_back()
    return store.core.database.file.stat().st_size
