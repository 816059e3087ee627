"""Who goes first: one place at a time, given to the most urgent of those who wait."""

import contextlib
import itertools
import threading
from collections.abc import Iterator

from pipeline.protocols import Priority
from pipeline.workers.job import Job

LOOK_UP_SECONDS = 0.2  # how often one who waits looks whether it was cancelled


class Queue:
    """A place that is held by one at a time.

    Images of all radiographs come before reports, these before the quality of explanations, and
    text explanations come last, or with the reports where somebody waits for one. Among equals
    visits take turns, and within a visit the radiograph in view goes first. What a job's owner sets
    (`in_view`, `text_wanted`) counts whenever the place becomes free.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Priority, Job]] = {}
        self._served: dict[str, int] = {}
        self._busy = False

    @contextlib.contextmanager
    def turn(self, priority: Priority, who: Job) -> Iterator[None]:
        """Wait for one's turn and hold the place for the length of a `with`.

        Raises:
            CancelledByUserError: Cancelled while waiting.
        """
        number = next(self._numbers)
        with self._changed:
            self._waiting[number] = priority, who
            try:
                while self._busy or min(self._waiting, key=self._order) != number:
                    self._changed.wait(LOOK_UP_SECONDS)
                    who.cancellation.check()
                who.cancellation.check()
                self._busy = True
                self._served[who.visit] = next(self._numbers)
            finally:
                del self._waiting[number]
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _order(self, number: int) -> tuple[int, int, bool, int]:
        priority, who = self._waiting[number]
        if priority is Priority.TEXT and who.text_wanted:
            priority = Priority.REPORT
        return priority, self._served.get(who.visit, 0), not who.in_view, number
