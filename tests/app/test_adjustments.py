"""What the reader changes of a picture: everything is made anew, nothing of before stays."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.models.adjustments import framed, place
from pipeline.errors import QueueFullError
from pipeline.types import Box, Language, Section, SideEvidence
from pipeline.words import words_of
from tests.app.fake_workers import FakeWorkers

APP = Path(__file__).parents[2] / "app"


@pytest.fixture
def workers(monkeypatch):
    fake = FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: fake)
    return fake


@pytest.fixture
def page(workers):
    page = AppTest.from_file(APP / "main.py", default_timeout=60).run()
    page.session_state["adjust"] = True
    page.file_uploader[0].set_value([("radiograph.png", b"radiograph", "image/png")]).run()
    assert not page.exception
    return page


def case_of(page):
    return page.session_state["cases"].case


def test_right_and_left_are_exchanged_and_everything_is_made_anew(page, workers):
    before = case_of(page).result
    case_of(page).edits[Section.FINDINGS] = "Edited."
    page.button(key="mirror").click().run()
    assert not page.exception
    case = case_of(page)
    np.testing.assert_array_equal(case.result.radiograph.pixels, before.radiograph.pixels[:, ::-1])
    assert case.result.radiograph.sides.evidence is SideEvidence.READER
    assert case.edits == {}
    assert [name for name, _ in workers.calls].count("submit") == 2
    said = words_of(Language.ENGLISH)("radiograph.sides.reader")
    assert said in "\n".join(item.proto.body for item in page.get("html"))


def test_a_place_that_the_reader_frames_is_blanked(page):
    page.slider(key="adjust_across").set_value((10, 30)).run()
    page.slider(key="adjust_down").set_value((0, 25)).run()
    page.button(key="blank").click().run()
    assert not page.exception
    radiograph = case_of(page).result.radiograph
    rows, cols = radiograph.shape
    (box,) = radiograph.blanked_by_reader
    assert box == place((rows, cols), (10, 30), (0, 25))
    assert np.ptp(radiograph.pixels[box.top : box.bottom, box.left : box.right]) == 0


def test_what_lies_on_its_side_is_turned_with_one_click_and_analysed(page, workers):
    page.file_uploader[0].set_value([("side.png", b"turned", "image/png")]).run()
    refused = next(case for case in page.session_state["cases"].items.values() if case.error)
    assert (refused.error.code, refused.result) == ("image_turned", None)
    button = page.button(key=f"turn_{refused.id}")
    assert "90°" in button.label
    button.click().run()
    assert not page.exception
    case = case_of(page)
    assert case is refused
    assert case.error is None
    assert case.result is not None
    assert workers.calls[-1][1].turn == 90
    assert not [button for button in page.button if (button.key or "").startswith("turn_")]


def test_a_full_queue_leaves_the_turn_on_offer(page, workers, monkeypatch):
    page.file_uploader[0].set_value([("side.png", b"turned", "image/png")]).run()
    refused = next(case for case in page.session_state["cases"].items.values() if case.error)

    def full(*arguments):
        raise QueueFullError(limit=8)

    monkeypatch.setattr(workers, "submit", full)
    page.button(key=f"turn_{refused.id}").click().run()
    assert not page.exception
    assert refused.error.code == "image_turned"
    assert page.button(key=f"turn_{refused.id}")


def test_nothing_can_be_changed_while_an_analysis_runs(page, workers):
    workers.hold = True
    page.file_uploader[0].set_value([("other.png", b"other", "image/png")]).run()
    assert not [button for button in page.button if button.key == "mirror"]


def test_writing_is_blanked_unless_that_is_switched_off(page, workers):
    assert workers.calls[-1][1].blank_text is True
    page.toggle(key="blank_text").set_value(False).run()
    page.file_uploader[0].set_value([("other.png", b"other", "image/png")]).run()
    submitted = [settings for name, settings in workers.calls if name == "submit"]
    assert submitted[-1].blank_text is False


def test_a_place_is_never_empty_and_its_frame_is_drawn_around_it():
    assert place((200, 100), (10, 50), (0, 100)) == Box(top=0, bottom=200, left=10, right=50)
    assert place((200, 100), (100, 100), (30, 30)) == Box(top=60, bottom=61, left=99, right=100)
    box = Box(top=20, bottom=60, left=30, right=80)
    shown = framed(np.zeros((100, 100, 3), np.uint8), box)
    assert shown[20, 30].tolist() == shown[59, 79].tolist() == [255, 176, 0]
    assert shown[40, 50].max() == shown[19, 30].max() == 0
