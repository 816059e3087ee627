"""The chest measurements on the page."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from pipeline.presentation import attribution_name
from pipeline.types import Attribution, Language, MeasurementUnit
from pipeline.words import message, words_of
from tests.app import fake_workers
from tests.drawn_measurements import MEASUREMENTS

APP = Path(__file__).parents[2] / "app"


@pytest.fixture
def page(monkeypatch):
    plain = fake_workers.images_only
    monkeypatch.setattr(
        fake_workers,
        "images_only",
        lambda **label: replace(plain(**label), measurements=MEASUREMENTS),
    )
    workers = fake_workers.FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: workers)
    return AppTest.from_file(APP / "main.py", default_timeout=30).run()


def shown(page):
    return "\n".join(item.proto.body for item in page.get("html"))


@pytest.mark.parametrize("language", list(Language))
def test_every_measurement_stands_beside_its_threshold(page, language):
    page.session_state["language"] = language
    page.file_uploader[0].set_value([("radiograph.png", b"radiograph", "image/png")]).run()
    assert not page.exception
    words, html = words_of(language).of("page"), shown(page)
    assert words("measurements.title") in html
    assert words("measurements.lead") in html
    assert words("measurements.square") in html  # the radiograph has no spacing
    assert words.quantity(0.8, MeasurementUnit.CM) in html
    assert f"{words.number(0.3, 1)}–{words.number(1.4, 1)}" in html
    assert words("measurements.beyond.dome_height") in html
    assert message("diaphragm_hidden", language) in html
    assert words("measurements.borderline") in html
    assert words("measurements.beyond.cardiothoracic_ratio") not in html  # it is undecided
    assert words("measurements.within") in html
    assert words("measurements.no_threshold") in html
    assert "<li>Pratt 1987.</li>" in html
    assert words("measurements.parts.diaphragm") in html
    assert words("measurements.parts.chest_width") not in html  # no such line was drawn
    captions = [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]
    assert words("measurements.picture") in captions


def test_a_case_without_measurements_shows_none(monkeypatch):
    workers = fake_workers.FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: workers)
    page = AppTest.from_file(APP / "main.py", default_timeout=30).run()
    page.file_uploader[0].set_value([("radiograph.png", b"radiograph", "image/png")]).run()
    assert words_of(Language.ENGLISH).of("page")("measurements.title") not in shown(page)


def test_the_text_explanation_names_a_measurement_in_the_pages_language():
    told = Attribution(key="heart_width", text="Width of the heart: 10.9 cm.", value=0.5)
    assert attribution_name(words_of(Language.RUSSIAN), told) == "Поперечный размер тени сердца"
