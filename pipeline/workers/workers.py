"""The worker processes and the jobs they do, for the page and the command line alike.

The process that holds `Workers` stays light: radiographs are decoded, analysed and reported in
three others, which may die without it.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipeline.build import build_models, provenance
from pipeline.closing import Closing
from pipeline.errors import (
    DecodeLimitError,
    DecoderEndedError,
    ExplainCxrError,
    QueueFullError,
    StepTimedOutError,
    WorkerDiedError,
)
from pipeline.protocols import Executor, Priority, Progress, Role, Value, Work
from pipeline.reading import check_size
from pipeline.run import analyse, explain_label, explain_layers, rewrite_report
from pipeline.settings import Settings
from pipeline.types import CaseResult, Examination, Radiograph
from pipeline.workers.job import Job
from pipeline.workers.process import Build
from pipeline.workers.queue import Queue
from pipeline.workers.worker import Worker

Flow = Callable[[Executor], Iterator[Examination | CaseResult]]


class Workers(Closing):
    """Three processes, and a thread for each job that follows the flow through them.

    Decoding runs beside everything else. Vision and writing take turns: their threads spin, and
    two at once are many times slower than one after the other.
    """

    def __init__(self, settings: Settings, build: Build = build_models) -> None:
        """Prepare; processes start at the first job or at `warm`.

        Args:
            settings: Limits, threads and models; a job's own settings choose the rest.
            build: Makes a role's models inside its process.
        """
        self.settings = settings
        self.warm_errors: dict[Role, ExplainCxrError] = {}
        self._workers = {role: Worker(role, settings, build) for role in Role}
        computing = Queue()
        self._queues = {
            Role.DECODE: Queue(),
            Role.VISION: computing,
            Role.WRITER: computing,
        }
        self._limits_s = {
            Role.DECODE: settings.decode_seconds,
            Role.VISION: settings.step_seconds,
            Role.WRITER: settings.report_seconds,
        }
        self.provenance = provenance(settings)
        self._warmed: set[Role] = set()
        self._active: set[str] = set()
        self._lock = threading.Lock()

    @property
    def restarts(self) -> dict[Role, int]:
        """How often each worker was started again, after a death or a cancellation."""
        return {role: max(0, worker.starts - 1) for role, worker in self._workers.items()}

    def warm(self, roles: tuple[Role, ...] = tuple(Role)) -> None:
        """Load all models; blocks until they are there. What fails is said by the first job."""
        self._warmed.update(roles)
        for role in roles:
            self.warm_errors.pop(role, None)
            try:
                for _ in self.run(role, _warm, Priority.IMAGES, Job()):
                    pass
            except ExplainCxrError as error:
                self.warm_errors[role] = error

    def submit(self, source: bytes | Radiograph, settings: Settings, visit: str = "") -> Job:
        """Analyse one file; returns at once.

        Args:
            source: The file's bytes, or a radiograph that was read before and changed since.
            settings: What to do with it.
            visit: Whose it is; visits take turns.

        Raises:
            QueueFullError: Too many jobs wait.
        """

        def flow(executor: Executor) -> Iterator[Examination | CaseResult]:
            nonlocal source
            if isinstance(source, bytes):
                check_size(len(source), self.settings)
            given, source = source, b""  # the flow and its job alone hold the file
            yield from analyse(
                given, executor=executor, settings=settings, provenance=self.provenance
            )

        return self._begin(flow, visit, source)

    def submit_report(self, case: CaseResult, settings: Settings, visit: str = "") -> Job:
        """Write a case's report again; arguments and errors as of `submit`."""
        return self._begin(
            lambda executor: rewrite_report(case, executor=executor, settings=settings), visit
        )

    def submit_label(
        self, case: CaseResult, label: str, settings: Settings, visit: str = ""
    ) -> Job:
        """Explain another label of a case; arguments and errors as of `submit`."""
        return self._begin(
            lambda executor: explain_label(case, label, executor=executor, settings=settings), visit
        )

    def submit_layers(
        self, case: CaseResult, label: str, layers: tuple[str, ...] = (), visit: str = ""
    ) -> Job:
        """Explain a label by Grad-CAM at several depths; arguments and errors as of `submit`."""

        def flow(executor: Executor) -> Iterator[CaseResult]:
            yield replace(case, layer_maps=explain_layers(case, label, layers, executor=executor))

        return self._begin(flow, visit)

    def close(self) -> None:
        """Kill the processes; jobs under way end as cancelled."""
        for worker in self._workers.values():
            worker.close()

    def _begin(self, flow: Flow, visit: str, source: bytes | Radiograph | None = None) -> Job:
        job = Job(visit)
        job.source = source
        with self._lock:
            if len(self._active) > self.settings.waiting_jobs:
                raise QueueFullError(limit=self.settings.waiting_jobs)
            self._active.add(job.id)

        def follow() -> None:
            job.run(flow(JobExecutor(self, job)))
            with self._lock:
                self._active.discard(job.id)
            self.warm(tuple(role for role in self._warmed if self._workers[role].is_cold))

        threading.Thread(target=follow, name=f"job-{job.id[:6]}", daemon=True).start()
        return job

    def run(self, role: Role, work: Work[Value], priority: Priority, job: Job) -> Iterator[Value]:
        """Do a job's work in the worker of its role, once its turn has come.

        A decoder that takes too long is the file's fault, and said so. One that dies may have died
        of this file or of something else (it was killed, or the computer is short of memory), so
        the file is tried once more before that is said.
        """
        tries = 2 if role is Role.DECODE else 1
        for left in reversed(range(tries)):
            try:
                with self._queues[role].turn(priority, job):
                    yield from self._workers[role].run(
                        work,
                        limit_s=self._limits_s[role],
                        cancellation=job.cancellation,
                        progress=job.on_progress,
                    )
                return
            except StepTimedOutError as error:
                if role is Role.DECODE:
                    raise DecodeLimitError from error
                raise
            except WorkerDiedError as error:
                if role is not Role.DECODE:
                    raise
                if not left:
                    raise DecoderEndedError from error


@dataclass(frozen=True, slots=True)
class JobExecutor:
    """`Executor` of one job's work in the workers."""

    workers: Workers
    job: Job

    def run(self, role: Role, work: Work[Value], priority: Priority) -> Iterator[Value]:
        """Do the work once its turn has come."""
        return self.workers.run(role, work, priority, self.job)


def _warm(models: Any, progress: Progress) -> Iterator[None]:
    """Load a role's models (in its process)."""
    models.warm()
    yield None
