"""One killable worker process, started anew whenever it dies."""

import threading
from concurrent.futures import CancelledError, Future
from multiprocessing import get_context
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import (
    CancelledByUserError,
    StepFailedError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.settings import Settings
from pipeline.workers.shelf import Parcel, Shelf
from pipeline.workers.turnstile import Cancellation
from pipeline.workers.worker_process import Call, Outcome, PartMakers, Room, run, start


class WorkerPool:
    """A pool of one process; a call ends in a value or an error of ours.

    Attributes:
        killed: Whether a process ended during a call since this was last set to `False`; the one
            that followed it has nothing loaded.
    """

    def __init__(
        self, room: Room, settings: Settings, part_makers: PartMakers, address: str
    ) -> None:
        self._start_arguments = (room, settings, part_makers, address)
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._future: Future[Any] | None = None
        self._closed = False
        self._shelf = Shelf()
        self.killed = False

    def call(self, call: Call, *, limit_s: float, cancellation: Cancellation) -> Any:
        """Let the worker answer a call; one call at a time.

        Args:
            call: What to do.
            limit_s: When to kill the worker, in seconds after it began.
            cancellation: When to kill it before.

        Raises:
            WorkerDiedError: The process died.
            StepTimedOutError: It took longer than its limit.
            CancelledByUserError: The user cancelled.
            StepFailedError: The worker raised what we did not foresee.
            ExplainCxrError: Whatever the part raised.
        """
        step = str(call.step or call.part)
        try:
            with self._shelf.parcelled(call) as parcel:
                answer = self._answer(parcel, limit_s, cancellation)
                outcome: Outcome = self._shelf.opened(answer)
        except CancelledError as error:
            self.killed = True
            raise CancelledByUserError from error
        except TimeoutError as error:
            self.killed = True
            raise StepTimedOutError(step=step, limit_s=limit_s) from error
        except (ProcessExpired, RuntimeError) as error:
            self.killed = True
            raise WorkerDiedError(step=step) from error
        except Exception as error:  # a call or value that cannot cross between processes
            raise StepFailedError(step=step, error=type(error).__name__) from None
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _answer(self, parcel: Parcel, limit_s: float, cancellation: Cancellation) -> Parcel:
        try:
            return self._sent(parcel, limit_s, cancellation)
        except RuntimeError:  # the process died while it had nothing to do, and the pool with it
            self._discard()
        return self._sent(parcel, limit_s, cancellation)

    def _sent(self, parcel: Parcel, limit_s: float, cancellation: Cancellation) -> Parcel:
        with self._lock:
            if self._closed:
                raise CancelledError
            if self._pool is None:
                self._pool = ProcessPool(
                    max_workers=1,
                    initializer=start,
                    initargs=self._start_arguments,
                    context=get_context("spawn"),
                )
            future = self._future = self._pool.schedule(run, args=(parcel,), timeout=limit_s)
        with cancellation.covering(future):
            answer: Parcel = future.result()
            return answer

    def _discard(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        _stop(pool)

    def close(self) -> None:
        """Kill the process; a call under way ends as cancelled."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
            if self._future is not None:
                self._future.cancel()  # a stopped pool would leave it waiting for ever
        _stop(pool)
        self._shelf.close()


def _stop(pool: ProcessPool | None) -> None:
    if pool is not None:
        pool.stop()
        pool.join()
