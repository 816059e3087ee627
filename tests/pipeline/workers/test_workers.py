"""The workers: real processes, fake models, and every way for a job to end."""

import io
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cached_property

import numpy as np
import pytest
from PIL import Image

from pipeline import build
from pipeline.errors import (
    CancelledByUserError,
    EmptyFileError,
    FileTooLargeError,
    QueueFullError,
    SettingsError,
    StepFailedError,
    StepTimedOutError,
    UnknownFormatError,
    WeightsMissingError,
    WorkerDiedError,
)
from pipeline.protocols import Models, Role
from pipeline.settings import Settings
from pipeline.types import FUSED_METHODS, Language, Method, Section, Step
from pipeline.workers.job import Job
from pipeline.workers.workers import Workers
from tests.fakes import (
    FakeModels,
    FakeTextExplainer,
    FakeWriter,
    dying_build,
    dying_writer_build,
    failing_writer_build,
    fake_build,
    fake_models,
    slow_build,
    talkative_build,
)
from tests.waiting import wait_for


def radiograph(first_pixel: int = 0) -> bytes:
    pixels = np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1))
    pixels[0, 0] = first_pixel
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


SETTINGS = Settings(threads=1)
DEADLY = radiograph(255)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(SETTINGS, fake_build) as started:
        yield started


def test_a_job_brings_the_case_its_progress_and_the_streamed_words(workers: Workers) -> None:
    job = workers.submit(radiograph(), SETTINGS)
    assert job.wait(60)
    assert job.error is None
    assert job.result is not None
    assert job.result.prediction.label == "tuberculosis"
    assert job.result.report is not None
    assert job.result.text_explanation is not None
    ended = [event.step for event in job.events() if event.fraction == 1 and not event.text]
    assert set(ended) == set(Step) - {Step.FURTHER_MAPS}  # which is made on request
    words = "".join(event.text for event in job.events())
    assert words.startswith(
        "Strong measurements in the right middle zone. Consistent with tuberculosis."
    )
    assert set(job.result.timings_ms) == set(ended)


def test_a_radiograph_of_usual_size_goes_all_the_way(workers: Workers) -> None:
    large = np.asarray(Image.open(io.BytesIO(radiograph())).resize((800, 800)))
    stream = io.BytesIO()
    Image.fromarray(large).save(stream, "PNG")
    job = workers.submit(stream.getvalue(), SETTINGS)
    assert job.wait(60)
    assert job.error is None
    assert job.result is not None
    assert job.result.radiograph.pixels.nbytes > 1_000_000  # it crossed in shared memory
    assert job.result.radiograph.pixels == pytest.approx(large / 255, abs=1e-6)
    assert job.result.problems == ()
    assert job.result.text_explanation is not None


def test_without_a_report_the_writer_is_not_asked(workers: Workers) -> None:
    job = workers.submit(radiograph(), replace(SETTINGS, write_report=False))
    assert job.wait(60)
    assert job.result is not None
    assert job.result.report is None
    assert Step.WRITE not in job.result.timings_ms


def test_a_report_is_written_again_in_another_language_and_seed(workers: Workers) -> None:
    job = workers.submit(radiograph(), replace(SETTINGS, write_report=False))
    assert job.wait(60)
    assert job.result is not None
    again = workers.submit_report(job.result, replace(SETTINGS, language=Language.RUSSIAN, seed=7))
    assert again.wait(60)
    assert again.result is not None
    assert again.result.report is not None
    assert again.result.report.language is Language.RUSSIAN
    assert "seed 7" in again.result.report.sections[Section.RECOMMENDATIONS]


def test_another_label_is_explained_and_its_case_has_no_report(workers: Workers) -> None:
    job = workers.submit(radiograph(), SETTINGS)
    assert job.wait(60)
    assert job.result is not None
    other = workers.submit_label(job.result, "covid19", SETTINGS)
    assert other.wait(60)
    assert other.result is not None
    assert other.result.explanations[Method.LIME].label == "covid19"
    assert other.result.report is None
    assert other.result.quality is not None
    assert other.result.quality.label == "covid19"
    assert other.result.prediction.label == "tuberculosis"


