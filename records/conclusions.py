"""Conclusions: drafts as they are written, and signed versions, of which nothing ever changes."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.types import ClassificationState, Conclusion, Language, Section
from records.audit import chain
from records.contents.case_codec import machine_text_of
from records.contents.signed import (
    decode_version,
    encode_version,
    make_version,
    sha256_of,
    text_bytes,
    version_sha256,
)
from records.core import StoreCore, case_row
from records.database.tables import CaseRow, DraftRow, ResultRow, SignatureRow
from records.errors import (
    AlreadySignedError,
    CaseUnfinishedError,
    NotSignedError,
    SignatureIncompleteError,
    StoreDamagedError,
)
from records.values import Action, CaseStatus, Draft, SignedInputs, SignedVersion

LONGEST_NAME = 200


class Conclusions:
    """Keeps drafts, and signs them."""

    def __init__(self, core: StoreCore) -> None:
        """Keep them with these."""
        self._core = core

    def save_draft(self, case: str, conclusion: Conclusion, *, actor: str) -> None:
        """Keep a conclusion as somebody left it; a text that did not change is not kept twice.

        Raises:
            CaseMissingError: There is no such case.
        """
        core = self._core
        content = text_bytes(conclusion.sections, conclusion.language)
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            latest = self._latest_draft(session, case)
            if latest is not None and self._opened(latest) == content:
                return
            number, now = (latest.number if latest else 0) + 1, core.clock()
            sealed = core.cipher.seal(content, "drafts", case, number)
            session.add(
                DraftRow(
                    case_id=case, number=number, changed_at=now, changed_by=actor, content=sealed
                )
            )
            row.changed_at = now
            chain.append(
                session, core.cipher, Action.DRAFTED, at=now, actor=actor, case=case,
                details={"draft": number, "text_sha256": sha256_of(content)},
            )  # fmt: skip

    def draft(self, case: str) -> Draft | None:
        """The conclusion as it was last left since the last signature, `None` if it was not."""
        with self._core.database.read() as session:
            case_row(session, case)
            latest = self._latest_draft(session, case)
            if latest is None or latest.number <= self._drafts_signed(session, case):
                return None
            return self._read_draft(latest)

    def drafts(self, case: str) -> tuple[Draft, ...]:
        """How the conclusion came about, first to last."""
        query = select(DraftRow).where(DraftRow.case_id == case).order_by(DraftRow.number)
        with self._core.database.read() as session:
            case_row(session, case)
            return tuple(self._read_draft(row) for row in session.scalars(query))

    def sign(
        self,
        case: str,
        conclusion: Conclusion,
        *,
        signer: str,
        actor: str,
        state: ClassificationState | None = None,
    ) -> SignedVersion:
        """Sign a conclusion for the first time.

        Args:
            case: The case's id.
            conclusion: The text.
            signer: The name that stands under it.
            actor: Who is at the computer; with a login the same person.
            state: What the signer finds after all, where readers read first; for the audit.

        Raises:
            AlreadySignedError: It is signed; it can be amended.
            CaseUnfinishedError: Nothing has been found yet.
            SignatureIncompleteError: The name or the text is empty.
        """
        return self._sign(case, conclusion, signer, actor, reason=None, state=state)

    def amend(
        self, case: str, conclusion: Conclusion, *, signer: str, reason: str, actor: str
    ) -> SignedVersion:
        """Sign another version; the one before it stays as it is.

        Args:
            case: The case's id.
            conclusion: The text.
            signer: The name that stands under it.
            reason: Why.
            actor: Who is at the computer.

        Raises:
            NotSignedError: There is nothing to amend.
            SignatureIncompleteError: The name, the text or the reason is empty.
        """
        return self._sign(case, conclusion, signer, actor, reason=reason)

    def versions(self, case: str) -> tuple[SignedVersion, ...]:
        """All signed versions, first to last.

        Raises:
            CaseMissingError: There is no such case.
            StoreDamagedError: One is not as it was signed.
        """
        query = select(SignatureRow).where(SignatureRow.case_id == case)
        with self._core.database.read() as session:
            case_row(session, case)
            rows = session.scalars(query.order_by(SignatureRow.version))
            return tuple(signed_version(self._core, row) for row in rows)

    def _sign(
        self,
        case: str,
        conclusion: Conclusion,
        signer: str,
        actor: str,
        *,
        reason: str | None,
        state: ClassificationState | None = None,
    ) -> SignedVersion:
        core, signer = self._core, signer.strip()
        _check(conclusion, signer, reason)
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            query = select(SignatureRow).where(SignatureRow.case_id == case)
            rows = session.scalars(query.order_by(SignatureRow.version)).all()
            if rows and reason is None:
                raise AlreadySignedError(case=case, version=rows[-1].version)
            if not rows and reason is not None:
                raise NotSignedError(case=case)
            previous = version_sha256(signed_version(core, rows[-1])) if rows else ""
            image, machine, result = self._machine(session, row)
            version = make_version(
                conclusion,
                version=len(rows) + 1,
                signer=signer,
                signed_at=core.clock(),
                reason=reason or "",
                machine=machine,
                revision=row.revision,
                inputs=SignedInputs(
                    image=image,
                    result=result,
                    machine_text=sha256_of(text_bytes(machine)),
                    previous=previous,
                ),
                drafts=self._drafts(session, case),
            )
            self._insert(session, row, version)
            chain.append(
                session, core.cipher, Action.AMENDED if rows else Action.SIGNED,
                at=version.signed_at, actor=actor, case=case,
                details={
                    "version": version.version,
                    "signer": signer,
                    "text_sha256": version.text_sha256,
                    "inputs_sha256": version.inputs_sha256,
                    "signature_sha256": version_sha256(version),
                    **({} if state is None else {"state": state}),
                },
            )  # fmt: skip
        return version

    def _insert(self, session: Session, row: CaseRow, version: SignedVersion) -> None:
        content = encode_version(version)
        sealed = self._core.cipher.seal(content, "signatures", row.id, version.version)
        session.add(
            SignatureRow(
                case_id=row.id,
                version=version.version,
                revision=version.revision,
                signer=version.signer,
                signed_at=version.signed_at,
                text_sha256=version.text_sha256,
                inputs_sha256=version.inputs_sha256,
                content=sealed,
            )
        )
        row.status = CaseStatus.SIGNED if version.version == 1 else CaseStatus.AMENDED
        row.signed, row.signer, row.changed_at = True, version.signer, version.signed_at

    def _machine(self, session: Session, row: CaseRow) -> tuple[str, Mapping[Section, str], str]:
        """Of the case's latest result: the image's SHA-256, the machine's text, its own SHA-256."""
        result = session.get(ResultRow, (row.id, row.revision))
        if result is None:
            raise CaseUnfinishedError(case=row.id)
        values = self._core.cipher.open(result.content, "results", row.id, row.revision)
        if sha256_of(values) != result.sha256:
            raise StoreDamagedError
        image, machine = machine_text_of(values)
        return image, machine, result.sha256

    def _drafts(self, session: Session, case: str) -> int:
        query = select(func.max(DraftRow.number)).where(DraftRow.case_id == case)
        return session.scalar(query) or 0

    def _drafts_signed(self, session: Session, case: str) -> int:
        """How many drafts there were at the last signature."""
        query = select(SignatureRow).where(SignatureRow.case_id == case)
        row = session.scalars(query.order_by(SignatureRow.version.desc()).limit(1)).first()
        return 0 if row is None else signed_version(self._core, row).drafts

    def _latest_draft(self, session: Session, case: str) -> DraftRow | None:
        query = select(DraftRow).where(DraftRow.case_id == case)
        return session.scalars(query.order_by(DraftRow.number.desc()).limit(1)).first()

    def _opened(self, row: DraftRow) -> bytes:
        return self._core.cipher.open(row.content, "drafts", row.case_id, row.number)

    def _read_draft(self, row: DraftRow) -> Draft:
        found: dict[str, Any] = json.loads(self._opened(row))
        return Draft(
            language=Language(found["language"]),
            sections={Section(name): text for name, text in found["sections"].items()},
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )


def signed_version(core: StoreCore, row: SignatureRow) -> SignedVersion:
    """A signed version from its row.

    Raises:
        StoreDamagedError: It is not as it was signed.
    """
    found = decode_version(core.cipher.open(row.content, "signatures", row.case_id, row.version))
    beside = (found.signer, found.signed_at, found.text_sha256, found.inputs_sha256)
    if beside != (row.signer, row.signed_at, row.text_sha256, row.inputs_sha256):
        raise StoreDamagedError
    return found


def _check(conclusion: Conclusion, signer: str, reason: str | None) -> None:
    if not 0 < len(signer) <= LONGEST_NAME:
        raise SignatureIncompleteError(field="signer")
    if not any(text.strip() for text in conclusion.sections.values()):
        raise SignatureIncompleteError(field="text")
    if reason is not None and not reason.strip():
        raise SignatureIncompleteError(field="reason")
