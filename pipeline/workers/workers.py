"""The worker processes and the jobs they do, for the page and the command line alike.

The process that holds `Workers` stays light: radiographs are decoded, analysed and reported in
three others, which may die without it.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from pipeline.build import part_makers, provenance
from pipeline.errors import ExplainCxrError, QueueFullError
from pipeline.protocols import Models
from pipeline.run import (
    analyse,
    assess_quality,
    explain_label,
    explain_layers,
    explain_report,
    write_report,
)
from pipeline.settings import Settings
from pipeline.types import FUSED_METHODS, CaseResult
from pipeline.workers.job import Job
from pipeline.workers.progress_line import ProgressHub
from pipeline.workers.remote import Line, remote_models
from pipeline.workers.turnstile import Cancellation, Turnstile
from pipeline.workers.worker_pool import WorkerPool
from pipeline.workers.worker_process import PartMakers, Room

WARMED_PARTS = {
    Room.DECODE: ("reader",),
    Room.VISION: (
        "segmenter",
        "morphometer",
        "classifier",
        *(method.value for method in FUSED_METHODS),
        "describer",
        "quality_assessor",
    ),
    Room.WRITER: ("writer", "text_explainer"),
}


class Workers:
    """Three processes, and a thread for each job that leads it through them.

    Decoding runs beside everything else. Vision and writing take turns, call by call: their
    threads spin, and two at once are many times slower than one after the other.
    """

    def __init__(self, settings: Settings, makers: PartMakers = part_makers) -> None:
        """Prepare; processes start at the first job or at `warm`.

        Args:
            settings: Limits, threads and models; a job's own settings choose the rest.
            makers: Who builds the parts inside the processes.
        """
        self._settings = settings
        self._hub = ProgressHub()
        self._pools = {room: WorkerPool(room, settings, makers, self._hub.address) for room in Room}
        computing = Turnstile()
        self._turnstiles = {
            Room.DECODE: Turnstile(),
            Room.VISION: computing,
            Room.WRITER: computing,
        }
        self._limits_s = {
            Room.DECODE: settings.decode_seconds,
            Room.VISION: settings.step_seconds,
            Room.WRITER: settings.report_seconds,
        }
        self._provenance = provenance(settings)
        self._active: set[str] = set()
        self._warmed: set[Room] = set()
        self._lock = threading.Lock()
        self._warm_errors: dict[str, ExplainCxrError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def models(self) -> Models:
        """Every step as a call into a worker, for one who needs no job."""
        return self._models(Cancellation())

    def warm(self, rooms: tuple[Room, ...] = tuple(Room)) -> None:
        """Load all models; blocks until they are there. What fails is said by the first job."""
        self._warmed.update(rooms)
        for room in rooms:
            self._pools[room].killed = False
            line = self._line(room, Cancellation())
            for part in WARMED_PARTS[room]:
                try:
                    line.call(None, part, "")
                    self._warm_errors.pop(part, None)
                except ExplainCxrError as error:
                    self._warm_errors[part] = error

    @property
    def warm_errors(self) -> dict[str, ExplainCxrError]:
        """What went wrong while warming, by part."""
        return dict(self._warm_errors)

    def submit(self, data: bytes, settings: Settings) -> Job:
        """Analyse one file; returns at once.

        Raises:
            QueueFullError: Too many jobs wait.
        """

        def work(job: Job, models: Models) -> CaseResult:
            images_only = replace(settings, write_report=False, measure_quality=False)
            case = analyse(data, models=models, settings=images_only, progress=job.progressed)
            job.found(case)
            if settings.measure_quality:
                case = assess_quality(case, models=models, progress=job.progressed)
                job.found(case)
            return _reported(case, job, models, settings) if settings.write_report else case

        return self._begin(work)

    def submit_report(self, case: CaseResult, settings: Settings) -> Job:
        """Write a case's report again, in the settings' language and with their seed.

        Raises:
            QueueFullError: Too many jobs wait.
        """

        def work(job: Job, models: Models) -> CaseResult:
            job.found(case)
            return _reported(case, job, models, settings)

        return self._begin(work)

    def submit_explanation(self, case: CaseResult, label: str, settings: Settings) -> Job:
        """Explain another label of a case.

        Raises:
            QueueFullError: Too many jobs wait.
        """

        def work(job: Job, models: Models) -> CaseResult:
            other = explain_label(
                case, label, models=models, methods=settings.methods, progress=job.progressed
            )
            if not settings.measure_quality:
                return other
            job.found(other)
            return assess_quality(other, models=models, progress=job.progressed)

        return self._begin(work)

    def submit_layers(self, case: CaseResult, layers: tuple[str, ...] = ()) -> Job:
        """Explain a case's label by Grad-CAM at several depths.

        Raises:
            QueueFullError: Too many jobs wait.
        """

        def work(job: Job, models: Models) -> CaseResult:
            label = case.explained_label
            layer_maps = explain_layers(
                case.radiograph,
                case.anatomy,
                label,
                models=models,
                layers=layers,
                progress=job.progressed,
            )
            return replace(case, layer_maps=layer_maps)

        return self._begin(work)

    def cancel(self, job: Job) -> None:
        """Stop a job; only the worker that is busy with it is killed."""
        job.cancel()

    def close(self) -> None:
        """Kill the processes; jobs under way end as cancelled."""
        for pool in self._pools.values():
            pool.close()
        self._hub.close()

    def _begin(self, work: Callable[[Job, Models], CaseResult]) -> Job:
        job = Job()
        with self._lock:
            if len(self._active) > self._settings.waiting_jobs:
                raise QueueFullError(limit=self._settings.waiting_jobs)
            self._active.add(job.id)
        models = self._models(job.cancellation)

        def lead() -> None:
            job.run(lambda: work(job, models))
            with self._lock:
                self._active.discard(job.id)
            self.warm(tuple(room for room in self._warmed if self._pools[room].killed))

        threading.Thread(target=lead, name=f"job-{job.id[:6]}", daemon=True).start()
        return job

    def _line(self, room: Room, cancellation: Cancellation) -> Line:
        return Line(
            pool=self._pools[room],
            turnstile=self._turnstiles[room],
            hub=self._hub,
            cancellation=cancellation,
            limit_s=self._limits_s[room],
        )

    def _models(self, cancellation: Cancellation) -> Models:
        return remote_models(
            decode=self._line(Room.DECODE, cancellation),
            vision=self._line(Room.VISION, cancellation),
            writer=self._line(Room.WRITER, cancellation),
            settings=self._settings,
            provenance=self._provenance,
        )


def _reported(case: CaseResult, job: Job, models: Models, settings: Settings) -> CaseResult:
    """Write the report, let it be read at once, and explain it."""
    case = write_report(case, models=models, settings=settings, progress=job.progressed)
    job.found(case)
    return explain_report(case, models=models, progress=job.progressed)
