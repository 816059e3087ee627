"""The work of each role: what runs where the role's models are.

Each is a generator of the role's models and a progress callback, and yields what it finds as soon
as it has it. `pipeline/run.py` says in which order they follow one another.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Generic

from pipeline.errors import ModelError, StepFailedError
from pipeline.protocols import DecodeModels, Progress, Value, VisionModels, WriterModels
from pipeline.reading.adjust import adjustments
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    CaseResult,
    Descriptors,
    Examination,
    Explanation,
    ExplanationQuality,
    LayerMap,
    Method,
    Prediction,
    Problem,
    ProgressEvent,
    Radiograph,
    Report,
    Step,
    TextExplanation,
)

Provenance = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Generic[Value]):
    """What a step found, and how long it worked, in ms."""

    value: Value
    ms: float


def _timed(step: Step, progress: Progress, action: Callable[[], Value]) -> Timed[Value]:
    """Do a step and say where it begins and ends."""
    progress(ProgressEvent(step=step, fraction=0.0))
    started = time.perf_counter()
    value = action()
    ms = (time.perf_counter() - started) * 1000
    progress(ProgressEvent(step=step, fraction=1.0))
    return Timed(value=value, ms=ms)


def read(models: DecodeModels, progress: Progress, *, data: bytes) -> Iterator[Timed[Radiograph]]:
    """Read untrusted bytes (decode role)."""
    yield _timed(Step.READ, progress, lambda: models.reader.read(data))


def examine(
    models: VisionModels,
    progress: Progress,
    *,
    radiograph: Radiograph,
    settings: Settings,
    begun: Mapping[Step, float],
    provenance: Provenance,
) -> Iterator[Examination | CaseResult]:
    """Segment, measure, classify; then explain and describe, if asked to (vision role)."""

    def outlined() -> Anatomy:
        if models.gate is not None:
            models.gate.check(radiograph)
        return models.segmenter.segment(radiograph)

    segment = _timed(Step.SEGMENT, progress, outlined)
    anatomy = segment.value
    measure = _timed(
        Step.MEASURE, progress, lambda: models.morphometer.measure(radiograph, anatomy)
    )
    classify = _timed(
        Step.CLASSIFY, progress, lambda: models.classifier.classify(radiograph, anatomy)
    )
    examined = {Step.SEGMENT: segment.ms, Step.MEASURE: measure.ms, Step.CLASSIFY: classify.ms}
    examination = Examination(
        radiograph=radiograph,
        anatomy=anatomy,
        prediction=classify.value,
        measurements=measure.value,
        timings_ms={**begun, **examined},
        provenance={**provenance, **adjustments(radiograph)},
    )
    yield examination
    if settings.explain_images:
        yield from explain(models, progress, case=examination, settings=settings)


def explain(
    models: VisionModels, progress: Progress, *, case: Examination, settings: Settings
) -> Iterator[CaseResult]:
    """Explain one label by every method, fuse the maps, read them per zone (vision role).

    A further map that cannot be made is a problem of the case; the fused ones have to be there.
    """
    radiograph, anatomy = case.radiograph, case.anatomy
    label = settings.explain_label or case.prediction.leading_label
    timings_ms = dict(case.timings_ms)
    further: dict[Step, float] = {}  # several methods may share a step

    def explained(method: Method) -> Explanation:
        explainer, step = models.explainers[method], method.spec.step
        found = _timed(
            step,
            progress,
            lambda: explainer.explain(radiograph, anatomy, label, progress=progress),
        )
        timings_ms[step] = found.ms + further.get(step, 0.0)
        further[step] = timings_ms[step]
        return found.value

    explanations: dict[Method, Explanation] = {}
    problems: list[Problem] = []
    for method in settings.methods:
        try:
            explanations[method] = explained(method)
        except ModelError as error:
            if method.spec.fused:
                raise
            step = method.spec.step
            problems.append(Problem(step=step, code=error.code, parameters=error.parameters))
    described = _timed(
        Step.DESCRIBE, progress, lambda: models.describer.describe(explanations, anatomy)
    )
    found = described.value
    if label == case.prediction.normal_label:  # what speaks for no abnormality marks no zone
        found = replace(found, items=())
    stated = tuple(one for one in case.measurements if one.relation is not None)
    yield CaseResult(
        radiograph=radiograph,
        anatomy=anatomy,
        prediction=case.prediction,
        measurements=case.measurements,
        timings_ms={**timings_ms, Step.DESCRIBE: described.ms},
        provenance=case.provenance,
        explanations=explanations,
        descriptors=replace(found, measurements=stated),
        problems=tuple(problems),
    )


def explain_layers(
    models: VisionModels,
    progress: Progress,
    *,
    case: Examination,
    label: str,
    layers: tuple[str, ...],
) -> Iterator[tuple[LayerMap, ...]]:
    """Explain one label at several depths of the network (vision role)."""
    explainer = models.layer_explainer
    if explainer is None:
        raise StepFailedError(step=Step.GRAD_CAM, error="no layers")
    seen = case.radiograph, case.anatomy, label
    yield _timed(
        Step.GRAD_CAM,
        progress,
        lambda: explainer.explain(*seen, layers=layers, progress=progress),
    ).value


def assess(
    models: VisionModels, progress: Progress, *, case: CaseResult
) -> Iterator[Timed[ExplanationQuality | None]]:
    """Rate the explanations (vision role)."""
    assessor = models.quality_assessor
    if assessor is None:
        yield Timed(value=None, ms=0.0)
        return
    seen = case.radiograph, case.anatomy, case.explanations, case.descriptors
    yield _timed(Step.QUALITY, progress, lambda: assessor.assess(*seen, progress=progress))


def write(
    models: WriterModels,
    progress: Progress,
    *,
    prediction: Prediction,
    descriptors: Descriptors,
    settings: Settings,
) -> Iterator[Timed[Report | None]]:
    """Write and check the report (writer role)."""
    writer = models.writer
    if writer is None:
        yield Timed(value=None, ms=0.0)
        return
    yield _timed(
        Step.WRITE,
        progress,
        lambda: writer.write(
            prediction,
            descriptors,
            language=settings.language,
            seed=settings.seed,
            progress=progress,
        ),
    )


def explain_text(
    models: WriterModels, progress: Progress, *, report: Report
) -> Iterator[Timed[TextExplanation | None]]:
    """Explain the report (writer role)."""
    explainer = models.text_explainer
    if explainer is None:
        yield Timed(value=None, ms=0.0)
        return
    yield _timed(
        Step.EXPLAIN_TEXT, progress, lambda: explainer.explain_text(report, progress=progress)
    )
