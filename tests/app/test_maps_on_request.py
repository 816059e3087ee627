"""A map that is made on request: offered in its tab, then shown, compared and rated."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from pipeline.errors import StepTimedOutError
from pipeline.types import FUSED_METHODS, Method, Problem, Step
from tests.app.fake_workers import FakeWorkers, images_only
from tests.app.test_page import APP, PNG, open_tab, shown, upload, words


@pytest.fixture
def workers(monkeypatch):
    fake = FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: fake)
    return fake


@pytest.fixture
def page(workers):
    return AppTest.from_file(str(APP / "main.py"), default_timeout=30).run()


def captions(page):
    return [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]


def ask(page):
    (button,) = [item for item in page.button if item.label == words()("saliency.ask")]
    button.click().run()
    page.run()
    assert not page.exception


def test_it_is_made_only_when_it_is_asked_for(page, workers):
    open_tab(upload(page, PNG), "layer_cam")
    assert workers.calls[-1][1].methods == FUSED_METHODS
    assert words()("saliency.layer_cam_lead") in shown(page)
    assert captions(page) == []

    ask(page)

    name, settings = workers.calls[-1]
    assert name == "explain bacterial_pneumonia"
    assert settings.methods == tuple(Method)
    assert "LayerCAM, bacterial pneumonia" in captions(page)


def test_then_it_stands_beside_the_others_and_in_the_files_and_the_report_stays(page):
    open_tab(upload(page, PNG), "layer_cam")
    ask(page)
    assert Method.LAYER_CAM in page.session_state["cases"].case.result.explanations
    assert page.session_state["cases"].case.report is not None
    open_tab(page, "viewer")
    panels = next(item for item in page.get("button_group") if item.key == "panels")
    assert "LayerCAM" in panels.options
    open_tab(page, "download")
    assert "LayerCAM (PNG)" in [item.label for item in page.get("download_button")]


def test_another_label_gets_it_too_from_then_on(page, workers):
    open_tab(upload(page, PNG), "layer_cam")
    ask(page)
    chosen = next(item for item in page.selectbox if item.label == words()("saliency.label"))
    chosen.set_value("tuberculosis").run()
    page.run()
    assert workers.calls[-1][0] == "explain tuberculosis"
    assert workers.calls[-1][1].methods == tuple(Method)
    assert "LayerCAM, tuberculosis" in captions(page)


def test_if_it_fails_it_is_said_and_offered_again_and_the_others_stand(page, workers):
    open_tab(upload(page, PNG), "layer_cam")
    workers.hold = True
    ask(page)
    workers.fail(StepTimedOutError(step=Step.FURTHER_MAPS, limit_s=120.0))
    page.run()
    assert "step_timed_out" in shown(page)
    workers.hold = False
    open_tab(page, "grad_cam")
    assert "Grad-CAM, bacterial pneumonia" in captions(page)
    open_tab(page, "layer_cam")
    ask(page)
    assert "LayerCAM, bacterial pneumonia" in captions(page)


def test_a_problem_is_said_in_its_tab(page, workers, monkeypatch):
    problem = Problem(
        step=Step.FURTHER_MAPS,
        code="weights_missing",
        parameters={"model": "classifier", "file": "classifier.keras"},
    )

    def without_it(**given):
        return replace(images_only(**{**given, "methods": FUSED_METHODS}), problems=(problem,))

    open_tab(upload(page, PNG), "layer_cam")
    monkeypatch.setattr("tests.app.fake_workers.images_only", without_it)
    ask(page)
    assert "The file classifier.keras of the model “classifier” is missing." in shown(page)
    assert [item for item in page.button if item.label == words()("saliency.ask")]


def test_a_radiograph_without_it_is_shown_after_one_with_it(page):
    open_tab(upload(page, PNG), "layer_cam")
    ask(page)
    open_tab(page, "viewer")
    panels = next(item for item in page.get("button_group") if item.key == "panels")
    panels.set_value([*FUSED_METHODS, Method.LAYER_CAM]).run()
    assert not page.exception
    cases = page.session_state["cases"]
    first = cases.chosen
    upload(page, ("other.png", b"another", "image/png"))
    second = next(item for item in cases.items if item != first)
    cases.pick(second)
    page.run()
    assert not page.exception
    assert Method.LAYER_CAM not in cases.case.result.explanations
    cases.pick(first)
    page.run()
    assert not page.exception
