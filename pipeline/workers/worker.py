"""A worker process as seen from outside: killable, limited in time, started anew after a death."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any

from pipeline.errors import (
    CancelledByUserError,
    StepFailedError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.protocols import Progress, Role, Work
from pipeline.settings import Settings
from pipeline.types import ProgressEvent
from pipeline.workers.process import Build, Ended, Found, Message, serve
from pipeline.workers.wire import Wire

START_SECONDS = 120.0  # of a process: Python and our modules, no models
AWAKE_SECONDS = 120.0  # for an idle process to take its work, whatever it imports meanwhile
LAST_SECONDS = 3.0  # of an idle process that is to end


class Cancellation:
    """A user's wish to stop, wherever the work is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Ask for it; the worker that is busy with the work is killed."""
        with self._lock:
            self.cancelled = True
            if self._stop is not None:
                self._stop()

    def check(self) -> None:
        """Go no further if it was asked for (`CancelledByUserError`)."""
        if self.cancelled:
            raise CancelledByUserError

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` when it is asked for, for the length of a `with`."""
        self.check()
        with self._lock:
            self._stop = stop
        try:
            yield
        finally:
            with self._lock:
                self._stop = None


class Worker:
    """One process of a role; it is started when first needed.

    Attributes:
        is_cold: Whether the process has loaded nothing yet.
        starts: How many processes were started, after a death or a cancellation too.
    """

    def __init__(self, role: Role, settings: Settings, build: Build) -> None:
        self._arguments = (role, settings, build)
        self._role = role
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._wire: Wire | None = None
        self._closed = self._busy = False
        self.is_cold = True
        self.starts = 0

    def run(
        self, work: Work[Any], *, limit_s: float, cancellation: Cancellation, progress: Progress
    ) -> Iterator[Any]:
        """Do a piece of work, one at a time; yields what it finds.

        Args:
            work: What to do.
            limit_s: How long a step may take, in seconds, before the process is killed.
            cancellation: When to kill it before.
            progress: Receives the work's events, in order with its values.

        Raises:
            WorkerDiedError: The process died.
            StepTimedOutError: A step took longer than its limit.
            CancelledByUserError: The user cancelled.
            StepFailedError: The work raised what we did not foresee.
            ExplainCxrError: Whatever the work raised.
        """
        at = f"{self._role}"
        ended, self._busy = False, True
        try:
            with cancellation.stopping(self.kill):
                wire = self._begun(work, cancellation)
                until = time.monotonic() + limit_s
                while not ended:
                    if not wire.ready(max(0.0, until - time.monotonic())):
                        raise StepTimedOutError(step=at, limit_s=limit_s)
                    message: Message = wire.receive()
                    if isinstance(message, Found):
                        yield message.value
                        del message  # or the last value would be kept until the next work
                    elif isinstance(message, Ended):
                        ended = True
                        if message.error is not None:
                            raise message.error
                    elif isinstance(message, ProgressEvent):
                        if _begins(message):
                            at, until = str(message.step), time.monotonic() + limit_s
                        progress(message)
        except (EOFError, OSError) as error:
            cancellation.check()
            if self._closed:
                raise CancelledByUserError from error
            raise WorkerDiedError(step=at) from error
        finally:
            if not ended:
                self._discard()
            elif self._wire is not None:
                self._wire.forget()
            self._busy = False

    def kill(self) -> None:
        """End the process at once, from any thread; the next work starts another."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the process for good; work under way ends as cancelled."""
        self._closed = True
        with self._lock:
            process, wire = self._process, self._wire
        if process is not None and wire is not None and not self._busy:
            wire.close()  # it ends by itself then, and what its libraries hold is given back
            process.join(LAST_SECONDS)
        self.kill()

    def _begun(self, work: Work[Any], cancellation: Cancellation) -> Wire:
        """Hand the work over; a process that died or froze while it was idle is replaced once."""
        for is_last in (False, True):
            wire = self._started()
            wire.forget()
            try:
                self._hand_over(wire, work)
            except (EOFError, OSError):
                cancellation.check()
                if is_last or self._closed:
                    raise
                self._discard()
                continue
            self.is_cold = False
            return wire
        raise WorkerDiedError(step=f"{self._role}")

    def _hand_over(self, wire: Wire, work: Work[Any]) -> None:
        """Send the work and wait until it is received; a process that takes too long is killed.

        Raises:
            EOFError: The process ended.
            OSError: Likewise.
            StepFailedError: A value cannot cross between processes.
        """
        alarm = threading.Timer(AWAKE_SECONDS, self.kill)
        alarm.daemon = True
        alarm.start()
        try:
            wire.send(work)
            wire.receive()
        except (EOFError, OSError):
            raise
        except Exception as error:
            raise StepFailedError(step=f"{self._role}", error=type(error).__name__) from None
        finally:
            alarm.cancel()

    def _started(self) -> Wire:
        if self._process is not None and not self._process.is_alive():
            self._discard()
        with self._lock:
            if self._closed:
                raise CancelledByUserError
            is_new = False
            if self._wire is None:
                context = get_context("spawn")
                ours, theirs = context.Pipe()
                arguments = (theirs, *self._arguments)
                process = context.Process(
                    target=serve, args=arguments, name=f"{self._role}", daemon=True
                )
                start_for_good(process)
                self.starts += 1
                self._process = process
                theirs.close()  # or its end would never be seen to close
                self._wire = Wire(ours)
                is_new = True
            wire = self._wire
        if is_new:
            if not wire.ready(START_SECONDS):
                raise StepTimedOutError(step=f"{self._role}", limit_s=START_SECONDS)
            wire.receive()
        return wire

    def _discard(self) -> None:
        """End the process and forget it; only for the thread that runs the work."""
        self.kill()
        with self._lock:
            if self._process is not None:
                self._process.join()
            if self._wire is not None:
                self._wire.close()
            self._process = self._wire = None
            self.is_cold = True


def start_for_good(process: BaseProcess) -> None:
    """Start a process from a thread that lasts as long as this process does.

    A worker ends with the thread that started it (`PR_SET_PDEATHSIG`), and a job's thread ends with
    the job.
    """
    done: Future[None] = Future()
    with _starting:
        if not _starters:
            thread = threading.Thread(target=_start_in_turn, name="starter", daemon=True)
            _starters.append(thread)
            thread.start()
    _to_start.put((process, done))
    done.result()


_starting, _starters = threading.Lock(), list[threading.Thread]()
_to_start: "SimpleQueue[tuple[BaseProcess, Future[None]]]" = SimpleQueue()


def _start_in_turn() -> None:
    while True:
        process, done = _to_start.get()
        try:
            process.start()
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)


def _begins(event: ProgressEvent) -> bool:
    return event.fraction == 0.0 and not event.text
