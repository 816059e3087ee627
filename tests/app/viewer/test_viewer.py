"""The viewer on the page, through AppTest."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.viewer import bridge as viewer_bridge
from app.viewer.panels import ImagePanel
from app.viewer.viewport import Viewport
from pipeline.errors import StepTimedOutError
from pipeline.types import Language, Method, Step
from pipeline.words import words_of
from tests.app.fake_workers import PHANTOM, FakeWorkers

APP = Path(__file__).parents[3] / "app"
ENGLISH = words_of(Language.ENGLISH).of("page")


@pytest.fixture
def workers(monkeypatch):
    fake = FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: fake)
    return fake


def opened(language=Language.ENGLISH):
    page = AppTest.from_file(APP / "main.py", default_timeout=60)
    page.session_state["language"] = language
    page.session_state["tab"] = "viewer"
    page.run()
    page.file_uploader[0].set_value([("Ivanova_1970.png", b"radiograph", "image/png")]).run()
    assert not page.exception
    return page


@pytest.fixture
def page(workers):
    return opened()


def drawn(page):
    (chart,) = page.get("plotly_chart")
    return json.loads(chart.proto.spec)


def control(page, name):
    (case,) = page.session_state["cases"].items
    return f"{name}_{case}"


def shown(page):
    return "\n".join(item.proto.body for item in page.get("html"))


@pytest.mark.parametrize("language", list(Language))
def test_five_pictures_stand_side_by_side(workers, language):
    page, words = opened(language), words_of(language).of("page")
    figure = drawn(page)
    titles = [note["text"] for note in figure["layout"]["annotations"][:5]]
    assert titles == [
        words("saliency.radiograph"),
        words("viewer.anatomy"),
        "Grad-CAM",
        "LIME",
        words("viewer.fused"),
    ]
    assert len(figure["data"]) == 5
    (chart,) = page.get("plotly_chart")
    assert "Ivanova" not in chart.proto.spec + chart.proto.config
    assert words("viewer.fused") in chart.proto.alt
    assert (
        words("viewer.bar_zoom")
        in json.loads(chart.proto.config)["locales"][language]["dictionary"].values()
    )


def test_fewer_pictures_are_larger_and_none_means_all(page):
    pills = page.get("button_group")
    chosen = next(item for item in pills if item.key == "panels")
    chosen.set_value([ImagePanel.RADIOGRAPH, Method.LIME]).run()
    figure = drawn(page)
    assert len(figure["data"]) == 2
    assert figure["layout"]["xaxis"]["domain"][1] == pytest.approx(0.5, abs=0.01)
    next(item for item in page.get("button_group") if item.key == "panels").set_value([]).run()
    assert len(drawn(page)["data"]) == 5


def test_sliders_enlarge_and_move_every_picture(page):
    page.slider(key=control(page, "zoom")).set_value(200).run()
    page.slider(key=control(page, "across")).set_value(0).run()
    page.slider(key=control(page, "down")).set_value(100).run()
    layout = drawn(page)["layout"]
    for number in ("", "2", "3", "4", "5"):
        assert layout[f"xaxis{number}"]["range"] == [0, 80]
        assert layout[f"yaxis{number}"]["range"] == [192, 96]
    assert ENGLISH("viewer.part", zoom="200%", across="0%", down="100%") in shown(page)
    page.button(key=control(page, "whole")).click().run()
    assert drawn(page)["layout"]["xaxis"]["range"] == [0, 160]
    assert page.slider(key=control(page, "zoom")).value == 100
    assert page.slider(key=control(page, "across")).disabled


def test_a_chosen_zone_is_highlighted_in_every_picture_and_its_values_are_shown(page):
    zones = page.radio(key=control(page, "lit"))
    assert zones.options[:3] == ["None highlighted", "Right lower zone", "Left upper zone"]
    assert list(zones.proto.captions)[1] == "0.62, strong · agreement 0.88"
    zones.set_value("left_upper").run()
    lit = [s for s in drawn(page)["layout"]["shapes"] if s["name"] == "left_upper"]
    assert len(lit) == 10  # a dark edge and a line in each of five
    assert "Highlighted: Left upper zone: 0.30, weak · agreement 0.88." in shown(page)


def test_outlines_can_be_left_out_and_the_lit_zone_stays(page):
    page.toggle(key="zones").set_value(False).run()
    assert not drawn(page)["layout"].get("shapes")
    page.radio(key=control(page, "lit")).set_value("left_upper").run()
    assert {s["name"] for s in drawn(page)["layout"]["shapes"]} == {"left_upper"}


def test_a_window_is_fitted_to_the_lungs_and_changes_every_picture(page):
    before = [trace["source"] for trace in drawn(page)["data"]]
    page.button(key="window_lungs").click().run()
    lungs = PHANTOM.pixels[images_lungs()]
    assert page.slider(key=control(page, "level")).value < 100 * lungs.max()
    assert page.slider(key=control(page, "width")).value < 100
    after = [trace["source"] for trace in drawn(page)["data"]]
    assert all(old != new for old, new in zip(before, after, strict=True))
    page.button(key="window_radiograph").click().run()
    assert [trace["source"] for trace in drawn(page)["data"]] == before


def images_lungs():
    from pipeline.types import Structure

    return PHANTOM.masks[Structure.RIGHT_LUNG] | PHANTOM.masks[Structure.LEFT_LUNG]


def test_raw_maps_say_so_in_their_titles(page):
    page.toggle(key="raw").set_value(True).run()
    titles = [note["text"] for note in drawn(page)["layout"]["annotations"][:5]]
    assert titles[2:] == ["Grad-CAM (raw)", "LIME (raw)", "Fused map"]


def test_every_picture_can_be_saved_without_a_name(page):
    buttons = [item.proto for item in page.get("download_button")]
    assert [button.label for button in buttons] == [
        *("Radiograph (PNG)", "Anatomy (PNG)", "Grad-CAM (PNG)"),
        *("LIME (PNG)", "Fused map (PNG)"),
    ]
    assert all(button.deferred_file_id for button in buttons)  # made when it is pressed


def test_the_maps_of_another_label_are_asked_for(page, workers):
    page.selectbox[0].set_value("tuberculosis").run()
    assert "explain tuberculosis" in [name for name, _ in workers.calls]
    page.run()
    (chart,) = page.get("plotly_chart")
    assert "tuberculosis" in chart.proto.alt


def test_a_label_whose_maps_are_not_there_yet_shows_how_far_they_are(page, workers):
    workers.hold = True
    page.selectbox[0].set_value("tuberculosis").run()
    assert not page.get("plotly_chart")
    cancel = ENGLISH("progress.cancel")
    assert cancel in [button.label for button in page.button]
    workers.fail(StepTimedOutError(step=Step.LIME, limit_s=60.0))
    page.run()
    assert not page.exception
    assert "step_timed_out" in shown(page)
    assert ENGLISH("frame.again") in [button.label for button in page.button]


def test_a_figure_that_a_mouse_moved_keeps_its_text_until_something_else_changes(monkeypatch):
    state = {}
    monkeypatch.setattr(viewer_bridge.st, "session_state", state)

    class ImageRecord:
        id = "a"

    assert viewer_bridge.view_to_draw(ImageRecord, ("look",)) == Viewport()
    state[viewer_bridge.KEY] = {"view": [0.0, 50.0, 0.0, 100.0]}
    viewer_bridge._take_view(ImageRecord, (200, 100))
    twice = Viewport().enlarged(2).moved(across=0, down=0)
    assert viewer_bridge.view(ImageRecord) == twice
    assert viewer_bridge.view_to_draw(ImageRecord, ("look",)) == Viewport()  # the browser leaves it
    assert viewer_bridge.view_to_draw(ImageRecord, ("another look",)) == twice
    viewer_bridge.set_view(ImageRecord, Viewport())
    assert viewer_bridge.view_to_draw(ImageRecord, ("another look",)) == Viewport()


@pytest.mark.parametrize("told", [None, [1.0, 2.0], "0,1,2,3"])
def test_what_is_no_view_is_left(monkeypatch, told):
    monkeypatch.setattr(viewer_bridge.st, "session_state", {viewer_bridge.KEY: {"view": told}})

    class ImageRecord:
        id = "a"

    viewer_bridge._take_view(ImageRecord, (200, 100))
    assert viewer_bridge.view(ImageRecord) == Viewport()


def test_the_script_listens_where_the_pictures_stand():
    script = viewer_bridge.SCRIPT.read_text(encoding="utf-8")
    (layer_map,) = re.findall(r"querySelector\('\.st-key-(\w+)'\)", script)
    assert f'key="{layer_map}"' in (APP / "viewer" / "tab.py").read_text(encoding="utf-8")
    assert set(re.findall(r"set(?:State|Trigger)Value\('(\w+)'", script)) == {"width", "view"}


def test_the_viewer_remembers_no_radiograph(page):
    """What it remembers stays in the visit when the radiograph is removed."""
    (case,) = page.session_state["cases"].items
    kept = page.session_state[f"drawn_{case}"]
    assert kept.what[0] == "bacterial_pneumonia"
    assert not any(hasattr(item, "radiograph") for item in kept.what)
