"""Who waits how long: many radiographs of one visit, and a second visit beside them."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.speed.radiographs import radiographs_of
from pipeline.settings import Settings
from pipeline.workers.job import Job
from pipeline.workers.workers import Workers

MANY, EARLIER = 12, 8
LAST_TARGET, SECOND_TARGET = 1.3, 3.0
LOOK_UP_SECONDS = 0.005
PATIENCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMetrics:
    """How long radiographs wait for their classification and maps.

    Attributes:
        source: What was analysed.
        first_s: Until the first of twelve that came together has its classification and maps.
        last_s: Until the last of them has.
        last_over_first: `last_s` over twelve times `first_s`.
        one_s: The same of a radiograph alone, median of three.
        second_visit_s: Of a second visit's first one, which comes while eight of another wait.
        second_over_one: `second_visit_s` over `one_s`.
    """

    source: str
    first_s: float
    last_s: float
    last_over_first: float
    one_s: float
    second_visit_s: float
    second_over_one: float

    def table(self) -> str:
        """For people."""
        reached = {True: "yes", False: "NO"}
        last, second = self.last_over_first, self.second_over_one
        return "\n".join(
            (
                f"{MANY} radiographs ({self.source}): first {self.first_s:.2f} s, "
                f"last {self.last_s:.2f} s",
                f"last over {MANY} times the first: {last:.2f} "
                f"(target {LAST_TARGET}: {reached[last <= LAST_TARGET]})",
                f"one alone {self.one_s:.2f} s; a second visit's first beside {EARLIER} waiting "
                f"{self.second_visit_s:.2f} s, {second:.2f} times as long "
                f"(target {SECOND_TARGET:g}: {reached[second <= SECOND_TARGET]})",
            )
        )

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_queue(settings: Settings, data: Path | None) -> QueueMetrics:
    """Measure the queue with everything on: reports, quality and text explanations wait behind.

    Args:
        settings: How the product runs.
        data: A folder of radiographs; phantoms if `None`.
    """
    files, source = radiographs_of(data, MANY)
    with Workers(settings) as workers:
        workers.warm()
        alone = median(_waited([workers.submit(file, settings)])[0] for file in files[:3])
        jobs = [workers.submit(file, settings, "first") for file in files]
        times = _waited(jobs)
        for job in jobs:
            job.cancel()
            job.wait()
        workers.warm()
        earlier = [workers.submit(file, settings, "first") for file in files[:EARLIER]]
        _waited(earlier[:1])
        (second,) = _waited([workers.submit(files[-1], settings, "second")])
        for job in earlier:
            job.cancel()
    first, last = min(times), max(times)
    return QueueMetrics(
        source=source,
        first_s=first,
        last_s=last,
        last_over_first=last / (MANY * first),
        one_s=alone,
        second_visit_s=second,
        second_over_one=second / alone,
    )


def _waited(jobs: Sequence[Job]) -> list[float]:
    """Seconds from now until each job has its classification and maps."""
    started = time.perf_counter()
    times: dict[str, float] = {}
    while len(times) < len(jobs) and time.perf_counter() - started < PATIENCE_SECONDS:
        for job in jobs:
            if job.id not in times and (job.case is not None or job.done):
                times[job.id] = time.perf_counter() - started
        time.sleep(LOOK_UP_SECONDS)
    return [times[job.id] for job in jobs]
