"""What comes into the store comes out of it, once, and is in the audit."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from pipeline.errors import CancelledByUserError, ColourImageError, TurnedImageError
from pipeline.settings import Settings
from pipeline.types import Language
from records import (
    Action,
    Arrival,
    CaseContent,
    CaseMissingError,
    CaseStatus,
    CaseUnfinishedError,
)
from records.audit.verification import verify
from records.contents.case_codec import encode_case
from records.database.tables import ArrayRow, AuditRow, ResultRow, UploadRow
from records.errors import CaseOutdatedError, StoreError
from records.store import Store
from tests.records.cases import case_result, conclusion, content, differences
from tests.records.conftest import Time

PAGE = Arrival(origin="page", data=b"a file", language=Language.RUSSIAN)


def count(store: Store, table: type) -> int:
    with store.core.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_case_comes_out_as_it_was_stored_even_after_the_store_was_closed(
    settings: Settings, clock: Time
) -> None:
    given = content()
    with Store(settings, clock=clock) as store:
        case = store.receive(PAGE, actor="ada")
        assert store.upload(case) == b"a file"
        assert store.line(case).status is CaseStatus.WAITING
        with pytest.raises(CaseUnfinishedError):
            store.load(case)
        store.save(case, given, finished=True, actor="ada")
    with Store(settings, clock=clock) as store:
        assert differences(given, store.load(case)) == []
        line = store.line(case)
        assert (line.number, line.status, line.finished) == (1, CaseStatus.DRAFT, True)
        assert (line.label, line.abnormal, line.probability) == ("tuberculosis", True, 0.9)
        assert line.label_terms["ru"] == "туберкулёз"
        assert line.quality == "doubtful"
        assert line.language is Language.RUSSIAN
        assert [entry.action for entry in store.audit(case)] == [Action.RECEIVED, Action.ANALYSED]
        assert not verify(store.core).findings


def test_the_file_stays_until_the_analysis_has_ended(store: Store) -> None:
    case = store.receive(PAGE, actor="ada")
    partial = CaseContent(result=replace(case_result(), report=None, text_explanation=None))
    store.save(case, partial, finished=False, actor="ada")
    assert store.upload(case) == b"a file"
    assert not store.line(case).finished
    store.save(case, content(), finished=True, actor="ada")
    assert store.upload(case) is None
    assert count(store, UploadRow) == 0


def test_arrays_are_written_once_and_only_the_latest_result_is_held(store: Store) -> None:
    case = store.receive(PAGE, actor="ada")
    result = case_result()
    partial = replace(content(), result=replace(result, report=None))
    store.save(case, partial, finished=False, actor="a")
    arrays = count(store, ArrayRow)
    assert arrays == len(encode_case(content()).arrays)
    store.save(case, content(), finished=True, actor="a")
    assert count(store, ArrayRow) == arrays
    assert count(store, ResultRow) == 1
    entries = count(store, AuditRow)
    store.save(case, content(), finished=True, actor="a")  # nothing new in it
    assert count(store, AuditRow) == entries


def test_nothing_in_clear_is_in_the_files(tmp_path: Path) -> None:
    settings = Settings(store_folder=tmp_path / "store", keep_identity=True)
    arrival = replace(
        PAGE, data=b"DICM Ivanov^Ivan", patient="PID-4711", source="1.2.840.99",
        identity={"patient_name": "Ivanov^Ivan"},
    )  # fmt: skip
    result = replace(case_result(), provenance={"remark": "Sidorova"})
    with Store(settings) as store:
        case = store.receive(arrival, actor="ada")
        store.save(case, CaseContent(result=result), finished=False, actor="ada")
        store.conclusions.save_draft(case, conclusion("Known to Petrova."), actor="ada")
        store.conclusions.sign(case, conclusion("Known to Petrov."), signer="Ada", actor="ada")
        files = list(settings.store_folder.iterdir())
        held = b"".join(file.read_bytes() for file in files)
        assert store.identity(case) == {"patient_name": "Ivanov^Ivan"}
    assert len(held) > 10_000
    assert {file.name for file in files} >= {"cases.sqlite", "cases.sqlite-wal", "store.key"}
    for text in (b"Ivan", b"PID-4711", b"1.2.840.99", b"Petrov", b"Sidorova", b"right middle"):
        assert text not in held
    assert result.radiograph.pixels.tobytes()[:64] not in held


def test_identity_is_not_kept_unless_it_is_asked_for(store: Store) -> None:
    case = store.receive(replace(PAGE, identity={"patient_name": "Ivanov"}), actor="ada")
    assert store.identity(case) == {}


def test_a_file_that_comes_twice_is_one_case(store: Store) -> None:
    sent = replace(PAGE, source="1.2.840.99")
    case = store.receive(sent, actor="pacs")
    assert store.receive(sent, actor="pacs") == case
    assert store.receive(replace(PAGE, source="1.2.840.98"), actor="pacs") != case
    assert store.receive(PAGE, actor="ada") != store.receive(PAGE, actor="ada")
    assert [line.number for line in store.worklist.page().lines] == [1, 2, 3, 4]
    assert not verify(store.core).findings


def test_why_there_is_no_result_is_kept(store: Store) -> None:
    case = store.receive(PAGE, actor="ada")
    store.fail(case, ColourImageError(), actor="ada")
    line = store.line(case)
    assert (line.status, line.error, line.urgent) == (CaseStatus.FAILED, "image_colour", True)
    assert store.error(case) == ("image_colour", {})
    assert store.upload(case) is None
    lying = store.receive(PAGE, actor="ada")
    store.fail(lying, TurnedImageError(degrees=90), actor="ada")
    assert store.error(lying) == ("image_turned", {"degrees": 90})
    assert store.upload(lying) == PAGE.data  # its reader may have it turned
    store.save(lying, content(), finished=True, actor="ada")
    assert (store.upload(lying), store.error(lying)) == (None, None)
    done = store.receive(PAGE, actor="ada")
    store.save(done, content(), finished=False, actor="ada")
    store.fail(done, CancelledByUserError(), actor="ada")
    assert store.line(done).status is CaseStatus.DRAFT  # what was found stays
    assert store.line(done).finished


def test_who_looked_is_in_the_audit(store: Store) -> None:
    case = store.receive(PAGE, actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    assert differences(content(), store.view(case, actor="grace")) == []
    last = store.audit(case)[-1]
    assert (last.action, last.actor, last.number) == (Action.VIEWED, "grace", 4)
    assert store.audit()[0].action is Action.STORE_MADE


def test_an_unknown_case_is_said(store: Store) -> None:
    for ask in (
        lambda: store.load("nothing"),
        lambda: store.line("nothing"),
        lambda: store.save("nothing", content(), finished=True, actor="ada"),
        lambda: store.conclusions.versions("nothing"),
        lambda: store.retention.keep("nothing", actor="ada"),
    ):
        with pytest.raises(CaseMissingError) as caught:
            ask()
        assert caught.value.parameters == {"case": "nothing"}


def test_a_case_of_another_version_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    case = store.receive(PAGE, actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    monkeypatch.setattr("records.contents.case_codec.json.loads", lambda _: {"$": "CaseContent"})
    with pytest.raises(CaseOutdatedError):
        store.load(case)


@pytest.mark.parametrize("table", [ResultRow, ArrayRow, AuditRow])
def test_the_database_itself_refuses_to_change_what_was_written(store: Store, table: type) -> None:
    case = store.receive(PAGE, actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    column = "entry" if table is AuditRow else "content"
    with pytest.raises(StoreError) as caught, store.core.database.write() as session:
        session.execute(update(table).values({column: "x" if table is AuditRow else b"x"}))
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert "does not change" in str(caught.value.__cause__)
    assert differences(content(), store.load(case)) == []
