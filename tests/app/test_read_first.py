"""Read first: nothing that the machine found is shown before its reader has written an opinion."""

from pathlib import Path

import pytest

from app import service
from app.state.keeper import Keeper
from pipeline.settings import Settings
from pipeline.types import ClassificationState
from records import StoreUnreachableError
from records.store import Store
from records.values import Action
from tests.app.fake_workers import FakeWorkers
from tests.app.test_page import PNG, open_tab, shown, upload, words
from tests.app.test_stored_page import opened

FOUND = ("bacterial pneumonia", "83%", "92%", "Grad-CAM", "spine_broken")
"""What the machine says of the radiograph of these workers."""


@pytest.fixture
def store(monkeypatch, tmp_path: Path):
    settings = Settings(store_folder=tmp_path, read_first=True)
    keeper = Keeper(lambda: Store(settings))
    service._visits.clear()
    monkeypatch.setattr(service, "workers", FakeWorkers)
    monkeypatch.setattr(service, "keeper", lambda: keeper)
    monkeypatch.setattr(service, "settings", lambda: settings)
    yield keeper.store()
    keeper.close()


def all_of(page):
    """Everything on the page that can be read: texts, buttons, choices, alerts."""
    buttons = [button.label for button in page.button]
    choices = [option for radio in page.radio for option in radio.options]
    return "\n".join((shown(page), *buttons, *choices, *(one.label for one in page.tabs)))


def give(page, state=ClassificationState.NORMAL, text="Nothing to see."):
    (radio,) = [one for one in page.radio if one.key.startswith("state_")]
    (area,) = [one for one in page.text_area if one.key.startswith("text_")]
    radio.set_value(state)
    area.set_value(text)
    next(one for one in page.button if words()("read_first.give") in one.label).click().run()
    assert not page.exception


def sign(page):
    next(one for one in page.button if words()("signing.sign") in one.label).click().run()
    assert not page.exception


def test_the_radiograph_stands_alone_until_an_opinion_is_written(store):
    page = upload(opened(), PNG)
    for said in FOUND:
        assert said not in all_of(page), said
    assert words()("read_first.title") in shown(page)
    assert not page.get("download_button")
    give(page)
    assert "bacterial pneumonia" in all_of(page)
    assert "Your opinion before the result: no abnormality. Nothing to see." in shown(page)
    (line,) = store.worklist.page().lines
    assert store.opinions.of_reader(line.id, "page").state is ClassificationState.NORMAL


@pytest.mark.parametrize(("state", "text"), [(None, "Nothing."), (ClassificationState.NORMAL, "")])
def test_half_an_opinion_shows_nothing(store, state, text):
    page = upload(opened(), PNG)
    give(page, state, text)
    assert "opinion_incomplete" in shown(page)
    assert "bacterial pneumonia" not in all_of(page)


def test_of_several_radiographs_each_is_hidden_until_it_is_read(store):
    page = upload(opened(), PNG, ("second.png", b"another radiograph", "image/png"))
    assert "bacterial pneumonia" not in all_of(page)
    give(page)
    assert all_of(page).count("92%") >= 1
    labels = [option for radio in page.radio for option in radio.options]
    assert sum("92%" in label for label in labels) == 1


def test_the_worklist_says_nothing_of_what_is_not_read(store):
    upload(opened(), PNG)
    assert service.keeper().flush()
    page = opened()
    page.toggle(key="worklist").set_value(True).run()
    (button,) = [one for one in page.button if (one.key or "").startswith("open_")]
    assert words()("read_first.unread") in button.label
    assert "pneumonia" not in button.label
    assert "priority" not in button.proto.icon
    page.text_input(key="worklist_search").set_value("pneumonia").run()
    assert words()("worklist.none") in shown(page)
    page.text_input(key="worklist_search").set_value("").run()
    next(one for one in page.button if (one.key or "").startswith("open_")).click().run()
    assert words()("read_first.title") in shown(page)
    give(page)
    page.toggle(key="worklist").set_value(True).run()
    (button,) = [one for one in page.button if (one.key or "").startswith("open_")]
    assert "bacterial pneumonia" in button.label


def test_a_store_that_does_not_answer_hides_rather_than_shows(store, monkeypatch):
    page = upload(opened(), PNG)
    give(page)

    def gone(reader):
        raise StoreUnreachableError

    monkeypatch.setattr(service.keeper().store().opinions, "shown_to", gone)
    page.run()
    assert "bacterial pneumonia" not in all_of(page)
    assert "store_unreachable" in shown(page)


def test_the_drawn_sample_hides_nothing(store):
    page = opened()
    page.button(key="sample").click().run()
    page.run()
    assert "bacterial pneumonia" in all_of(page)


def test_the_signature_asks_again_and_the_figures_say_who_was_moved(store):
    page = upload(opened(), PNG)
    give(page)
    open_tab(page, "download")
    page.text_input(key="signer").set_value("Dr Ada Byron")
    sign(page)
    assert "signature_incomplete" in shown(page)
    (final,) = [one for one in page.radio if (one.key or "").startswith("final_")]
    final.set_value(ClassificationState.ABNORMAL)
    page.text_input(key="signer").set_value("Dr Ada Byron")
    sign(page)
    (signed,) = [entry for entry in store.audit() if entry.action is Action.SIGNED]
    assert signed.details["state"] == "abnormal"
    page.toggle(key="agreement").set_value(True).run()
    assert not page.exception
    text = shown(page)
    assert words()("agreement.by_month") in text
    assert "<dt>Towards the machine</dt><dd>1 (100%)</dd>" in text
    assert "<dt>Agreed</dt><dd>0 (0%)</dd>" in text


def test_figures_of_nothing_are_said_to_be_none(store):
    page = opened()
    page.toggle(key="agreement").set_value(True).run()
    assert words()("agreement.none") in shown(page)


def test_nothing_of_all_this_is_there_where_it_is_off(store, monkeypatch):
    off = Settings(store_folder=service.settings().store_folder)
    monkeypatch.setattr(service, "settings", lambda: off)
    page = upload(opened(), PNG)
    assert "bacterial pneumonia" in all_of(page)
    assert "agreement" not in {toggle.key for toggle in page.toggle}
    open_tab(page, "download")
    assert not [one for one in page.radio if (one.key or "").startswith("final_")]
