"""Opinions: what a reader writes of a radiograph before the machine's result is shown to them."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipeline.types import ClassificationState
from records.audit import chain
from records.contents.signed import sha256_of
from records.core import StoreCore, case_row
from records.database.tables import CaseRow, OpinionRow
from records.errors import CaseUnfinishedError, OpinionGivenError, OpinionIncompleteError
from records.values import Action

STATES = (ClassificationState.ABNORMAL, ClassificationState.NORMAL, ClassificationState.UNCERTAIN)
"""What a reader may find: as the machine, but no radiograph is unfamiliar to them."""
LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a reader thought before they saw what the machine found.

    Attributes:
        reader: Who, as the audit calls them.
        given_at: When (UTC).
        state: Abnormal, normal or unsure.
        text: In their own words.
    """

    reader: str
    given_at: datetime
    state: ClassificationState
    text: str


class Opinions:
    """Keeps opinions; none is changed."""

    def __init__(self, core: StoreCore) -> None:
        """Keep them with these."""
        self._core = core

    def give(self, case: str, state: ClassificationState | None, text: str, *, actor: str) -> None:
        """Keep a reader's opinion, and in the audit what it was and what the machine's is.

        Args:
            case: The case's id.
            state: One of `STATES`.
            text: The reader's own words.
            actor: Who it is.

        Raises:
            OpinionIncompleteError: There is no state or no text, or too much of it.
            OpinionGivenError: They have given one already.
            CaseUnfinishedError: There is nothing of the machine's yet to compare it with.
        """
        text = text.strip()
        if state not in STATES or not 0 < len(text) <= LONGEST:
            raise OpinionIncompleteError(longest=LONGEST)
        core, content = self._core, _encoded(state, text)
        with core.database.write() as session:
            row = case_row(session, case, for_change=True)
            if row.revision == 0:
                raise CaseUnfinishedError(case=case)
            if _row_of(session, case, actor) is not None:
                raise OpinionGivenError(case=case)
            numbers = select(func.count()).where(OpinionRow.case_id == case)
            number, now = (session.scalar(numbers) or 0) + 1, core.clock()
            session.add(
                OpinionRow(
                    case_id=case,
                    number=number,
                    reader=actor,
                    given_at=now,
                    content=core.cipher.seal(content, "opinions", case, number),
                )
            )
            row.changed_at = now
            chain.append(
                session, core.cipher, Action.OPINION_GIVEN, at=now, actor=actor, case=case,
                details={
                    "opinion": number,
                    "state": state,
                    "machine": _machine(row),
                    "sha256": sha256_of(content),
                },
            )  # fmt: skip

    def of_reader(self, case: str, reader: str) -> Opinion | None:
        """A reader's opinion of a case; `None` before they have given one."""
        with self._core.database.read() as session:
            case_row(session, case)
            row = _row_of(session, case, reader)
            return None if row is None else self._opened(row)

    def all(self, case: str) -> tuple[Opinion, ...]:
        """All opinions of a case, first to last."""
        query = select(OpinionRow).where(OpinionRow.case_id == case).order_by(OpinionRow.number)
        with self._core.database.read() as session:
            case_row(session, case)
            return tuple(map(self._opened, session.scalars(query)))

    def shown_to(self, reader: str) -> frozenset[str]:
        """The ids of the cases whose result a reader may see: read by them, or signed by any."""
        read = select(OpinionRow.case_id).where(OpinionRow.reader == reader)
        signed = select(CaseRow.id).where(CaseRow.signed)
        with self._core.database.read() as session:
            return frozenset(session.scalars(read)) | frozenset(session.scalars(signed))

    def _opened(self, row: OpinionRow) -> Opinion:
        content = self._core.cipher.open(row.content, "opinions", row.case_id, row.number)
        found: dict[str, str] = json.loads(content)
        return Opinion(
            reader=row.reader,
            given_at=row.given_at,
            state=ClassificationState(found["state"]),
            text=found["text"],
        )


def _encoded(state: ClassificationState, text: str) -> bytes:
    return json.dumps({"state": state, "text": text}, ensure_ascii=False, sort_keys=True).encode()


def _row_of(session: Session, case: str, reader: str) -> OpinionRow | None:
    query = select(OpinionRow).where(OpinionRow.case_id == case, OpinionRow.reader == reader)
    return session.scalars(query).one_or_none()


def _machine(row: CaseRow) -> ClassificationState:
    """What the machine's classification comes to, by the case's line."""
    if row.abnormal is None:
        return ClassificationState.UNFAMILIAR
    if row.uncertain:
        return ClassificationState.UNCERTAIN
    return ClassificationState.ABNORMAL if row.abnormal else ClassificationState.NORMAL
