"""One piece of work under way, as its owner sees it."""

import logging
import threading
import time
import uuid
from collections.abc import Iterable

from pipeline.errors import ExplainCxrError, JobError, StepFailedError, TurnedImageError
from pipeline.types import CaseResult, Examination, ProgressEvent, Radiograph
from pipeline.workers.trace import where
from pipeline.workers.worker import Cancellation

log = logging.getLogger(__name__)


class Job:
    """Work under way; all of it may be asked at any time and from any thread.

    Attributes:
        id: A random name, for logs.
        visit: Whose work it is; visits take turns.
        in_view: Whether its radiograph is being looked at; set by its owner.
        text_wanted: Whether its text explanation is being waited for; set by its owner.
        examination: What is found before anything is explained.
        case: What is found so far: the images, then the report, then the rest.
        result: The finished case.
        error: Why the job ended without a result.
        source: What the same work can begin again with, as long as it has not come to its end, or
            a radiograph is to be turned first.
    """

    def __init__(self, visit: str = "") -> None:
        self.id = uuid.uuid4().hex
        self.visit = visit
        self.in_view = self.text_wanted = False
        self.examination: Examination | None = None
        self.case: CaseResult | None = None
        self.result: CaseResult | None = None
        self.error: ExplainCxrError | None = None
        self.source: bytes | Radiograph | None = None
        self._cancellation = Cancellation()
        self._events: list[ProgressEvent] = []
        self._ended = threading.Event()

    @property
    def cancellation(self) -> Cancellation:
        """What the job's work is stopped by."""
        return self._cancellation

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

    def on_progress(self, event: ProgressEvent) -> None:
        """Note progress (for the job's own thread)."""
        self._events.append(event)

    def run(self, flow: Iterable[Examination | CaseResult]) -> None:
        """Follow a flow to its end, whatever comes of it; the log names neither file nor person."""
        started = time.perf_counter()
        try:
            for found in flow:
                if isinstance(found, CaseResult):
                    self.case = found
                self.examination = found
                self.source = found.radiograph  # the file itself is no longer needed
            self.result = self.case
            self.source = None
        except ExplainCxrError as error:
            self.error = type(error)(
                **error.parameters
            )  # the one raised holds the file by its trace
            if not isinstance(error, JobError | TurnedImageError):  # the file's or a model's fault
                self.source = None
        except Exception as error:  # a bug of ours must end the job and not leave it hanging
            log.error("job %s failed: %s", self.id, where(error))
            self.error = StepFailedError(step="job", error=type(error).__name__)
        finally:
            self._ended.set()
        log.info(
            "job %s radiograph %s %s in %.0f ms",
            self.id,
            "-" if self.examination is None else self.examination.radiograph.sha256[:12],
            "done" if self.error is None else self.error.code,
            (time.perf_counter() - started) * 1000,
        )
