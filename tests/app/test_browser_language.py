"""Which language a page opens in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.views.frame.frame import language_of
from pipeline.types import Language
from pipeline.words import words_of
from tests.app.fake_workers import FakeWorkers

APP = Path(__file__).parents[2] / "app"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ru-RU", Language.RUSSIAN),
        ("uk", Language.UKRAINIAN),
        ("en_GB", Language.ENGLISH),
        ("de-DE", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_is_a_language_or_none(tag: str | None, language: Language | None) -> None:
    assert language_of(tag) is language


def test_a_language_in_the_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "workers", FakeWorkers)
    page = AppTest.from_file(APP / "main.py", default_timeout=30)
    page.query_params["language"] = "ru"
    page.run()
    assert not page.exception
    shown = "".join(item.proto.body for item in page.get("html"))
    assert words_of(Language.RUSSIAN).disclaimer in shown
    page.segmented_control(key="language").set_value(Language.ENGLISH).run()
    assert "language" not in page.query_params
