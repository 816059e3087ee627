"""All analyses: taken in within limits, followed to their files, forgotten in time."""

import ctypes
import gc
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol

from pipeline.build import exporter
from pipeline.closing import Closing
from pipeline.errors import ExplainCxrError, QueueFullError, StepFailedError
from pipeline.settings import Settings
from pipeline.types import CaseResult
from pipeline.workers.job import Job
from pipeline.workers.trace import where
from service.analyses.analysis import Analysis
from service.errors import AnalysesFullError, AnalysisMissingError, ServiceStoppingError

MAX_WAITING_BYTES = 500_000_000  # of uploads that are not read yet, as of a visit of the page
SECONDS_PER_MINUTE = 60

log = logging.getLogger(__name__)


OnEnd = Callable[[CaseResult | None, ExplainCxrError | None], None]


class Submitting(Protocol):
    """What analyses are handed to: `pipeline.workers.workers.Workers`, or a fake of it."""

    def submit(self, source: bytes, settings: Settings, visit: str = "") -> Job:
        """Analyse one file; returns at once."""
        ...


class Analyses(Closing):
    """The analyses by owner and id; nothing of them is written to the disk.

    Owners take turns in the workers, as visits of the page do. What has ended is held for its
    time (`service_retention_minutes`) as the bytes of its files, and is then gone.
    """

    def __init__(
        self,
        workers: Submitting,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_end: OnEnd = lambda *_: None,
    ) -> None:
        """Begin without any.

        Args:
            workers: Who analyses.
            settings: Limits and retention.
            clock: Seconds, for the retention.
            on_end: Called once for each analysis that ends, with its case and its error.
        """
        self._workers, self._settings, self._clock, self._on_end = workers, settings, clock, on_end
        self._items: dict[str, Analysis] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._exporting = threading.Lock()  # setting a PDF takes a core; one at a time
        self._coming: list[tuple[str, int]] = []  # owner and size of uploads that are coming in
        self._closed = False

    @contextmanager
    def room(self, owner: str, size: int) -> Iterator[None]:
        """Hold room for an upload while it comes in; nothing is read where there is none.

        Raises:
            AnalysesFullError: The owner has as many analyses as may be.
            QueueFullError: Too many bytes wait already.
            ServiceStoppingError: The service is ending.
        """
        self.forget_expired()
        limit = self._settings.service_analyses
        with self._lock:
            if self._closed:
                raise ServiceStoppingError
            owners = [*self._coming, *((item.owner, 0) for item in self._items.values())]
            if sum(one == owner for one, _ in owners) >= limit:
                raise AnalysesFullError(limit=limit)
            waiting = [item for item in self._items.values() if not item.is_read]
            held = sum(item.waiting_bytes for item in waiting)
            held += sum(coming for _, coming in self._coming)
            if held and held + size > MAX_WAITING_BYTES:
                raise QueueFullError(limit=max(1, len(waiting)))
            self._coming.append((owner, size))
        try:
            yield
        finally:
            with self._lock:
                self._coming.remove((owner, size))

    def begin(self, owner: str, data: bytes, settings: Settings) -> Analysis:
        """Have a file analysed.

        Args:
            owner: Whose it is.
            data: The file; nothing but the workers' flow holds it from now on.
            settings: What to do with it.

        Raises:
            QueueFullError: Too many analyses wait.
        """
        size = len(data)
        job = self._workers.submit(data, settings, owner)
        analysis = Analysis(
            owner=owner,
            settings=settings,
            job=job,
            waiting_bytes=size,
            number=next(self._numbers),
        )
        with self._lock:
            self._items[analysis.id] = analysis
        threading.Thread(
            target=self._follow, args=(analysis, job), name="analysis", daemon=True
        ).start()
        return analysis

    def find(self, owner: str, name: str) -> Analysis:
        """An owner's analysis.

        Raises:
            AnalysisMissingError: There is none of that name, or it is another's.
        """
        self.forget_expired()
        with self._lock:
            found = self._items.get(name)
        if found is None or found.owner != owner:
            raise AnalysisMissingError
        return found

    def all_of(self, owner: str) -> tuple[Analysis, ...]:
        """An owner's analyses, oldest first."""
        self.forget_expired()
        with self._lock:
            return tuple(item for item in self._items.values() if item.owner == owner)

    def remove(self, owner: str, name: str) -> None:
        """Stop and forget an analysis.

        Raises:
            AnalysisMissingError: As in `find`.
        """
        found = self.find(owner, name)
        with self._lock:
            self._items.pop(name, None)
        found.cancel()
        found.files = {}

    def place(self, analysis: Analysis) -> int | None:
        """How manieth of those that have not ended, as they arrived; owners take turns.

        `None` once it ended.
        """
        if analysis.ended:
            return None
        with self._lock:
            others = tuple(self._items.values())
        return 1 + sum(not item.ended and item.number < analysis.number for item in others)

    def unfinished(self) -> tuple[Analysis, ...]:
        """Those that wait or are under way."""
        with self._lock:
            return tuple(item for item in self._items.values() if not item.ended)

    @property
    def count(self) -> int:
        """How many are held."""
        with self._lock:
            return len(self._items)

    def seconds_left(self, analysis: Analysis) -> float | None:
        """How long an analysis is still held; `None` while it has not ended."""
        if analysis.ended_at is None:
            return None
        held = self._settings.service_retention_minutes * SECONDS_PER_MINUTE
        return max(0.0, analysis.ended_at + held - self._clock())

    def forget_expired(self) -> int:
        """Forget those whose time is over; how many there were."""
        with self._lock:
            over = [name for name, item in self._items.items() if self.seconds_left(item) == 0.0]
            for name in over:
                del self._items[name]
        return len(over)

    def close(self) -> None:
        """Take nothing more in and stop what is under way."""
        with self._lock:
            self._closed = True
        for analysis in self.unfinished():
            analysis.cancel()

    def _follow(self, analysis: Analysis, job: Job) -> None:
        """See a job to its end, whatever comes of it, and make the files of its case."""
        files: Mapping[str, bytes] = {}
        job.wait()
        case, error = job.result, job.error
        if case is not None and error is None:
            try:
                files = self._exported(case, analysis.settings)
            except ExplainCxrError as refused:
                error = refused
            except Exception as unforeseen:  # one case's files must not leave a client waiting
                log.error("export failed: %s", where(unforeseen))
                error = StepFailedError(step="export", error=type(unforeseen).__name__)
        elif error is None:
            error = StepFailedError(step="job", error="no result")
        try:
            self._on_end(case, error)
        finally:
            analysis.end(files, error, self._clock())
        if error is not None:  # the one raised hangs in a ring with what it passed, the file too
            give_back_memory()

    def _exported(self, case: CaseResult, settings: Settings) -> Mapping[str, bytes]:
        with self._exporting:
            return exporter(settings.language).files(case, None)


def give_back_memory() -> None:
    """Free what was forgotten, and have glibc, where it is, give it back to the system."""
    gc.collect()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
