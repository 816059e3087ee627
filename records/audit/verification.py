"""Whether the store is as it was written: the audit's chain, and everything that it speaks of."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.errors import ContractError
from records.audit import chain
from records.conclusions import signed_version
from records.contents.array_codec import array_digest, restored_array
from records.contents.case_codec import array_names, machine_text_of
from records.contents.signed import sha256_of, text_bytes, version_sha256
from records.core import StoreCore
from records.database.tables import (
    ArrayRow,
    AuditRow,
    CaseRow,
    DraftRow,
    IdentityRow,
    OpinionRow,
    ResultRow,
    SignatureRow,
    StoreRow,
    UploadRow,
)
from records.errors import StoreDamagedError
from records.values import Action, AuditEntry

GONE = (Action.EXPIRED, Action.REMOVED)
FINDINGS = {
    "verify_chain_broken",
    "verify_head_unknown",
    "verify_case_lost",
    "verify_case_left_behind",
    "verify_case_unaudited",
    "verify_case_changed",
    "verify_signature_changed",
    "verify_signature_lost",
}
"""The codes of all that may be found."""
OF_A_CASE = (UploadRow, IdentityRow, ResultRow, ArrayRow, DraftRow, OpinionRow, SignatureRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        code: Its stable code; the sentence stands in `pipeline/words/`.
        parameters: For the sentence: `entry`, `case`, `version`.
    """

    code: str
    parameters: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `verify` found.

    Attributes:
        findings: What is not as it was written; empty is good.
        entries: How many entries the audit has.
        head: The hash of the last one: noted elsewhere, it proves later what was there now.
        cases: How many cases there are.
        signatures: How many signed versions there are.
        removed: How many cases left, with their proof in the audit.
    """

    findings: tuple[Finding, ...]
    entries: int
    head: str
    cases: int
    signatures: int
    removed: int


def verify(core: StoreCore, *, head: str | None = None, contents: bool = True) -> Verification:
    """Check the whole store.

    Args:
        core: The store's.
        head: A hash that the audit ended with at some time; it must still be in it.
        contents: Whether to open all contents as well, which takes longer.

    Raises:
        StoreError: The store does not answer.
    """
    with core.database.read() as session:
        store = session.execute(select(StoreRow)).scalar_one()
        findings = list(_chain(session, core, head))
        history = _history(session)
        cases = {row.id: row.revision for row in session.scalars(select(CaseRow))}
        findings += _presence(session, history, set(cases))
        signatures = 0
        for case in cases:
            found = list(_signatures(session, core, case, history[case]))
            signatures += sum(one is None for one in found)
            findings += [one for one in found if one is not None]
            if contents:
                findings += _contents(session, core, case, history[case])
        removed = sum(any(one.action in GONE for one in one_case) for one_case in history.values())
        return Verification(
            findings=tuple(findings),
            entries=store.entries,
            head=store.head,
            cases=len(cases),
            signatures=signatures,
            removed=removed,
        )


def _chain(session: Session, core: StoreCore, head: str | None) -> Iterator[Finding]:
    broken = chain.broken_link(session, core.cipher)
    if broken is not None:
        yield Finding(code="verify_chain_broken", parameters={"entry": broken})
    if head is not None:
        known = session.scalar(select(AuditRow.number).where(AuditRow.hash == head))
        if known is None:
            yield Finding(code="verify_head_unknown")


def _history(session: Session) -> defaultdict[str, list[AuditEntry]]:
    """The audit by case; entries that are none are the chain's matter."""
    history: defaultdict[str, list[AuditEntry]] = defaultdict(list)
    for row in session.scalars(select(AuditRow).order_by(AuditRow.number)):
        try:
            entry = chain.entry_of(row)
        except ValueError:
            continue
        if entry.case:
            history[entry.case].append(entry)
    return history


def _presence(
    session: Session, history: defaultdict[str, list[AuditEntry]], cases: set[str]
) -> Iterator[Finding]:
    """Cases that are there and should not be, or the other way round."""
    gone = {case for case, entries in history.items() if any(one.action in GONE for one in entries)}
    held = set(cases)
    for table in OF_A_CASE:
        held |= set(session.scalars(select(table.case_id).distinct()))
    for case in sorted(set(history) - gone - cases):
        yield Finding(code="verify_case_lost", parameters={"case": case})
    for case in sorted(held & gone):
        yield Finding(code="verify_case_left_behind", parameters={"case": case})
    for case in sorted(held - set(history)):
        yield Finding(code="verify_case_unaudited", parameters={"case": case})


