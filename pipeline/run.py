"""The one data flow: what the app, the command line and every service call."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from pipeline.errors import CancelledByUserError, ExplainCxrError
from pipeline.protocols import Models, Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    CaseResult,
    Explanation,
    Method,
    Problem,
    ProgressEvent,
    Radiograph,
    Report,
    Step,
    TextExplanation,
)

Value = TypeVar("Value")


def analyse(
    data: bytes, *, models: Models, settings: Settings, progress: Progress = silent
) -> CaseResult:
    """Analyse one chest radiograph, from bytes to checked and explained report.

    Args:
        data: The file's bytes, up to `settings.max_file_mb`.
        models: Every step, behind its protocol.
        settings: Language, seed, label to explain.
        progress: Called as each step starts, advances and ends.

    Returns:
        The case. If writing or explaining the report fails, the rest stands and `problems` says so.

    Raises:
        InputError: The bytes cannot be analysed.
        JobError: A step before the report did not come to its end, or the user cancelled.
        ModelError: A model cannot be used.
    """
    clock = _Clock(progress)
    radiograph = clock.time(Step.READ, lambda: models.reader.read(data))
    anatomy = clock.time(Step.SEGMENT, lambda: models.segmenter.segment(radiograph))
    prediction = clock.time(Step.CLASSIFY, lambda: models.classifier.classify(radiograph, anatomy))
    label = settings.explain_label or prediction.label
    explanations = _explanations(radiograph, anatomy, label, models, clock)
    descriptors = clock.time(
        Step.DESCRIBE, lambda: models.describer.describe(explanations, anatomy)
    )
    result = CaseResult(
        radiograph=radiograph,
        anatomy=anatomy,
        prediction=prediction,
        explanations=explanations,
        descriptors=descriptors,
        timings_ms=clock.timings_ms,
        provenance={**models.provenance, "seed": settings.seed},
    )
    if settings.write_report:
        result = write_report(result, models=models, settings=settings, progress=progress)
    return result


def explain_label(
    result: CaseResult, label: str, *, models: Models, progress: Progress = silent
) -> CaseResult:
    """Explain another label of a case.

    Returns:
        The case with that label's maps and descriptors, and without a report: a report belongs to
        the descriptors that it was written from.
    """
    clock = _Clock(progress, result.timings_ms)
    explanations = _explanations(result.radiograph, result.anatomy, label, models, clock)
    descriptors = clock.time(
        Step.DESCRIBE, lambda: models.describer.describe(explanations, result.anatomy)
    )
    return replace(
        result,
        explanations=explanations,
        descriptors=descriptors,
        report=None,
        text_explanation=None,
        timings_ms=clock.timings_ms,
        problems=(),
    )


def write_report(
    result: CaseResult, *, models: Models, settings: Settings, progress: Progress = silent
) -> CaseResult:
    """Write, check and explain the report of a case whose images are done.

    Returns:
        The case with its report; where a step fails, without it and with one more problem.

    Raises:
        CancelledByUserError: The user cancelled; the case given still stands.
    """
    clock = _Clock(progress, result.timings_ms)
    report: Report | None = None
    text_explanation: TextExplanation | None = None
    problems = tuple(
        problem
        for problem in result.problems
        if problem.step not in (Step.WRITE, Step.EXPLAIN_TEXT)  # an earlier attempt's
    )
    writer, text_explainer = models.writer, models.text_explainer
    step = Step.WRITE
    try:
        if writer is not None:
            report = clock.time(
                Step.WRITE,
                lambda: writer.write(
                    result.prediction,
                    result.descriptors,
                    language=settings.language,
                    seed=settings.seed,
                    progress=progress,
                ),
            )
        step = Step.EXPLAIN_TEXT
        if report is not None and text_explainer is not None:
            written = report
            text_explanation = clock.time(
                step, lambda: text_explainer.explain_text(written, progress=progress)
            )
    except CancelledByUserError:
        raise
    except ExplainCxrError as error:
        problems += (Problem(step=step, code=error.code, parameters=error.parameters),)
    return replace(
        result,
        report=report,
        text_explanation=text_explanation,
        timings_ms=clock.timings_ms,
        problems=problems,
    )


def _explanations(
    radiograph: Radiograph, anatomy: Anatomy, label: str, models: Models, clock: "_Clock"
) -> dict[Method, Explanation]:
    def explain(method: Method) -> Explanation:
        explainer = models.explainers[method]
        return clock.time(
            Step(method.value),
            lambda: explainer.explain(radiograph, anatomy, label, progress=clock.progress),
        )

    return {method: explain(method) for method in Method}


class _Clock:
    """Times each step and tells the listener where it begins and ends."""

    def __init__(self, progress: Progress, before: Mapping[Step, float] | None = None) -> None:
        self.progress = progress
        self.timings_ms: dict[Step, float] = dict(before or {})

    def time(self, step: Step, action: Callable[[], Value]) -> Value:
        self.progress(ProgressEvent(step=step, fraction=0.0))
        started = time.perf_counter()
        value = action()
        self.timings_ms[step] = (time.perf_counter() - started) * 1000
        self.progress(ProgressEvent(step=step, fraction=1.0))
        return value
