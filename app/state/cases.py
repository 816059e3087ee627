"""The radiographs of one visit: in its session while it lasts, and in the case store for longer."""

import threading
import time
import uuid
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.state.case import Case, State
from app.state.visitor import Visitor
from pipeline.errors import FileTooLargeError, QueueFullError, VisitFullError
from pipeline.settings import Settings
from pipeline.workers.job import Job
from pipeline.workers.workers import Workers
from records.people.values import Right

if TYPE_CHECKING:
    from app.state.keeper import Keeper

MAX_WAITING_BYTES = 500_000_000  # of one visit
BYTES_PER_MB = 1_000_000
UNDO_S = 30.0
"""How long a radiograph that was removed can be brought back."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Removed:
    """A radiograph that was removed and can be brought back yet.

    Attributes:
        case: The radiograph.
        place: Which one of the visit's it was.
        actor: Who removed it, if they may remove it from the store as well.
        until: When it is gone for good, by the monotonic clock.
    """

    case: Case
    place: int
    actor: str | None
    until: float


@dataclass(slots=True, weakref_slot=True, kw_only=True, eq=False)
class Cases:
    """All radiographs of one visit, in the order they came; with it, their jobs end.

    Attributes:
        items: The radiographs by id.
        chosen: The id of the radiograph being looked at.
        picked: Whether the user chose it; one that failed is left for the next one otherwise.
        text_wanted: Whether its text explanation is being looked at.
        visit: The visit's random name; visits take turns.
        awaited: Whether the store may have more of it, from before the page was loaded.
        visitor: Who looks at them just now.
        hidden: Those whose result is not to be shown to them yet, by id.
        keeper: What stores the radiographs; `None` if nothing does.
        removed: The radiograph that was removed last, while it can be brought back.
        turned_away: How many of the files added last were one too many.
    """

    items: dict[str, Case] = field(default_factory=dict)
    chosen: str | None = None
    picked: bool = False
    text_wanted: bool = False
    visit: str = field(default_factory=lambda: uuid.uuid4().hex)
    awaited: bool = False
    visitor: Visitor = field(default_factory=Visitor)
    hidden: frozenset[str] = frozenset()
    keeper: "Keeper | None" = None
    _viewed: set[tuple[str, str]] = field(default_factory=set)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    removed: Removed | None = None
    turned_away: int = 0
    _jobs: "weakref.WeakSet[Job]" = field(default_factory=weakref.WeakSet, repr=False)
    _leaving: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, _end, self._jobs, self._leaving, self.keeper)

    @property
    def case(self) -> Case | None:
        """The radiograph being looked at."""
        return None if self.chosen is None else self.items.get(self.chosen)

    @property
    def busy(self) -> bool:
        """Whether anything may change without the user."""
        return any(case.busy for case in self.items.values())

    @property
    def edited(self) -> bool:
        """Whether the clinician has changed any report."""
        conclusions = (case.conclusion() for case in self.items.values())
        return any(one is not None and one.edited for one in conclusions)

    @property
    def signature(self) -> tuple[object, ...]:
        """Changes whenever the page must be drawn anew."""
        return tuple(case.signature for case in self.items.values())

    def add(self, name: str, data: bytes, settings: Settings, *, sample: bool = False) -> Case:
        """Take a radiograph in; one beyond a limit of size or of waiting bytes is refused.

        One beyond the limit of a visit (`VisitFullError`) is not even listed.
        """
        case = Case(name=name, settings=settings, visit=self.visit, sample=sample, data=data)
        if len(self.items) >= settings.visit_radiographs:
            self.turned_away += 1
            case.data, case.error = None, VisitFullError(limit=settings.visit_radiographs)
            return case
        if len(data) > settings.max_file_mb * BYTES_PER_MB:
            case.data, case.error = None, FileTooLargeError(limit_mb=settings.max_file_mb)
        waiting = [other.data for other in self.items.values() if other.data is not None]
        if case.data is not None and waiting and sum(map(len, waiting)) > MAX_WAITING_BYTES:
            case.data, case.error = None, QueueFullError(limit=len(waiting))
        self.items[case.id] = case
        if self.case is None:
            self.chosen = case.id
        return case

    def pick(self, case_id: str) -> None:
        """Look at another radiograph."""
        if case_id in self.items:
            self.chosen, self.picked = case_id, True

    def remove(self, case: Case) -> None:
        """Take a radiograph off the list; for a while it can be brought back, and then it is gone.

        Its jobs go on meanwhile, behind those of all others. From the store it is removed by those
        alone who may.
        """
        if case.id not in self.items:
            return
        self.let_go()
        place = list(self.items).index(case.id)
        del self.items[case.id]
        for job in _jobs_of(case):
            job.in_view = job.text_wanted = False
        if self.chosen == case.id:
            self.chosen = next(reversed(self.items), None)
        actor = self.visitor.actor if self.visitor.may(Right.REMOVE) else None
        until = time.monotonic() + UNDO_S
        self.removed = Removed(case=case, place=place, actor=actor, until=until)
        if actor is not None:
            self._leaving[case.id] = actor

    def bring_back(self) -> None:
        """Put the radiograph that was removed last back where it was, and look at it."""
        if self.removed is None:
            return
        case, items = self.removed.case, list(self.items.items())
        items.insert(self.removed.place, (case.id, case))
        self.items = dict(items)
        self.removed = None
        self._leaving.pop(case.id, None)
        self.pick(case.id)

    def let_go(self) -> None:
        """Forget the radiograph that was removed and all that was found for it."""
        if self.removed is None:
            return
        case, actor, self.removed = self.removed.case, self.removed.actor, None
        self._leaving.pop(case.id, None)
        _cancel(_jobs_of(case))
        if self.keeper is not None and actor is not None:
            self.keeper.remove(case.id, actor=actor)

    def expire(self) -> None:
        """Forget what was removed once its time is over."""
        if self.removed is not None and time.monotonic() >= self.removed.until:
            self.let_go()

    def note_view(self, case: Case, *, is_noted: bool = False) -> None:
        """Have the audit say that whoever signed in has looked at a radiograph; once a visit.

        Args:
            case: The radiograph.
            is_noted: Whether it says so already.
        """
        seen = self.visitor.actor, case.id
        if self.visitor.user is None or seen in self._viewed:
            return
        self._viewed.add(seen)
        if self.keeper is not None and not is_noted:
            self.keeper.note_view(case, actor=self.visitor.actor)

    def advance(self, workers: Workers) -> None:
        """Take over what came in, hand the next radiographs to the workers, store what changed.

        A page that was reloaded may meet the one before it here, so one of both goes first.
        """
        with self._turn:
            self._advance(workers)

    def _advance(self, workers: Workers) -> None:
        self.expire()
        for case in self.items.values():
            case.refresh()
            if self.keeper is not None:
                self.keeper.keep(case, actor=self.visitor.actor)
        if not self.picked and self.case is not None and self.case.state is State.FAILED:
            self.chosen = self._next_good(self.case)
        for case in self.items.values():
            if case.data is not None:
                try:
                    case.job = workers.submit(case.data, case.settings, self.visit)
                except QueueFullError:
                    break  # it waits here and is offered again
                case.data = None
        for case in self.items.values():
            self._jobs.update(_jobs_of(case))
            if case.job is not None:
                case.job.in_view = case is self.case
                case.job.text_wanted = case is self.case and self.text_wanted

    def _next_good(self, failed: Case) -> str:
        """The radiograph after one that failed, or before it; that one if all failed."""
        items = list(self.items.values())
        place = items.index(failed)
        others = (*items[place + 1 :], *reversed(items[:place]))
        good = (case.id for case in others if case.state is not State.FAILED)
        return next(good, failed.id)


def _jobs_of(case: Case) -> tuple[Job, ...]:
    return tuple(job for job in (case.job, *case.requests.values()) if job is not None)


def _cancel(jobs: Iterable[Job]) -> None:
    """Stop work that nobody waits for any longer."""
    for job in tuple(jobs):
        if not job.done:
            job.cancel()


def _end(jobs: Iterable[Job], leaving: Mapping[str, str], keeper: "Keeper | None") -> None:
    """What is left to do when a visit is over."""
    _cancel(jobs)
    if keeper is not None:
        for case, actor in leaving.items():
            keeper.remove(case, actor=actor)
