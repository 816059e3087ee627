"""What a bench measured, as a table and as one JSON line."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pipeline.types import Step

STEP_TARGETS_MS = {Step.GRAD_CAM: 30, Step.QUALITY: 3000, Step.EXPLAIN_TEXT: 5000}
STEP_TARGETS_TIMES = {Step.LIME: 10}
"""What is asked of LIME is how many times faster than stock it is."""
PAGE_TARGET_S, ANALYSIS_TARGET_S = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTiming:
    """One step's median wall time.

    Attributes:
        ours_ms: Ours, in ms.
        stock_ms: The reference implementation on the same radiograph in the same run, in ms;
            `None` where there is none.
    """

    ours_ms: float
    stock_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyMetrics:
    """The product's speed on this machine.

    Attributes:
        page_open_s: From `python -m app` to the page's heading, models still warming, in s.
        page_seen_by: What looked at the page: `browser`, or `http` where no browser was found.
        analysis_ms: One warm analysis without the report, in ms.
        report_ms: Writing one report, in ms; `None` where none was written.
        rss_mb: Resident memory of the page's process and of all workers after a report, in MB of
            10^6 bytes; pages that processes share count in each.
        steps: Each step's figures.
        problems: Steps that failed and why, as `step: code`.
    """

    page_open_s: float
    page_seen_by: str
    analysis_ms: float
    report_ms: float | None
    rss_mb: float
    steps: Mapping[Step, StepTiming]
    problems: tuple[str, ...] = ()

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        return json.dumps(
            {
                "page_open_s": round(self.page_open_s, 3),
                "analysis_ms": round(self.analysis_ms, 1),
                "report_ms": None if self.report_ms is None else round(self.report_ms, 1),
                "rss_mb": round(self.rss_mb, 1),
                "steps": {
                    step.value: {
                        name: None if value is None else round(value, 2)
                        for name, value in asdict(figure).items()
                    }
                    for step, figure in self.steps.items()
                },
            }
        )

    def table(self) -> str:
        """The metrics as a table, beside their targets."""
        lines = [f"{'step':<14}{'ours, ms':>12}{'stock, ms':>12}{'times':>8}{'target':>12}"]
        for step, figure in self.steps.items():
            stock, times = "-", "-"
            if figure.stock_ms is not None:
                stock = f"{figure.stock_ms:.1f}"
                times = f"{figure.stock_ms / figure.ours_ms:.1f}" if figure.ours_ms else "-"
            target = "-"
            if step in STEP_TARGETS_MS:
                target = f"{STEP_TARGETS_MS[step]} ms"
            elif step in STEP_TARGETS_TIMES:
                target = f"{STEP_TARGETS_TIMES[step]} times"
            lines.append(
                f"{step.value:<14}{figure.ours_ms:>12.1f}{stock:>12}{times:>8}{target:>12}"
            )
        report = "not written"
        if self.report_ms is not None:
            report = f"{self.report_ms / 1000:.2f} s"
        lines += [
            "",
            f"page open (seen by {self.page_seen_by}): {self.page_open_s:.2f} s (target "
            f"{PAGE_TARGET_S} s)",
            f"analysis without report: {self.analysis_ms / 1000:.2f} s (target "
            f"{ANALYSIS_TARGET_S} s)",
            f"report: {report}",
            f"memory of all processes: {self.rss_mb:.0f} MB",
            *(f"failed: {problem}" for problem in self.problems),
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMetrics:
    """Figures that have targets.

    Attributes:
        measured: Each figure by name.
        targets: What each is to reach, by the same names.
    """

    measured: Mapping[str, float]
    targets: Mapping[str, float]

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        return json.dumps({name: round(value, 6) for name, value in self.measured.items()})

    def table(self) -> str:
        """The metrics beside their targets."""
        lines = [f"{'figure':<22}{'measured':>12}{'target':>10}"]
        for name, value in self.measured.items():
            lines.append(f"{name:<22}{value:>12.4f}{self.targets[name]:>10.3f}")
        return "\n".join(lines)
