"""The flow itself, with fakes: its order, its timings, what stands when the report fails."""

from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from pipeline.errors import (
    CancelledByUserError,
    ChestNotFoundError,
    StepFailedError,
    WeightsMissingError,
)
from pipeline.local_executor import LocalExecutor
from pipeline.protocols import Models
from pipeline.reading.adjust import mirrored
from pipeline.run import analyse, explain_label, rewrite_report
from pipeline.settings import Settings
from pipeline.types import (
    FUSED_METHODS,
    CaseResult,
    Language,
    Method,
    Problem,
    ProgressEvent,
    Report,
    Step,
)
from tests.fakes import FakeExplainer, FakeWriter, fake_models, finished
from tests.pipeline.reading.crafted import picture, ramp

SETTINGS = Settings()
RADIOGRAPH = picture(Image.fromarray(ramp(96)))


@pytest.fixture
def models() -> Models:
    return fake_models(SETTINGS)


def case_of(models: Models, **changes: Any) -> CaseResult:
    return finished(RADIOGRAPH, models, replace(SETTINGS, **changes))


class RaisingWriter(FakeWriter):
    def __init__(self, error: Exception) -> None:
        self.error = error

    def write(self, *arguments: Any, **options: Any) -> Any:
        raise self.error


def test_a_radiograph_that_was_read_before_is_analysed_as_it_is(models: Models) -> None:
    read = mirrored(case_of(models).radiograph)
    executor = LocalExecutor(models=models)
    *_, case = analyse(read, executor=executor, settings=SETTINGS, provenance={})
    assert isinstance(case, CaseResult)
    assert case.radiograph is read
    assert Step.READ not in case.timings_ms
    assert case.provenance["mirrored"] == "by the reader"


def test_the_steps_follow_each_other_and_are_timed(models: Models) -> None:
    events: list[ProgressEvent] = []
    case = finished(RADIOGRAPH, models, SETTINGS, events.append)
    begun = [event.step for event in events if event.fraction == 0.0]
    assert begun == [step for step in Step if step is not Step.FURTHER_MAPS]  # none was asked for
    assert list(case.timings_ms) == begun
    assert case.provenance == {"python": "3", "seed": 0}
    assert case.problems == ()


def test_the_predicted_label_is_explained_unless_another_is_asked_for(models: Models) -> None:
    assert case_of(models).explanations[Method.GRAD_CAM].label == "tuberculosis"
    other = case_of(models, explain_label="covid19")
    assert {item.label for item in other.explanations.values()} == {"covid19"}
    assert other.prediction.label == "tuberculosis"


def test_without_a_report_nothing_is_written(models: Models) -> None:
    case = case_of(models, write_report=False)
    assert case.report is None
    assert case.text_explanation is None
    assert case.problems == ()


def test_a_failed_report_leaves_the_rest_and_a_problem(models: Models) -> None:
    failing = replace(models, writer=RaisingWriter(StepFailedError(step="write", error="X")))
    case = finished(RADIOGRAPH, failing, SETTINGS)
    assert case.problems == (
        Problem(step=Step.WRITE, code="step_failed", parameters={"step": "write", "error": "X"}),
    )
    assert case.report is None
    assert case.descriptors.items


class WithoutKerasFile(FakeExplainer):
    def explain(self, *arguments: Any, **options: Any) -> Any:
        raise WeightsMissingError(model="classifier", file="classifier.keras")


def with_explainer(models: Models, method: Method) -> Models:
    return replace(models, explainers={**models.explainers, method: WithoutKerasFile(method)})


def test_a_further_map_that_cannot_be_made_leaves_the_rest_and_a_problem(models: Models) -> None:
    asked = replace(SETTINGS, methods=tuple(Method))
    assert set(finished(RADIOGRAPH, models, asked).explanations) == set(Method)
    case = finished(RADIOGRAPH, with_explainer(models, Method.LAYER_CAM), asked)
    assert set(case.explanations) == set(FUSED_METHODS)
    assert [(problem.step, problem.code) for problem in case.problems] == [
        (Step.FURTHER_MAPS, "weights_missing")
    ]
    assert case.report is not None
    with pytest.raises(WeightsMissingError):
        finished(RADIOGRAPH, with_explainer(models, Method.LIME), asked)


def rewritten(case: CaseResult, models: Models, settings: Settings = SETTINGS) -> list[CaseResult]:
    executor = LocalExecutor(models=models)
    return list(rewrite_report(case, executor=executor, settings=settings))


def test_a_failed_second_report_leaves_the_first(models: Models) -> None:
    failing = replace(models, writer=RaisingWriter(StepFailedError(step="write", error="X")))
    case = case_of(models)
    (again,) = rewritten(case, failing)
    assert [problem.code for problem in again.problems] == ["step_failed"]
    assert again.report is case.report
    assert again.text_explanation is case.text_explanation


