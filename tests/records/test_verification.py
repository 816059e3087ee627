"""Whatever is changed behind the store's back is found."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from pipeline.types import Language
from pipeline.words import message
from records import Arrival
from records.audit.verification import FINDINGS, Finding, verify
from records.command_line import main
from records.database.tables import (
    ArrayRow,
    AuditRow,
    CaseRow,
    DraftRow,
    ResultRow,
    SignatureRow,
    StoreRow,
    UploadRow,
)
from records.store import Store
from tests.records.cases import conclusion, content, sqlite
from tests.records.conftest import Time


@pytest.fixture
def full(tmp_path: Path, clock: Time) -> Store:
    """Two cases, one of them signed twice, and one that left."""
    store = Store(sqlite(tmp_path), clock=clock)
    arrival = Arrival(origin="page", data=b"a file", source="1.2.3")
    case = store.receive(arrival, actor="ada")
    store.save(case, content(), finished=False, actor="ada")
    store.conclusions.save_draft(case, conclusion("One."), actor="ada")
    store.conclusions.sign(case, conclusion("One."), signer="Ada", actor="ada")
    store.conclusions.amend(case, conclusion("Two."), signer="Ada", reason="So.", actor="ada")
    store.save(
        store.receive(Arrival(origin="page"), actor="a"), content(1), finished=True, actor="a"
    )
    store.retention.remove(store.receive(Arrival(origin="page"), actor="a"), actor="ada")
    return store


def tampered(store: Store, *changes: Callable[[Session], object]) -> tuple[str, ...]:
    """The codes that are found after somebody who owns the database has changed it."""
    with store.core.database.write() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in names.all():
            session.execute(text(f"DROP TRIGGER {name}"))
        for change in changes:
            change(session)
    return tuple(finding.code for finding in verify(store.core).findings)


def flipped(table: type) -> Callable[[Session], None]:
    """Flips the last bit of the first content of a table."""

    def change(session: Session) -> None:
        row = session.query(table).first()
        row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])

    return change


def executed(statement: object) -> Callable[[Session], None]:
    return lambda session: session.execute(statement)


def of_second(**values: object) -> Callable[[Session], None]:
    return executed(update(CaseRow).where(CaseRow.number == 2).values(**values))


def smuggled(session: Session, case: str = "new") -> None:
    """A copy of the second case's row under another id."""
    row = session.query(CaseRow).where(CaseRow.number == 2).one()
    names = (column.name for column in CaseRow.__table__.columns)
    values = {name: getattr(row, name) for name in names}
    session.add(CaseRow(**{**values, "id": case, "number": 99, "revision": 0}))


def replaced(number: int, old: str, new: str) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        row = session.get(AuditRow, number)
        assert old in row.entry
        row.entry = row.entry.replace(old, new)

    return change


def test_an_untouched_store_has_nothing_to_find(full: Store) -> None:
    found = verify(full.core)
    assert found.findings == ()
    assert (found.cases, found.signatures, found.removed, found.entries) == (2, 2, 1, 10)
    assert verify(full.core, head=found.head).findings == ()


def test_each_change_of_the_audit_is_found(full: Store) -> None:
    broken = [Finding(code="verify_chain_broken", parameters={"entry": 5})]
    assert "verify_chain_broken" in tampered(full, replaced(5, '"Ada"', '"Eve"'))
    assert list(verify(full.core).findings)[:1] == broken


@pytest.mark.parametrize(
    ("change", "entry"),
    [
        (executed(delete(AuditRow).where(AuditRow.number == 4)), 4),
        (executed(delete(AuditRow).where(AuditRow.number == 10)), 10),
        (executed(update(AuditRow).where(AuditRow.number == 7).values(number=99)), 7),
        (executed(update(AuditRow).where(AuditRow.number == 3).values(case_id="other")), 3),
        (executed(update(AuditRow).where(AuditRow.number == 6).values(hash="0" * 64)), 6),
        (executed(update(StoreRow).values(entries=9)), 11),
        (executed(update(StoreRow).values(seal="0" * 64)), 11),
        (executed(update(AuditRow).where(AuditRow.number == 2).values(entry="{}")), 2),
        (executed(update(AuditRow).where(AuditRow.number == 2).values(entry="no")), 2),
    ],
)
def test_the_first_broken_entry_is_named(
    full: Store, change: Callable[[Session], None], entry: int
) -> None:
    assert "verify_chain_broken" in tampered(full, change)
    assert verify(full.core).findings[0].parameters == {"entry": entry}


