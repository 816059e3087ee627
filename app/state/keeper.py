"""Keeps the page's radiographs in the case store, behind the page's back, and brings them again.

What changed is handed over in a moment; a thread of its own writes it. What the store cannot take
(disk full, database locked or gone) stays here and is offered again, and `problem` says why.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.state.case import Case
from app.state.stored_case import (
    Removal,
    Snapshot,
    mark_of,
    read_case,
    snapshot_of,
    write_case,
)
from app.state.visitor import AT_THE_COMPUTER
from pipeline.errors import ExplainCxrError
from pipeline.settings import Settings
from pipeline.types import Language
from records import CaseMissingError, StoreError

if TYPE_CHECKING:
    from records.store import Store

log = logging.getLogger(__name__)
RETRY_S = (0.5, 1.0, 2.0, 5.0, 15.0)
LOOK_S = 60.0
"""How often a page that rests looks for cases whose time is over."""


class Keeper:
    """Writes cases to the store in a thread of its own.

    Attributes:
        problem: Why something could not be stored yet; `None` once everything is.
    """

    def __init__(self, open_store: Callable[[], "Store"]) -> None:
        """Nothing is opened before there is something to keep or to bring again."""
        self._open = open_store
        self._opened: Store | None = None
        self._opening = threading.Lock()
        self._changed = threading.Condition()
        self._pending: dict[str, Snapshot | Removal] = {}
        self._viewers: dict[str, list[str]] = {}
        self._received: set[str] = set()
        self._writing: str | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self.problem: ExplainCxrError | None = None

    def keep(self, case: Case, *, actor: str = AT_THE_COMPUTER) -> None:
        """Have a case stored as it is now; one that did not change costs nothing."""
        mark = mark_of(case)
        if mark != case.kept:
            case.kept = mark
            self._hand_over(case.id, snapshot_of(case, actor))

    def remove(self, case: str, *, actor: str = AT_THE_COMPUTER) -> None:
        """Have a case removed from the store; one that is signed stays until its time is over."""
        self._hand_over(case, Removal(actor=actor))

    def note_view(self, case: Case, *, actor: str) -> None:
        """Have the audit say who looks at a case that is, or is about to be, in the store."""
        with self._changed:
            self._viewers.setdefault(case.id, []).append(actor)
            self._start()
            self._changed.notify_all()

    def store(self) -> "Store":
        """The store, opened at the first call.

        Raises:
            StoreError: It cannot be opened.
        """
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def restore(self, visit: str, settings_in: Callable[[Language], Settings]) -> list[Case]:
        """The cases of a visit as they were; files whose analysis had not ended are given again.

        Args:
            visit: The visit.
            settings_in: The settings for a language.

        Raises:
            StoreError: The store does not answer.
        """
        self.flush()
        store = self.store()
        lines = store.worklist.of_visit(visit)
        self._received |= {line.id for line in lines}
        return [read_case(store, line, visit, settings_in(line.language)) for line in lines]

    def open_case(
        self,
        case: str,
        visit: str,
        settings_in: Callable[[Language], Settings],
        *,
        actor: str = AT_THE_COMPUTER,
    ) -> Case:
        """A case of the worklist, with who looked at it in the audit.

        Raises:
            StoreError: It is not there any more, or cannot be read.
        """
        self.flush()
        store = self.store()
        store.note_view(case, actor=actor)
        line = store.line(case)
        self._received.add(case)
        return read_case(store, line, visit, settings_in(line.language))

    def flush(self, limit_s: float = 20.0) -> bool:
        """Wait until all is stored that was handed over, or until something cannot be."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, limit_s)

    def close(self) -> None:
        """Store what is left, and end the thread."""
        self.flush()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5)
        if self._opened is not None:
            self._opened.close()

    def begin(self) -> None:
        """Open the store soon, and from then on remove the cases whose time is over."""
        with self._changed:
            self._start()

    def _is_idle(self) -> bool:
        is_waiting = bool(self._pending or self._viewers or self._writing)
        return self.problem is not None or not is_waiting

    def _hand_over(self, case: str, change: Snapshot | Removal) -> None:
        with self._changed:
            earlier = self._pending.pop(case, None)  # the latest counts; it goes to the end
            self._pending[case] = change.after(earlier)
            self._start()
            self._changed.notify_all()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        failures, wait_s = 0, 0.0  # the first look is at once
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, wait_s)
                wait_s = LOOK_S
                if self._closed:
                    return
                case = self._writing = next(iter((*self._pending, *self._viewers)), None)
                change = None if case is None else self._pending.pop(case, None)
                viewers = [] if case is None else self._viewers.pop(case, [])
            problem = self._write(case, change, viewers)
            with self._changed:
                self._writing = None
                if problem is not None and case is not None:
                    if change is not None:
                        self._pending.setdefault(case, change)
                    if viewers:
                        self._viewers[case] = [*viewers, *self._viewers.get(case, [])]
                self.problem = problem
                del change
                failures = 0 if problem is None else failures + 1
                self._changed.notify_all()
                if failures:  # something new is no reason to hurry; the end of the page is
                    pause_s = RETRY_S[min(failures, len(RETRY_S)) - 1]
                    self._changed.wait_for(lambda: self._closed, pause_s)

    def _has_work(self) -> bool:
        return bool(self._pending or self._viewers or self._closed)

    def _write(
        self, case: str | None, change: Snapshot | Removal | None, viewers: list[str]
    ) -> ExplainCxrError | None:
        """Write one case, or remove it, and who looked at it; why it could not be done."""
        try:
            store = self.store()
            if case is None:
                store.retention.expire_if_due()
                return None
            if isinstance(change, Snapshot):
                if case not in self._received:
                    store.receive(change.arrival, actor=change.actor)
                    self._received.add(case)
                write_case(store, change)
            while viewers:
                store.note_view(case, actor=viewers[0])
                viewers.pop(0)
            if isinstance(change, Removal) and not store.line(case).status.is_signed:
                store.retention.remove(case, actor=change.actor)
        except CaseMissingError:
            return None  # its time was over, or somebody removed it: it does not come back
        except ExplainCxrError as error:
            log.warning("a case could not be stored: %s", error)
            return error
        except Exception as error:
            log.error("a case could not be stored: %s", type(error).__name__)
            return StoreError()
        return None