def test_a_report_is_written_before_it_is_explained(models: Models) -> None:
    written, explained = rewritten(case_of(models), models)
    assert written.report is not None
    assert written.text_explanation is None
    assert explained.report is written.report
    assert explained.text_explanation is not None


def test_template_sentences_are_not_explained(models: Models) -> None:
    class TemplateWriter(FakeWriter):
        def write(self, *arguments: Any, **named: Any) -> Report:
            return replace(super().write(*arguments, **named), model_sha256="")

    (written,) = rewritten(case_of(models), replace(models, writer=TemplateWriter()))
    assert written.report is not None and written.report.is_template
    assert written.text_explanation is None


def test_writing_again_forgets_the_earlier_problem(models: Models) -> None:
    failing = replace(models, writer=RaisingWriter(StepFailedError(step="write", error="X")))
    case = finished(RADIOGRAPH, failing, SETTINGS)
    again = rewritten(case, models, replace(SETTINGS, language=Language.UKRAINIAN))[-1]
    assert again.problems == ()
    assert again.report is not None
    assert again.report.language is Language.UKRAINIAN


def test_the_case_grows(models: Models) -> None:
    executor = LocalExecutor(models=models)
    grown = list(analyse(RADIOGRAPH, executor=executor, settings=SETTINGS, provenance={}))
    examination, images, reported, rated, explained = grown
    assert not isinstance(examination, CaseResult)
    assert examination.prediction.label == "tuberculosis"
    cases = [case for case in grown if isinstance(case, CaseResult)]
    assert [case.report is not None for case in cases] == [False, True, True, True]
    assert [case.quality is not None for case in cases] == [False, False, True, True]
    assert [case.text_explanation is not None for case in cases] == [False, False, False, True]
    assert images.radiograph is reported.radiograph is rated.radiograph is explained.radiograph


def test_without_explanations_there_is_the_examination_alone(models: Models) -> None:
    executor, settings = LocalExecutor(models=models), replace(SETTINGS, explain_images=False)
    (only,) = analyse(RADIOGRAPH, executor=executor, settings=settings, provenance={})
    assert not isinstance(only, CaseResult)


def test_cancelling_a_report_is_no_problem_of_the_case(models: Models) -> None:
    cancelled = replace(models, writer=RaisingWriter(CancelledByUserError()))
    with pytest.raises(CancelledByUserError):
        finished(RADIOGRAPH, cancelled, SETTINGS)


def explained_for(case: CaseResult, label: str, models: Models) -> list[CaseResult]:
    executor = LocalExecutor(models=models)
    return list(explain_label(case, label, executor=executor, settings=SETTINGS))


def test_another_label_comes_without_the_report_of_the_first(models: Models) -> None:
    case = case_of(models)
    for other in explained_for(case, "covid19", models):
        assert other.explanations[Method.LIME].label == "covid19"
        assert (other.report, other.text_explanation) == (None, None)
    assert case.report is not None


def test_an_early_error_ends_the_flow(models: Models) -> None:
    small = picture(Image.fromarray(ramp(40)))
    lenient = fake_models(replace(SETTINGS, min_side_px=8))
    with pytest.raises(ChestNotFoundError):
        finished(small, lenient, SETTINGS)


def test_a_failed_quality_leaves_the_rest_and_a_problem(models: Models) -> None:
    class Raising:
        def assess(self, *arguments: Any, **options: Any) -> Any:
            raise StepFailedError(step="quality", error="X")

    case = finished(RADIOGRAPH, replace(models, quality_assessor=Raising()), SETTINGS)
    assert [(problem.step, problem.code) for problem in case.problems] == [
        (Step.QUALITY, "step_failed")
    ]
    assert case.quality is None
    assert case.report is not None


def test_quality_is_measured_unless_it_is_switched_off(models: Models) -> None:
    case = case_of(models)
    assert case.quality is not None
    assert case.quality.label == "tuberculosis"
    off = case_of(models, measure_quality=False)
    assert off.quality is None
    assert Step.QUALITY not in off.timings_ms
    assert finished(RADIOGRAPH, replace(models, quality_assessor=None), SETTINGS).quality is None


def test_another_label_forgets_the_quality_of_the_first_until_it_is_measured(
    models: Models,
) -> None:
    other, measured = explained_for(case_of(models), "covid19", models)
    assert other.quality is None
    assert measured.quality is not None
    assert measured.quality.label == "covid19"


def test_what_speaks_for_no_abnormality_marks_no_zone(models: Models) -> None:
    """Of the same radiograph and maps: another label's map marks zones, normal's none."""
    normal = case_of(models, explain_label="normal")
    other = case_of(models, explain_label="tuberculosis")
    assert normal.descriptors.items == ()
    assert normal.descriptors.fused_image.any()
    assert other.descriptors.items
