"""The one data flow, as something that yields the case as it grows.

`analyse` is what the page, the command line and every service call; the functions after it go on
from a finished case. Each asks an `Executor` to do the work of a role, which stands step by step in
`pipeline/steps.py` and runs in this process or in the role's worker.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline import steps
from pipeline.errors import CancelledByUserError, ExplainCxrError
from pipeline.protocols import Executor, Priority, Role, Value
from pipeline.reading.adjust import adjusted
from pipeline.settings import Settings
from pipeline.steps import Provenance, Timed
from pipeline.types import CaseResult, Examination, LayerMap, Problem, Radiograph, Step


def analyse(
    source: bytes | Radiograph, *, executor: Executor, settings: Settings, provenance: Provenance
) -> Iterator[Examination | CaseResult]:
    """Analyse one chest radiograph, from bytes to checked and explained report.

    Args:
        source: The file's bytes, up to `settings.max_file_mb`; or a radiograph that was read
            before and changed by its reader since.
        executor: Who does the work.
        settings: Language, seed, label to explain, what is to be done at all.
        provenance: Versions and weights' hashes, kept with the case.

    Yields:
        The case as it grows: the examination (anatomy, measurements, classification), then the
        case with its explanations and descriptors, with its report, with the quality of its
        explanations, and with its report explained. Where one of the last three fails, the rest
        stands and `problems` says so.

    Raises:
        InputError: The bytes cannot be analysed.
        JobError: A step before the report did not come to its end, or the user cancelled.
        ModelError: A model cannot be used.
    """
    begun: dict[Step, float] = {}
    if isinstance(source, Radiograph):
        radiograph = source
    else:
        read = _only(executor.run(Role.DECODE, partial(steps.read, data=source), Priority.IMAGES))
        begun[Step.READ] = read.ms
        # checked again: it comes from where untrusted bytes went
        radiograph = adjusted(replace(read.value), settings)
    del source
    origin = {**provenance, "seed": settings.seed}
    work = partial(
        steps.examine,
        radiograph=radiograph,
        settings=settings,
        begun=begun,
        provenance=origin,
    )
    case: Examination | None = None
    for case in executor.run(Role.VISION, work, Priority.IMAGES):
        yield case
    if isinstance(case, CaseResult):  # and not if nothing was to be explained
        yield from _completed(case, executor, settings)


def explain_label(
    case: CaseResult, label: str, *, executor: Executor, settings: Settings
) -> Iterator[CaseResult]:
    """Explain another label of a case.

    Yields:
        The case with that label's maps and descriptors and without a report, for a report belongs
        to the descriptors that it was written from; then with the quality of its explanations.
    """
    work = partial(
        steps.explain, case=_examination(case), settings=replace(settings, explain_label=label)
    )
    other = _only(executor.run(Role.VISION, work, Priority.IMAGES))
    yield other
    yield from _completed(other, executor, replace(settings, write_report=False))


def explain_layers(
    case: Examination, label: str, layers: tuple[str, ...] = (), *, executor: Executor
) -> tuple[LayerMap, ...]:
    """Explain a label by Grad-CAM at several depths of the network.

    Args:
        case: The examination or the case.
        label: The label.
        layers: Names of layers; the last one of every stage, finest first, if empty.
        executor: Who does the work.

    Raises:
        ModelError: The classifier has no Keras file.
        SettingsError: The classifier has no such label or layer.
        StepFailedError: The classifier cannot be opened at its layers.
    """
    work = partial(steps.explain_layers, case=_examination(case), label=label, layers=layers)
    return _only(executor.run(Role.VISION, work, Priority.IMAGES))


def rewrite_report(
    case: CaseResult, *, executor: Executor, settings: Settings
) -> Iterator[CaseResult]:
    """Write and explain a case's report once more, in the settings' language, with their seed.

    Yields:
        The case with its new report, then with that report explained; if writing fails, the case
        with the report that it had and one more problem.
    """
    earlier = (Step.WRITE, Step.EXPLAIN_TEXT)  # an earlier attempt's problems
    kept = tuple(problem for problem in case.problems if problem.step not in earlier)
    yield from _reported(replace(case, problems=kept), executor, settings, with_quality=False)


def _completed(case: CaseResult, executor: Executor, settings: Settings) -> Iterator[CaseResult]:
    """What follows the images: the report, the explanations' quality, the text explanation."""
    if settings.write_report:
        yield from _reported(case, executor, settings, with_quality=settings.measure_quality)
    elif settings.measure_quality:
        yield _assessed(case, executor)


def _reported(
    case: CaseResult, executor: Executor, settings: Settings, *, with_quality: bool
) -> Iterator[CaseResult]:
    """The case with its report, with the quality of its explanations, with its report explained.

    A report of template sentences is not explained: no model wrote it.
    """
    write = partial(
        steps.write,
        prediction=case.prediction,
        descriptors=case.descriptors,
        settings=settings,
    )
    written = executor.run(Role.WRITER, write, Priority.REPORT)
    new = _added(case, Step.WRITE, "report", written)
    is_new = new.report is not None and new.report is not case.report
    case = replace(new, text_explanation=None) if is_new else new
    yield case
    if with_quality:
        case = _assessed(case, executor)
        yield case
    if is_new and case.report is not None and not case.report.is_template:
        explain = partial(steps.explain_text, report=case.report)
        explained = executor.run(Role.WRITER, explain, Priority.TEXT)
        yield _added(case, Step.EXPLAIN_TEXT, "text_explanation", explained)


def _assessed(case: CaseResult, executor: Executor) -> CaseResult:
    assessed = executor.run(Role.VISION, partial(steps.assess, case=case), Priority.QUALITY)
    return _added(case, Step.QUALITY, "quality", assessed)


def _added(case: CaseResult, step: Step, field: str, work: Iterator[Timed[Any]]) -> CaseResult:
    """The case with what a step finds; if it fails, with that problem."""
    try:
        found = _only(work)
    except CancelledByUserError:
        raise
    except ExplainCxrError as error:
        problem = Problem(step=step, code=error.code, parameters=error.parameters)
        return replace(case, problems=(*case.problems, problem))
    if found.value is None:  # there is nobody to do it
        return case
    added: dict[str, Any] = {field: found.value}
    return replace(case, timings_ms={**case.timings_ms, step: found.ms}, **added)


def _only(work: Iterator[Value]) -> Value:
    """The one thing that a piece of work yields."""
    (value,) = work
    return value


def _examination(case: Examination) -> Examination:
    """A case without its explanations, which need not cross to a worker."""
    return Examination(
        radiograph=case.radiograph,
        anatomy=case.anatomy,
        prediction=case.prediction,
        measurements=case.measurements,
        timings_ms=case.timings_ms,
        provenance=case.provenance,
    )
