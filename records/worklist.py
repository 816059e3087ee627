"""The worklist: which cases wait, in the order in which they should be read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from pipeline.types import Language, QualityRating
from records.core import StoreCore
from records.database.tables import CaseRow
from records.query import CaseQuery, Order, WorklistPage
from records.values import CaseLine, CaseStatus

ID_CHARACTERS = 4
"""From how many characters on a search looks for the beginning of an id."""


class Worklist:
    """Reads the worklist."""

    def __init__(self, core: StoreCore) -> None:
        """Read with these."""
        self._core = core

    def page(self, query: CaseQuery | None = None) -> WorklistPage:
        """The part of the worklist that is asked for.

        Raises:
            StoreError: The store does not answer.
        """
        query = query or CaseQuery()
        with self._core.database.read() as session:
            labels = _labels(session)
            chosen = self._chosen(query, {} if query.blind else labels)
            total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
            rows = session.scalars(
                chosen.order_by(*_order(query.order)).limit(query.limit).offset(query.offset)
            )
            by_status = select(CaseRow.status, func.count()).group_by(CaseRow.status)
            counts = {CaseStatus(name): count for name, count in session.execute(by_status)}
            return WorklistPage(
                lines=tuple(line_of(row, self._core.retention) for row in rows),
                total=total,
                counts={status: counts.get(status, 0) for status in CaseStatus},
                labels=labels,
            )

    def of_visit(self, visit: str) -> tuple[CaseLine, ...]:
        """All cases of one visit of the page, in the order they came."""
        query = select(CaseRow).where(CaseRow.visit == visit).order_by(CaseRow.number)
        with self._core.database.read() as session:
            return tuple(line_of(row, self._core.retention) for row in session.scalars(query))

    def of_patient(self, patient: str) -> tuple[CaseLine, ...]:
        """All cases of one patient, earliest first.

        Args:
            patient: What identifies the patient, as in `Arrival.patient`.
        """
        return self._of_patient(self._core.cipher.identifier("patient", patient))

    def of_same_patient(self, case: str) -> tuple[CaseLine, ...]:
        """The other cases of a case's patient, earliest first; none where that is not known."""
        with self._core.database.read() as session:
            patient = session.scalar(select(CaseRow.patient).where(CaseRow.id == case))
        found = () if patient is None else self._of_patient(patient)
        return tuple(line for line in found if line.id != case)

    def _of_patient(self, patient: str) -> tuple[CaseLine, ...]:
        query = select(CaseRow).where(CaseRow.patient == patient).order_by(CaseRow.number)
        with self._core.database.read() as session:
            return tuple(line_of(row, self._core.retention) for row in session.scalars(query))

    def _chosen(self, query: CaseQuery, labels: Mapping[str, Mapping[str, str]]) -> Select[CaseRow]:
        chosen = select(CaseRow)
        if query.statuses:
            chosen = chosen.where(CaseRow.status.in_(query.statuses))
        if query.labels:
            chosen = chosen.where(CaseRow.label.in_(query.labels))
        if query.urgent is not None:
            chosen = chosen.where(CaseRow.urgent.is_(query.urgent))
        if query.visit is not None:
            chosen = chosen.where(CaseRow.visit == query.visit)
        if query.received_from is not None:
            chosen = chosen.where(CaseRow.received_at >= query.received_from)
        if query.received_before is not None:
            chosen = chosen.where(CaseRow.received_at < query.received_before)
        text = query.search.strip()
        return chosen.where(or_(*self._matches(text, labels))) if text else chosen

    def _matches(self, text: str, labels: Mapping[str, Mapping[str, str]]) -> list[Any]:
        """The conditions of which a search needs one."""
        folded = text.casefold()
        named = [
            label
            for label, terms in labels.items()
            if any(folded in name.casefold() for name in (label, *terms.values()))
        ]
        found = [
            CaseRow.label.in_(named),
            CaseRow.signer.icontains(text, autoescape=True),
            CaseRow.patient == self._core.cipher.identifier("patient", text),
        ]
        number = text.removeprefix("#")
        if number.isascii() and number.isdigit():
            found.append(CaseRow.number == min(int(number), 2**31 - 1))
        if len(text) >= ID_CHARACTERS:
            found.append(CaseRow.id.startswith(folded, autoescape=True))
        return found


def line_of(row: CaseRow, retention: timedelta) -> CaseLine:
    """A case's line from its row.

    Args:
        row: The row.
        retention: How long a case stays after its last change.
    """
    return CaseLine(
        id=row.id,
        number=row.number,
        status=CaseStatus(row.status),
        finished=row.finished,
        received_at=row.received_at,
        changed_at=row.changed_at,
        language=Language(row.language),
        origin=row.origin,
        sample=row.sample,
        label=row.label,
        label_terms=row.label_terms,
        abnormal=row.abnormal,
        probability=row.probability,
        uncertain=row.uncertain,
        quality=None if row.quality is None else QualityRating(row.quality),
        urgent=row.urgent,
        error=row.error,
        kept=row.kept,
        signer=row.signer,
        expires_at=None if row.kept else row.changed_at + retention,
    )


def _labels(session: Session) -> dict[str, Mapping[str, str]]:
    """Each classification in the store, with the names that its latest case has."""
    latest = (
        select(CaseRow.label, func.max(CaseRow.number).label("number"))
        .where(CaseRow.label.is_not(None))
        .group_by(CaseRow.label)
        .subquery()
    )
    query = select(CaseRow.label, CaseRow.label_terms).join(
        latest, CaseRow.number == latest.c.number
    )
    return {label: terms for label, terms in session.execute(query) if label is not None}


def _order(order: Order) -> tuple[Any, ...]:
    if order is Order.NEWEST:
        return (CaseRow.number.desc(),)
    if order is Order.LONGEST:
        return CaseRow.signed, CaseRow.received_at, CaseRow.number
    return CaseRow.signed, CaseRow.urgent.desc(), CaseRow.received_at, CaseRow.number
