"""What may be asked of the worklist, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.values import CaseLine, CaseStatus


class Order(StrEnum):
    """In which order the worklist is read."""

    PRIORITY = "priority"
    """What nobody signed first; of it what is abnormal, unsure or failed; then the longest wait."""
    NEWEST = "newest"
    LONGEST = "longest"
    """What nobody signed first, the longest wait on top, whatever was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """Which part of the worklist is asked for; without anything, the first 100 of all.

    Attributes:
        statuses: Only these; all if empty.
        labels: Only cases of these classifications; all if empty.
        urgent: Only those that go before others, or only the rest.
        visit: Only those of one visit of the page.
        received_from: Only those that came in then or later (UTC).
        received_before: Only those that came in before then (UTC).
        search: A case's number or the beginning of its id, a classification, a signer, or exactly
            what identifies the patient.
        blind: Whether a search must not find a case by its classification.
        order: In which order.
        limit: How many at most.
        offset: How many to leave out before.
    """

    statuses: tuple[CaseStatus, ...] = ()
    labels: tuple[str, ...] = ()
    urgent: bool | None = None
    visit: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    search: str = ""
    blind: bool = False
    order: Order = Order.PRIORITY
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistPage:
    """A part of the worklist.

    Attributes:
        lines: The cases asked for.
        total: How many there are without `limit` and `offset`.
        counts: How many cases of each status the whole store has.
        labels: Every classification that the store has, with its names by language.
    """

    lines: tuple[CaseLine, ...]
    total: int
    counts: Mapping[CaseStatus, int]
    labels: Mapping[str, Mapping[str, str]]