def test_cutting_off_the_end_with_its_count_is_found(full: Store) -> None:
    def cut(session: Session) -> None:
        session.execute(delete(AuditRow).where(AuditRow.number > 8))
        last = session.get(AuditRow, 8)
        session.execute(update(StoreRow).values(entries=8, head=last.hash))

    assert "verify_chain_broken" in tampered(full, cut)


def test_yesterdays_copy_is_found_by_todays_head(full: Store, tmp_path: Path) -> None:
    full.core.database.give_space_back()
    file = full.core.database.file
    yesterday = file.read_bytes()
    full.receive(Arrival(origin="page"), actor="ada")
    head = verify(full.core).head
    full.close()
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink(missing_ok=True)
    file.write_bytes(yesterday)
    with Store(full.core.settings, clock=full.core.clock) as store:
        assert verify(store.core).findings == ()  # by itself it is whole
        codes = [finding.code for finding in verify(store.core, head=head).findings]
        assert codes == ["verify_head_unknown"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (flipped(ResultRow), "verify_case_changed"),
        (flipped(ArrayRow), "verify_case_changed"),
        (flipped(DraftRow), "verify_case_changed"),
        (flipped(UploadRow), "verify_case_changed"),
        (executed(delete(ArrayRow)), "verify_case_changed"),
        (of_second(revision=3), "verify_case_changed"),
        (flipped(SignatureRow), "verify_signature_changed"),
        (executed(update(SignatureRow).values(signer="Eve")), "verify_signature_changed"),
        (executed(update(SignatureRow).values(text_sha256="0" * 64)), "verify_signature_changed"),
        (executed(delete(SignatureRow).where(SignatureRow.version == 2)), "verify_signature_lost"),
        (executed(delete(CaseRow).where(CaseRow.number == 2)), "verify_case_lost"),
        (smuggled, "verify_case_unaudited"),
    ],
)  # fmt: skip
def test_each_change_of_a_case_is_found(
    full: Store, change: Callable[[Session], None], code: str
) -> None:
    codes = tampered(full, change)
    assert code in codes
    assert "verify_chain_broken" not in codes


def test_a_case_that_left_and_is_there_again_is_found(full: Store) -> None:
    gone = full.audit()[-1].case

    def back(session: Session) -> None:
        smuggled(session, gone)

    assert tampered(full, back) == ("verify_case_left_behind",)


def test_the_command_says_what_it_found(
    full: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(full.core.settings.store_folder))
    monkeypatch.setenv("EXPLAINCXR_RETENTION_HOURS", "876600")
    case = full.worklist.page().lines[0].id
    head = verify(full.core).head
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "0 findings; 2 cases, 2 signatures, 1 cases gone, 10 entries in the audit",
        f"head: {head}",
    ]
    tampered(full, flipped(ResultRow), replaced(5, '"Ada"', '"Eve"'))
    file = tmp_path / "found.json"
    monkeypatch.setenv("EXPLAINCXR_LANGUAGE", "ru")
    assert main(["verify", "--json", str(file), "--head", "f" * 64]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "Журнал изменён: запись 5 не следует из предыдущей или отсутствует."
    codes = [finding["code"] for finding in json.loads(file.read_text())["findings"]]
    assert codes[:2] == ["verify_chain_broken", "verify_head_unknown"]
    assert "verify_case_changed" in codes
    assert "verify_signature_changed" in codes
    assert main(["verify", "--quick"]) == 1
    quick = capsys.readouterr().err
    assert "данные, на основании которых" in quick
    assert case


@pytest.mark.parametrize("language", Language)
def test_every_finding_has_a_sentence(language: Language) -> None:
    for code in FINDINGS:
        assert message(code, language, entry=1, case="c", version=2)
