"""How often readers and machine agree, and how often a reader was moved, over the months.

It is read from the audit, which outlives the cases: what a reader thought first, what the machine
found, and what the same reader signed.

Reference:
    Cohen 1960, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20, 37-46 (kappa).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pipeline.types import ClassificationState
from records.audit import chain
from records.core import StoreCore
from records.database.tables import AuditRow
from records.values import Action, AuditEntry

READ = (Action.OPINION_GIVEN, Action.SIGNED)
FEWEST = 10
"""Of fewer opinions a kappa says nothing."""
TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One reader's way through one case.

    Attributes:
        at: When they gave their opinion (UTC).
        first: What they thought before they saw the machine's.
        machine: What the machine found.
        final: What they signed; `None` if they did not sign.
    """

    at: datetime
    first: ClassificationState
    machine: ClassificationState
    final: ClassificationState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Readers and machine over some time.

    Attributes:
        opinions: How many opinions were compared; of unfamiliar radiographs there is no
            classification to compare with.
        agreed: Of them, how many found what the machine found.
        kappa: Cohen's, of abnormal, normal and unsure; `None` of fewer than `FEWEST` opinions, and
            where chance alone agrees always.
        kappa_interval: Its 95 % interval, by Cohen's standard error.
        signed: How many of them the same reader signed.
        moved: Of those, how many signed something else than they had thought first.
        towards: Of those, how many signed what the machine had found.
        away: How many had thought what the machine found, and signed something else.
    """

    opinions: int
    agreed: int
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    signed: int
    moved: int
    towards: int
    away: int


def comparisons(core: StoreCore) -> tuple[Comparison, ...]:
    """All that the audit has of opinions and what became of them, in the order they were given.

    Raises:
        StoreError: The store does not answer.
    """
    wanted = [AuditRow.entry.contains(f'"action":"{action}"', autoescape=True) for action in READ]
    query = select(AuditRow).where(wanted[0] | wanted[1]).order_by(AuditRow.number)
    with core.database.read() as session:
        return compared(map(chain.entry_of, session.scalars(query)))


def compared(entries: Iterable[AuditEntry]) -> tuple[Comparison, ...]:
    """The comparisons that an audit's entries hold; the first signature of a reader counts."""
    given: dict[tuple[str, str], AuditEntry] = {}
    final: dict[tuple[str, str], ClassificationState] = {}
    for entry in entries:
        key = entry.case, entry.actor
        if entry.action is Action.OPINION_GIVEN:
            given[key] = entry
        elif entry.action is Action.SIGNED and "state" in entry.details and key in given:
            final.setdefault(key, _state(entry, "state"))
    return tuple(
        Comparison(
            at=entry.at,
            first=_state(entry, "state"),
            machine=_state(entry, "machine"),
            final=final.get(key),
        )
        for key, entry in given.items()
    )


def agreement(found: Iterable[Comparison]) -> Agreement:
    """The figures of some comparisons."""
    pairs = [one for one in found if one.machine is not ClassificationState.UNFAMILIAR]
    signed = [one for one in pairs if one.final is not None]
    moved = [one for one in signed if one.final is not one.first]
    kappa, interval = _kappa(pairs)
    return Agreement(
        opinions=len(pairs),
        agreed=sum(one.first is one.machine for one in pairs),
        kappa=kappa,
        kappa_interval=interval,
        signed=len(signed),
        moved=len(moved),
        towards=sum(one.final is one.machine for one in moved),
        away=sum(one.first is one.machine for one in moved),
    )


def by_month(found: Iterable[Comparison]) -> Mapping[str, Agreement]:
    """The same for each month, such as `2026-11`, the latest first."""
    months: dict[str, list[Comparison]] = {}
    for one in found:
        months.setdefault(f"{one.at:%Y-%m}", []).append(one)
    return {month: agreement(months[month]) for month in sorted(months, reverse=True)}


def _state(entry: AuditEntry, of: str) -> ClassificationState:
    return ClassificationState(str(entry.details[of]))


def _kappa(
    pairs: Sequence[Comparison],
) -> tuple[float, tuple[float, float]] | tuple[None, None]:
    count = len(pairs)
    if count < FEWEST:
        return None, None
    readers = Counter(one.first for one in pairs)
    machine = Counter(one.machine for one in pairs)
    observed = sum(one.first is one.machine for one in pairs) / count
    expected = sum(readers[state] * machine[state] for state in readers) / count**2
    if expected == 1:
        return None, None
    kappa = (observed - expected) / (1 - expected)
    error = TWO_SIDED_95 * math.sqrt(observed * (1 - observed) / count) / (1 - expected)
    return kappa, (max(-1.0, kappa - error), min(1.0, kappa + error))