def test_every_layer_is_mapped_for_the_label_that_is_explained(workers: Workers) -> None:
    job = workers.submit(radiograph(), replace(SETTINGS, write_report=False, measure_quality=False))
    assert job.wait(60)
    assert job.result is not None
    layered = workers.submit_layers(job.result, "tuberculosis")
    assert layered.wait(60)
    assert layered.result is not None
    assert [layer_map.layer for layer_map in layered.result.layer_maps] == ["fine", "coarse"]
    assert {layer_map.label for layer_map in layered.result.layer_maps} == {"tuberculosis"}
    assert [event.fraction for event in layered.events()] == [0.0, 0.5, 1.0]
    failed = workers.submit_layers(job.result, "tuberculosis", ("nowhere",))
    assert failed.wait(60)
    assert isinstance(failed.error, SettingsError)


def test_sizes_are_refused_before_the_bytes_are_sent() -> None:
    with Workers(replace(SETTINGS, max_file_mb=1), fake_build) as started:
        empty = started.submit(b"", SETTINGS)
        large = started.submit(bytes(1_000_001), SETTINGS)
        assert empty.wait(30)
        assert large.wait(30)
        assert isinstance(empty.error, EmptyFileError)
        assert isinstance(large.error, FileTooLargeError)
        assert large.error.parameters == {"limit_mb": 1}


def test_an_error_of_ours_crosses_intact(workers: Workers) -> None:
    job = workers.submit(b"just a text, whatever its name says" * 9, SETTINGS)
    assert job.wait(60)
    assert isinstance(job.error, UnknownFormatError)
    assert job.result is None


def test_a_killed_worker_ends_its_job_and_the_next_one_works() -> None:
    with Workers(SETTINGS, dying_build) as started:
        dead = started.submit(DEADLY, SETTINGS)
        assert dead.wait(60)
        assert isinstance(dead.error, WorkerDiedError)
        assert dead.error.parameters == {"step": "classify"}
        alive = started.submit(radiograph(), SETTINGS)
        assert alive.wait(60)
        assert alive.result is not None


def test_a_worker_that_dies_while_idle_is_replaced() -> None:
    before = worker_pids()
    with Workers(SETTINGS, fake_build) as started:
        started.warm((Role.VISION,))
        (child,) = worker_pids() - before
        assert child is not None
        os.kill(child, signal.SIGKILL)
        time.sleep(0.5)
        job = started.submit(radiograph(), SETTINGS)
        assert job.wait(60)
        assert job.result is not None


def worker_pids() -> set[int | None]:
    return {child.pid for child in multiprocessing.active_children() if child.name in set(Role)}


def test_a_step_past_its_limit_is_stopped() -> None:
    with Workers(replace(SETTINGS, step_seconds=1.0), slow_build) as started:
        slow = started.submit(DEADLY, SETTINGS)
        assert slow.wait(60)
        assert isinstance(slow.error, StepTimedOutError)
        assert slow.error.parameters == {"step": "classify", "limit_s": 1.0}


def classifying(job: Job) -> bool:
    return any(event.step is Step.CLASSIFY for event in job.events())


def test_cancelling_stops_a_running_and_a_waiting_job_and_spares_the_next() -> None:
    with Workers(SETTINGS, slow_build) as started:
        running, waiting = started.submit(DEADLY, SETTINGS), started.submit(radiograph(), SETTINGS)
        wait_for(lambda: classifying(running), "classification to begin")
        waiting.cancel()
        assert waiting.wait(30)  # half of what the model would take
        assert isinstance(waiting.error, CancelledByUserError)
        running.cancel()
        assert running.wait(30)
        assert isinstance(running.error, CancelledByUserError)
        following = started.submit(radiograph(), SETTINGS)
        assert following.wait(60)
        assert following.result is not None


