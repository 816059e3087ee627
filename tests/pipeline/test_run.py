"""The flow itself, with fakes: its order, its timings, what stands when the report fails."""

from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from pipeline.errors import CancelledByUserError, ChestNotFoundError, StepFailedError
from pipeline.protocols import Models
from pipeline.run import analyse, assess_quality, explain_label, explain_report, write_report
from pipeline.settings import Settings
from pipeline.types import CaseResult, Language, Method, Problem, ProgressEvent, Step
from tests.fakes import FakeWriter, fake_models
from tests.pipeline.reading.crafted import picture, ramp

SETTINGS = Settings()
RADIOGRAPH = picture(Image.fromarray(ramp(96)))


@pytest.fixture
def models() -> Models:
    return fake_models(SETTINGS)


def case_of(models: Models, **changes: Any) -> CaseResult:
    return analyse(RADIOGRAPH, models=models, settings=replace(SETTINGS, **changes))


class RaisingWriter(FakeWriter):
    def __init__(self, error: Exception) -> None:
        self.error = error

    def write(self, *arguments: Any, **options: Any) -> Any:
        raise self.error


def test_the_steps_follow_each_other_and_are_timed(models: Models) -> None:
    events: list[ProgressEvent] = []
    case = analyse(RADIOGRAPH, models=models, settings=SETTINGS, progress=events.append)
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
    case = analyse(RADIOGRAPH, models=failing, settings=SETTINGS)
    assert case.problems == (
        Problem(step=Step.WRITE, code="step_failed", parameters={"step": "write", "error": "X"}),
    )
    assert case.report is None
    assert case.descriptors.items


def test_a_failed_second_report_leaves_the_first(models: Models) -> None:
    failing = replace(models, writer=RaisingWriter(StepFailedError(step="write", error="X")))
    case = case_of(models)
    again = write_report(case, models=failing, settings=SETTINGS)
    assert [problem.code for problem in again.problems] == ["step_failed"]
    assert again.report is case.report
    assert again.text_explanation is case.text_explanation


def test_a_report_is_explained_once(models: Models) -> None:
    case = case_of(models)
    written = write_report(case, models=models, settings=SETTINGS)
    assert written.report is not None
    assert written.text_explanation is None
    explained = explain_report(written, models=models)
    assert explained.text_explanation is not None
    assert explain_report(explained, models=models) is explained


def test_template_sentences_are_not_explained(models: Models) -> None:
    written = write_report(case_of(models), models=models, settings=SETTINGS)
    assert written.report is not None
    template = replace(written, report=replace(written.report, model_sha256=""))
    assert explain_report(template, models=models) is template


def test_writing_again_forgets_the_earlier_problem(models: Models) -> None:
    failing = replace(models, writer=RaisingWriter(StepFailedError(step="write", error="X")))
    case = analyse(RADIOGRAPH, models=failing, settings=SETTINGS)
    again = write_report(
        case, models=models, settings=replace(SETTINGS, language=Language.UKRAINIAN)
    )
    assert again.problems == ()
    assert again.report is not None
    assert again.report.language is Language.UKRAINIAN


def test_cancelling_a_report_is_no_problem_of_the_case(models: Models) -> None:
    cancelled = replace(models, writer=RaisingWriter(CancelledByUserError()))
    with pytest.raises(CancelledByUserError):
        analyse(RADIOGRAPH, models=cancelled, settings=SETTINGS)


def test_another_label_comes_without_the_report_of_the_first(models: Models) -> None:
    case = case_of(models)
    other = explain_label(case, "covid19", models=models)
    assert other.explanations[Method.LIME].label == "covid19"
    assert (other.report, other.text_explanation) == (None, None)
    assert case.report is not None


def test_an_early_error_ends_the_flow(models: Models) -> None:
    small = picture(Image.fromarray(ramp(40)))
    lenient = fake_models(replace(SETTINGS, min_side_px=8))
    with pytest.raises(ChestNotFoundError):
        analyse(small, models=lenient, settings=SETTINGS)


def test_a_failed_quality_leaves_the_rest_and_a_problem(models: Models) -> None:
    class Raising:
        def assess(self, *arguments: Any, **options: Any) -> Any:
            raise StepFailedError(step="quality", error="X")

    case = analyse(
        RADIOGRAPH, models=replace(models, quality_assessor=Raising()), settings=SETTINGS
    )
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
    assert (
        analyse(
            RADIOGRAPH, models=replace(models, quality_assessor=None), settings=SETTINGS
        ).quality
        is None
    )


def test_another_label_forgets_the_quality_of_the_first_until_it_is_measured(
    models: Models,
) -> None:
    other = explain_label(case_of(models), "covid19", models=models)
    assert other.quality is None
    measured = assess_quality(other, models=models)
    assert measured.quality is not None
    assert measured.quality.label == "covid19"
