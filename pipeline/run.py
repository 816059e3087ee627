"""The one data flow: what the app, the command line and every service call."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pipeline.errors import CancelledByUserError, ExplainCxrError, StepFailedError
from pipeline.protocols import Models, Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    FUSED_METHODS,
    Anatomy,
    CaseResult,
    Descriptors,
    Explanation,
    LayerMap,
    Measurement,
    Method,
    Problem,
    ProgressEvent,
    Radiograph,
    Step,
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
        The case. If measuring the trust, writing or explaining the report fails, the rest stands
        and `problems` says so.

    Raises:
        InputError: The bytes cannot be analysed.
        JobError: A step before the report did not come to its end, or the user cancelled.
        ModelError: A model cannot be used.
    """
    clock = _Clock(progress)
    radiograph = clock.time(Step.READ, lambda: models.reader.read(data))
    anatomy = clock.time(Step.SEGMENT, lambda: models.segmenter.segment(radiograph))
    measurements = clock.time(Step.MEASURE, lambda: models.morphometer.measure(radiograph, anatomy))
    prediction = clock.time(Step.CLASSIFY, lambda: models.classifier.classify(radiograph, anatomy))
    label = settings.explain_label or prediction.leading_label
    explanations = _explanations(
        radiograph, anatomy, label, methods=settings.methods, models=models, clock=clock
    )
    descriptors = clock.time(
        Step.DESCRIBE, lambda: _described(explanations, anatomy, measurements, models)
    )
    result = CaseResult(
        radiograph=radiograph,
        anatomy=anatomy,
        prediction=prediction,
        explanations=explanations,
        descriptors=descriptors,
        measurements=measurements,
        timings_ms=clock.timings_ms,
        provenance={**models.provenance, "seed": settings.seed},
    )
    if settings.measure_quality:
        result = assess_quality(result, models=models, progress=progress)
    if settings.write_report:
        result = write_report(result, models=models, settings=settings, progress=progress)
        result = explain_report(result, models=models, progress=progress)
    return result


def explain_label(
    result: CaseResult,
    label: str,
    *,
    models: Models,
    methods: Iterable[Method] = FUSED_METHODS,
    progress: Progress = silent,
) -> CaseResult:
    """Explain another label of a case, or the same one by more methods.

    Returns:
        The case with that label's maps and descriptors, their trust not yet measured, and without
        a report: a report belongs to the descriptors that it was written from.
    """
    clock = _Clock(progress, result.timings_ms)
    explanations = _explanations(
        result.radiograph, result.anatomy, label, methods=methods, models=models, clock=clock
    )
    descriptors = clock.time(
        Step.DESCRIBE, lambda: _described(explanations, result.anatomy, result.measurements, models)
    )
    return replace(
        result,
        explanations=explanations,
        descriptors=descriptors,
        layer_maps=(),
        quality=None,
        report=None,
        text_explanation=None,
        timings_ms=clock.timings_ms,
        problems=(),
    )


def explain_layers(
    radiograph: Radiograph,
    anatomy: Anatomy,
    label: str,
    *,
    models: Models,
    layers: tuple[str, ...] = (),
    progress: Progress = silent,
) -> tuple[LayerMap, ...]:
    """Explain a label of a radiograph by Grad-CAM at several depths of the network.

    Args:
        radiograph: The radiograph.
        anatomy: Its anatomy.
        label: The label.
        models: `layer_explainer` is used.
        layers: Names of layers; the last one of every stage, finest first, if empty.
        progress: Hears how far it is.

    Raises:
        JobError: The step did not come to its end, or there is nobody to do it.
        ModelError: The classifier has no Keras file.
        SettingsError: The classifier has no such label or layer.
    """
    explainer = models.layer_explainer
    if explainer is None:
        raise StepFailedError(step=Step.GRAD_CAM, error="no stages")
    return _Clock(progress).time(
        Step.GRAD_CAM,
        lambda: explainer.explain(radiograph, anatomy, label, layers=layers, progress=progress),
    )