def test_a_foreign_errors_text_stays_in_its_process(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(SETTINGS, talkative_build) as started:
        job = started.submit(radiograph(), SETTINGS)
        assert job.wait(60)
        assert isinstance(job.error, StepFailedError)
        assert job.error.parameters == {"step": "classify", "error": "LookupError"}
        assert job.error.__cause__ is None
        assert "Ivanov" not in repr(job.error)
    logged = capfd.readouterr().err
    assert "LookupError" in logged
    assert "Ivanov^" not in logged.replace('raise LookupError("Ivanov^Ivan 1961-02-03")', "")


def test_a_failing_writer_leaves_the_images_and_says_so() -> None:
    with Workers(SETTINGS, failing_writer_build) as started:
        job = started.submit(radiograph(), SETTINGS)
        assert job.wait(60)
        assert job.result is not None
        assert job.result.report is None
        (problem,) = job.result.problems
        assert (problem.step, problem.code) == (Step.WRITE, "step_failed")


def test_a_writer_killed_in_mid_sentence_loses_nothing_that_was_done() -> None:
    with Workers(SETTINGS, dying_writer_build) as started:
        cut = started.submit(radiograph(), SETTINGS)
        assert cut.wait(60)
        assert any(event.text == "Strong attention in" for event in cut.events())
        assert cut.result is not None
        assert set(cut.result.explanations) == set(FUSED_METHODS)
        (problem,) = cut.result.problems
        assert (problem.step, problem.code) == (Step.WRITE, "worker_died")
        again = started.submit_report(cut.result, replace(SETTINGS, seed=1))
        assert again.wait(60)
        assert again.result is not None
        assert again.result.report is not None
        assert again.result.problems == ()


def test_one_job_too_many_is_refused() -> None:
    with Workers(replace(SETTINGS, waiting_jobs=1), slow_build) as started:
        jobs = [started.submit(DEADLY, SETTINGS) for _ in range(2)]
        with pytest.raises(QueueFullError) as caught:
            started.submit(radiograph(), SETTINGS)
        assert caught.value.parameters == {"limit": 1}
        for job in jobs:
            job.cancel()


def test_closing_ends_jobs_as_cancelled() -> None:
    started = Workers(SETTINGS, slow_build)
    job = started.submit(DEADLY, SETTINGS)
    wait_for(lambda: classifying(job), "classification to begin")
    started.close()
    assert job.wait(30)
    assert isinstance(job.error, CancelledByUserError)


class BrokenModels(FakeModels):
    """A classifier whose weights are absent."""

    @property
    def classifier(self) -> object:
        raise WeightsMissingError(model="classifier", file="classifier.xml")

    def warm(self) -> None:
        assert self.classifier


def broken_build(role: Role, settings: Settings) -> FakeModels:
    if role is not Role.VISION:
        return fake_models(settings)
    broken = object.__new__(BrokenModels)
    for field in fields(Models):
        if field.name != "classifier":
            object.__setattr__(broken, field.name, getattr(fake_models(settings), field.name))
    return broken


def test_a_model_that_cannot_be_loaded_is_said_by_warming_and_by_each_job() -> None:
    with Workers(SETTINGS, broken_build) as started:
        started.warm()
        assert {role: error.code for role, error in started.warm_errors.items()} == {
            Role.VISION: "weights_missing"
        }
        for _ in range(2):
            job = started.submit(radiograph(), SETTINGS)
            assert job.wait(60)
            assert isinstance(job.error, WeightsMissingError)
            assert job.error.parameters["file"] == "classifier.xml"


class WarmedBeside:
    """Says whether warming had ended when it was first called."""

    def __init__(self) -> None:
        self.warmed = False

    def warm(self) -> None:
        time.sleep(0.5)
        self.warmed = True

    def explain_text(self, report: object, *, progress: object = None) -> object:
        if not self.warmed:
            raise LookupError
        return FakeTextExplainer().explain_text(report)


class WarmingWriter(FakeWriter):
    def warm(self) -> None:
        pass


class BesideWriter(build._Writer):
    """The writer role's own models, with fakes for what is loaded."""

    writer = WarmingWriter()
    _text_explainer = cached_property(lambda self: WarmedBeside())


def beside_build(role: Role, settings: Settings) -> object:
    return BesideWriter(settings) if role is Role.WRITER else fake_models(settings)


def test_the_first_text_explanation_waits_for_the_warming_under_way() -> None:
    with Workers(SETTINGS, beside_build) as started:
        started.warm((Role.WRITER,))
        job = started.submit(radiograph(), SETTINGS)
        assert job.wait(60)
        assert job.result is not None
        assert job.result.problems == ()


def test_logs_hold_digests_and_timings_only(
    workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="pipeline")
    job = workers.submit(radiograph(), SETTINGS)
    assert job.wait(60)
    assert job.result is not None
    wait_for(lambda: caplog.text, "the log's first line")
    assert job.result.radiograph.sha256[:12] in caplog.text
    assert "done in" in caplog.text
