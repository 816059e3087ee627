"""What stays and what leaves: a case goes some time after its last change unless it is kept.

A case that left leaves its proof in the audit: when it came, the hash of what was found for it and
of each signature. Of the case itself nothing stays; SQLite writes zeros over what it held, and
gives the space back.
"""

import time
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from records.audit import chain
from records.core import StoreCore, case_row
from records.database.tables import CaseRow, ResultRow, SignatureRow
from records.opening import SYSTEM
from records.values import Action

EVERY_S = 600.0
"""How often a store that is in use looks for what has to leave."""
AT_ONCE = 100
"""How many cases leave in one transaction."""


@dataclass(slots=True, kw_only=True)
class _Looked:
    """When it was last looked for cases that have to leave."""

    at: float = field(default=float("-inf"))


class Retention:
    """Keeps cases and removes them."""

    def __init__(self, core: StoreCore) -> None:
        """Work with these."""
        self._core, self._looked = core, _Looked()

    def keep(self, case: str, *, actor: str) -> None:
        """Let a case stay beyond its time."""
        self._set_kept(case, True, actor)

    def release(self, case: str, *, actor: str) -> None:
        """Let a kept case leave like the others: its time begins now."""
        self._set_kept(case, False, actor)

    def remove(self, case: str, *, actor: str) -> None:
        """Remove a case at once, kept or not."""
        with self._core.database.write() as session:
            row = case_row(session, case, for_change=True)
            self._remove(session, row, Action.REMOVED, actor)
        self._core.database.give_space_back()

    def expire(self) -> int:
        """Remove every case whose time is over.

        Returns:
            How many left.
        """
        core, count = self._core, 0
        self._looked.at = time.monotonic()
        while True:
            query = (
                select(CaseRow)
                .where(CaseRow.kept.is_(False), CaseRow.changed_at < core.clock() - core.retention)
                .order_by(CaseRow.number)
                .limit(AT_ONCE)
            )
            with core.database.read() as session:
                if session.scalars(query.limit(1)).first() is None:
                    break
            with core.database.write() as session:
                rows = session.scalars(query.with_for_update()).all()
                for row in rows:
                    self._remove(session, row, Action.EXPIRED, SYSTEM)
                count += len(rows)
        if count:
            self._core.database.give_space_back()
        return count

    def expire_if_due(self) -> None:
        """The same, but at most once in ten minutes."""
        if time.monotonic() - self._looked.at >= EVERY_S:
            self.expire()

    def _set_kept(self, case: str, kept: bool, actor: str) -> None:
        core = self._core
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            if row.kept is kept:
                return
            row.kept, row.changed_at = kept, core.clock()
            chain.append(
                session, core.cipher, Action.KEPT if kept else Action.RELEASED,
                at=row.changed_at, actor=actor, case=case,
            )  # fmt: skip

    def _remove(self, session: Session, row: CaseRow, action: Action, actor: str) -> None:
        """Remove a case with everything of it, and write down what it was."""
        signatures = session.execute(
            select(SignatureRow.version, SignatureRow.text_sha256, SignatureRow.inputs_sha256)
            .where(SignatureRow.case_id == row.id)
            .order_by(SignatureRow.version)
        )
        result = session.execute(
            select(ResultRow.sha256).where(
                ResultRow.case_id == row.id, ResultRow.revision == row.revision
            )
        ).scalar()
        details: chain.Details = {
            "received_at": row.received_at.isoformat(timespec="microseconds"),
            "status": row.status,
            "result_sha256": result or "",
        }
        for version, text_sha256, inputs_sha256 in signatures:
            details[f"text_sha256_{version}"] = text_sha256
            details[f"inputs_sha256_{version}"] = inputs_sha256
        case = row.id
        session.execute(delete(CaseRow).where(CaseRow.id == case))  # all else goes with it
        chain.append(
            session, self._core.cipher, action,
            at=self._core.clock(), actor=actor, case=case, details=details,
        )  # fmt: skip
