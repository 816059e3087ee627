"""One piece of work under way, as the page sees it."""

import logging
import threading
import time
import uuid
from collections.abc import Callable

from pipeline.errors import ExplainCxrError, StepFailedError
from pipeline.types import CaseResult, ProgressEvent
from pipeline.workers.trace import where
from pipeline.workers.turnstile import Cancellation

log = logging.getLogger(__name__)


class Job:
    """Work under way; all of it may be asked at any time and from any thread.

    Attributes:
        id: A random name, for logs.
    """

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self._cancellation = Cancellation()
        self._events: list[ProgressEvent] = []
        self._case: CaseResult | None = None
        self._result: CaseResult | None = None
        self._error: ExplainCxrError | None = None
        self._ended = threading.Event()

    @property
    def cancellation(self) -> Cancellation:
        """What the job's calls into workers are stopped by."""
        return self._cancellation

    @property
    def case(self) -> CaseResult | None:
        """What is found so far: the images, then the report, then its explanation."""
        return self._case

    @property
    def result(self) -> CaseResult | None:
        """The finished case."""
        return self._result

    @property
    def error(self) -> ExplainCxrError | None:
        """Why the job ended without a result."""
        return self._error

    @property
    def done(self) -> bool:
        """Whether it ended, well or not."""
        return self._ended.is_set()

    def events(self) -> tuple[ProgressEvent, ...]:
        """All progress so far, oldest first; a step is done at fraction 1."""
        return tuple(self._events)

    def cancel(self) -> None:
        """Stop it: the worker it uses is killed, and `error` then says `cancelled`."""
        self._cancellation.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it ended; `False` after `timeout` seconds."""
        return self._ended.wait(timeout)

    def progressed(self, event: ProgressEvent) -> None:
        """Note progress, and go no further if cancelled (for the job's own thread)."""
        self._events.append(event)

    def found(self, case: CaseResult) -> None:
        """Note what is found so far."""
        self._case = case

    def run(self, work: Callable[[], CaseResult]) -> None:
        """Do the work and end, whatever comes of it; the log names neither file nor person."""
        started = time.perf_counter()
        try:
            self._result = self._case = work()
        except ExplainCxrError as error:
            self._error = error
        except Exception as error:  # a bug of ours must end the job and not leave it hanging
            log.error("job %s failed: %s", self.id, where(error))
            self._error = StepFailedError(step="job", error=type(error).__name__)
        finally:
            self._ended.set()
        log.info(
            "job %s radiograph %s %s in %.0f ms",
            self.id,
            "-" if self._case is None else self._case.radiograph.sha256[:12],
            "done" if self._error is None else self._error.code,
            (time.perf_counter() - started) * 1000,
        )