def assess_quality(
    result: CaseResult, *, models: Models, progress: Progress = silent
) -> CaseResult:
    """Measure how far a case's explanations can be trusted.

    Returns:
        The case with its trust; if the step fails, with one more problem.

    Raises:
        CancelledByUserError: The user cancelled; the case given still stands.
    """
    assessor = models.quality_assessor
    if assessor is None:
        return result
    return _added(
        result,
        Step.QUALITY,
        lambda: replace(
            result,
            quality=assessor.assess(
                result.radiograph,
                result.anatomy,
                result.explanations,
                result.descriptors,
                progress=progress,
            ),
        ),
        progress,
    )


def write_report(
    result: CaseResult, *, models: Models, settings: Settings, progress: Progress = silent
) -> CaseResult:
    """Write and check the report of a case whose images are done.

    Returns:
        The case with its new report, not yet explained; if the step fails, with the report that it
        had, if any, and one more problem.

    Raises:
        CancelledByUserError: The user cancelled; the case given still stands.
    """
    writer = models.writer
    if writer is None:
        return result
    begun = replace(
        result,
        problems=tuple(
            problem
            for problem in result.problems
            if problem.step not in (Step.WRITE, Step.EXPLAIN_TEXT)  # an earlier attempt's
        ),
    )
    return _added(
        begun,
        Step.WRITE,
        lambda: replace(
            begun,
            text_explanation=None,
            report=writer.write(
                result.prediction,
                result.descriptors,
                language=settings.language,
                seed=settings.seed,
                progress=progress,
            ),
        ),
        progress,
    )


def explain_report(
    result: CaseResult, *, models: Models, progress: Progress = silent
) -> CaseResult:
    """Explain the report of a case; without a report, or if it is explained, nothing is done.

    Returns:
        The case with its text explanation; if the step fails, with one more problem.

    Raises:
        CancelledByUserError: The user cancelled; the case given still stands.
    """
    report, explainer = result.report, models.text_explainer
    if report is None or explainer is None or result.text_explanation is not None:
        return result
    if report.is_template:
        return result  # no model wrote it, so none can be asked why
    return _added(
        result,
        Step.EXPLAIN_TEXT,
        lambda: replace(result, text_explanation=explainer.explain_text(report, progress=progress)),
        progress,
    )


def _added(
    result: CaseResult, step: Step, add: Callable[[], CaseResult], progress: Progress
) -> CaseResult:
    """What `add` makes of a case, timed; if it fails, the case with that problem."""
    clock = _Clock(progress, result.timings_ms)
    try:
        found = clock.time(step, add)
    except CancelledByUserError:
        raise
    except ExplainCxrError as error:
        problem = Problem(step=step, code=error.code, parameters=error.parameters)
        return replace(result, problems=(*result.problems, problem))
    return replace(found, timings_ms=clock.timings_ms)


def _explanations(
    radiograph: Radiograph,
    anatomy: Anatomy,
    label: str,
    *,
    methods: Iterable[Method],
    models: Models,
    clock: "_Clock",
) -> dict[Method, Explanation]:
    def explain(method: Method) -> Explanation:
        explainer = models.explainers[method]
        return clock.time(
            method.spec.step,
            lambda: explainer.explain(radiograph, anatomy, label, progress=clock.progress),
        )

    return {method: explain(method) for method in methods}


def _described(
    explanations: Mapping[Method, Explanation],
    anatomy: Anatomy,
    measurements: Sequence[Measurement],
    models: Models,
) -> Descriptors:
    """The maps read per zone, beside the measurements that have a threshold."""
    found = models.describer.describe(explanations, anatomy)
    return replace(
        found,
        measurements=tuple(
            measurement for measurement in measurements if measurement.relation is not None
        ),
    )


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
