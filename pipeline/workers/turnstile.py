"""Who may use the processor: one call at a time, in the order of asking."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from pipeline.errors import CancelledByUserError

LOOK_UP_SECONDS = 0.2  # how often one who waits looks whether it was cancelled


class Cancellation:
    """A user's wish to stop a job, wherever the job is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._future: Future[Any] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it was asked for."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask for it; the worker that is busy with the job is killed."""
        with self._lock:
            self._cancelled = True
            if self._future is not None:
                self._future.cancel()

    def check(self) -> None:
        """Go no further if it was asked for (`CancelledByUserError`)."""
        if self._cancelled:
            raise CancelledByUserError

    @contextlib.contextmanager
    def covering(self, future: "Future[Any]") -> Iterator[None]:
        """Cancel this future, too, for the length of a `with`."""
        with self._lock:
            self._future = future
            if self._cancelled:
                future.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._future = None


class Turnstile:
    """A lock that is passed in order and can be left while waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    @contextlib.contextmanager
    def passing(self, cancellation: Cancellation) -> Iterator[None]:
        """Wait for one's turn and hold it for the length of a `with`.

        Raises:
            CancelledByUserError: Cancelled while waiting.
        """
        place = object()
        with self._changed:
            self._line.append(place)
        try:
            with self._changed:
                while self._line[0] is not place:
                    self._changed.wait(LOOK_UP_SECONDS)
                    cancellation.check()
            cancellation.check()
            yield
        finally:
            with self._changed:
                self._line.remove(place)
                self._changed.notify_all()