def _signatures(
    session: Session, core: StoreCore, case: str, history: list[AuditEntry]
) -> Iterator[Finding | None]:
    """What is wrong with a case's signatures; `None` for each that is as it was signed."""
    signed = {
        entry.details["version"]: entry.details
        for entry in history
        if entry.action in (Action.SIGNED, Action.AMENDED)
    }
    query = select(SignatureRow).where(SignatureRow.case_id == case)
    rows = {row.version: row for row in session.scalars(query)}
    previous = ""
    for number in sorted({int(one) for one in signed} | set(rows)):
        parameters: dict[str, str | int] = {"case": case, "version": number}
        if number not in rows:
            yield Finding(code="verify_signature_lost", parameters=parameters)
            continue
        try:
            version = signed_version(core, rows[number])
            inputs = version.inputs
            result = session.get(ResultRow, (case, version.revision))
            values = b"" if result is None else _values(core, result)
            image, machine = machine_text_of(values)
            is_good = (
                signed.get(number, {}).get("signature_sha256") == version_sha256(version)
                and (inputs.image, inputs.result) == (image, sha256_of(values))
                and inputs.machine_text == sha256_of(text_bytes(machine))
                and inputs.previous == previous
            )
            previous = version_sha256(version)
        except (StoreDamagedError, ValueError, KeyError):
            is_good = False
        yield (None if is_good else Finding(code="verify_signature_changed", parameters=parameters))


def _contents(
    session: Session, core: StoreCore, case: str, history: list[AuditEntry]
) -> Iterator[Finding]:
    """What of a case cannot be opened, or is not what the audit says was written."""
    written = {
        entry.details["revision"]: entry.details["sha256"]
        for entry in history
        if entry.action is Action.ANALYSED
    }
    parameters: dict[str, str | int] = {"case": case}
    try:
        results = session.scalars(select(ResultRow).where(ResultRow.case_id == case)).all()
        named: set[str] = set()
        for row in results:
            values = _values(core, row)
            if not sha256_of(values) == row.sha256 == written.get(row.revision):
                raise StoreDamagedError
            named |= array_names(values)
        latest = session.scalar(select(CaseRow.revision).where(CaseRow.id == case)) or 0
        if latest and latest not in {row.revision for row in results}:
            raise StoreDamagedError
        for digest in named:
            name = core.cipher.identifier("array", digest)
            found = session.get(ArrayRow, (case, name))
            if found is None:
                raise StoreDamagedError
            array = restored_array(core.cipher.open(found.content, "arrays", case, name))
            session.expunge(found)
            if array_digest(array) != digest:
                raise StoreDamagedError
        for draft in session.scalars(select(DraftRow).where(DraftRow.case_id == case)):
            core.cipher.open(draft.content, "drafts", case, draft.number)
        _check_opinions(session, core, case, history)
        for one in (session.get(UploadRow, case), session.get(IdentityRow, case)):
            if one is not None:
                core.cipher.open(one.content, one.__tablename__, case)
    except (StoreDamagedError, ContractError, ValueError):
        yield Finding(code="verify_case_changed", parameters=parameters)


def _check_opinions(
    session: Session, core: StoreCore, case: str, history: list[AuditEntry]
) -> None:
    """Compare a case's opinions with what the audit says was given.

    Raises:
        StoreDamagedError: One is missing, or is not as it was given.
    """
    given = {
        entry.details["opinion"]: entry.details["sha256"]
        for entry in history
        if entry.action is Action.OPINION_GIVEN
    }
    query = select(OpinionRow).where(OpinionRow.case_id == case)
    found = {
        row.number: sha256_of(core.cipher.open(row.content, "opinions", case, row.number))
        for row in session.scalars(query)
    }
    if found != given:
        raise StoreDamagedError


def _values(core: StoreCore, row: ResultRow) -> bytes:
    return core.cipher.open(row.content, "results", row.case_id, row.revision)
