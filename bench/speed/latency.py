"""Each step's time, ours against a reference implementation, in the same run."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench.metrics import LatencyMetrics, StepTiming
from bench.speed.memory import descendants_rss_mb
from bench.speed.page import open_page
from bench.speed.radiographs import radiographs_of
from pipeline.errors import StepFailedError
from pipeline.protocols import Executor
from pipeline.run import analyse
from pipeline.settings import Settings
from pipeline.types import CaseResult, Step

OPENINGS = 5
REPORTS = 3  # reports take longest, and vary little
SLOW_STOCK = frozenset({Step.LIME})  # once is enough, and takes longer than all else together


@dataclass(frozen=True, slots=True, kw_only=True)
class OurTimes:
    """Our times over several radiographs.

    Attributes:
        steps_ms: Median of each step where it runs, in ms.
        analysis_ms: Median of a whole analysis without quality and report, which come when the page
            shows the maps already, in ms.
        radiograph: The last radiograph's file.
        case: The last radiograph's case.
        problems: Steps that failed and why, as `step: code`, each once.
    """

    steps_ms: Mapping[Step, float]
    analysis_ms: float
    radiograph: bytes
    case: CaseResult
    problems: tuple[str, ...]


def measure_latency(settings: Settings, runs: int, data: Path | None = None) -> LatencyMetrics:
    """Measure the page, our steps through the workers, and the reference implementations.

    Args:
        settings: How the product runs.
        runs: Analyses to take the median of.
        data: A folder of radiographs to analyse; phantoms if `None`.

    Raises:
        ModelError: A model is missing.
        PageError: The page does not open.
    """
    from pipeline.workers.job import Job
    from pipeline.workers.workers import JobExecutor, Workers

    files = radiographs_of(data, runs)[0]
    pages = sorted((open_page() for _ in range(OPENINGS)), key=lambda page: page.seconds)
    page = pages[OPENINGS // 2]
    with Workers(settings) as workers:
        workers.warm()
        ours = time_ours(JobExecutor(workers, Job()), settings, files)
        memory = page.rss_mb + descendants_rss_mb(os.getpid())
    stock = time_stock(ours, settings, runs)
    return LatencyMetrics(
        page_open_s=page.seconds,
        page_seen_by=page.seen_by,
        analysis_ms=ours.analysis_ms,
        report_ms=ours.steps_ms.get(Step.WRITE),
        rss_mb=memory,
        steps={
            step: StepTiming(ours_ms=ours.steps_ms[step], stock_ms=stock.get(step))
            for step in Step
            if step in ours.steps_ms
        },
        problems=ours.problems,
    )


def time_ours(executor: Executor, settings: Settings, radiographs: Iterable[bytes]) -> OurTimes:
    """Time our own steps; the first radiograph is analysed once more before, to warm up.

    Args:
        executor: Who does the work.
        settings: How the product runs.
        radiographs: Files of radiographs.
    """
    images_only = replace(settings, write_report=False, measure_quality=False)
    files = list(radiographs)

    def analysed(file: bytes, chosen: Settings) -> CaseResult:
        *_, case = analyse(file, executor=executor, settings=chosen, provenance={})
        if not isinstance(case, CaseResult):
            raise StepFailedError(step="analyse", error="nothing explained")
        return case

    analysed(files[0], images_only)
    walls: list[float] = []
    found: dict[Step, list[float]] = {}
    problems: set[str] = set()
    for number, radiograph in enumerate(files):
        started = time.perf_counter()
        case = analysed(radiograph, images_only)
        walls.append((time.perf_counter() - started) * 1000)
        if number < REPORTS:
            case = analysed(radiograph, settings)
        problems |= {f"{problem.step}: {problem.code}" for problem in case.problems}
        for step, milliseconds in case.timings_ms.items():
            found.setdefault(step, []).append(milliseconds)
    return OurTimes(
        steps_ms={step: median(values) for step, values in found.items()},
        analysis_ms=median(walls),
        radiograph=files[-1],
        case=case,
        problems=tuple(sorted(problems)),
    )


def time_stock(ours: OurTimes, settings: Settings, runs: int) -> dict[Step, float]:
    """Median of each reference implementation, in ms, on the last radiograph of ours."""
    from bench.speed.stock import stock_steps

    ways = stock_steps(ours.radiograph, ours.case, settings)
    return {
        step: time_way(way, 1 if step in SLOW_STOCK else runs, warm=step not in SLOW_STOCK)
        for step, way in ways.items()
    }


def time_way(way: Callable[[], object], runs: int, *, warm: bool) -> float:
    """Median wall time in ms of calling something; called once more before, if to be warm."""
    if warm:
        way()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        way()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)
