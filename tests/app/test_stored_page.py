"""The page after a reload, after a restart, with its worklist, and without a store."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.state.keeper import Keeper
from pipeline.settings import Settings
from pipeline.types import Language, Section
from records import StoreUnreachableError
from records.store import Store
from tests.app.fake_workers import FakeWorkers
from tests.app.test_page import APP, PNG, open_tab, shown, upload, words


@pytest.fixture
def workers(monkeypatch):
    fake = FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: fake)
    return fake


@pytest.fixture
def started(monkeypatch, tmp_path: Path):
    """Starts the server's part of the page, and starts it again."""

    def start():
        keeper = Keeper(lambda: Store(Settings(store_folder=tmp_path)))
        keepers.append(keeper)
        service._visits.clear()
        monkeypatch.setattr(service, "keeper", lambda: keeper)
        return keeper

    keepers: list[Keeper] = []
    yield start
    for keeper in keepers:
        keeper.close()


def address_of(page) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else value[0]
        for name, value in page.query_params.items()
    }


def opened(address: dict[str, str] | None = None):
    page = AppTest.from_file(APP / "main.py", default_timeout=30)
    for name, value in (address or {}).items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def edit(page, text):
    open_tab(page, "report")
    next(area for area in page.text_area if Section.FINDINGS in area.key).set_value(text).run()


def test_a_reload_finds_everything_as_it_was(workers, started):
    keeper = started()
    page = upload(opened(), PNG)
    page.run()
    address = address_of(page)
    assert list(address) == ["visit"]
    edit(page, "No focal opacity.")
    page.run()
    again = opened(address)
    assert "Ivanova_1970.png" in shown(again)  # the very same visit
    assert "bacterial pneumonia" in shown(again)
    assert len(workers.jobs) == 1
    assert keeper.flush()


def test_a_restart_finds_everything_as_it_was(workers, started):
    keeper = started()
    page = upload(opened(), PNG)
    page.run()
    address = address_of(page)
    edit(page, "No focal opacity.")
    page.run()
    assert keeper.flush()
    del page
    started()
    again = opened(address)
    assert "bacterial pneumonia" in shown(again)
    assert "#1" in shown(again)
    open_tab(again, "report")
    assert "No focal opacity." in [area.value for area in again.text_area]
    assert len(workers.jobs) == 1  # nothing was analysed again
    assert address_of(again) == address


def test_a_foreign_or_unknown_visit_begins_anew(workers, started):
    started()
    page = opened({"visit": "../../etc"})
    assert words()("home.title") in shown(page)
    upload(page, PNG).run()
    assert service.VISIT_NAME.fullmatch(address_of(page)["visit"])


def test_the_worklist_lists_finds_and_opens(workers, started):
    keeper = started()
    upload(opened(), PNG)
    assert keeper.flush()
    page = opened()
    page.toggle(key="worklist").set_value(True).run()
    assert not page.exception
    (button,) = [one for one in page.button if (one.key or "").startswith("open_")]
    assert "bacterial pneumonia (83%)" in button.label.replace("\\", "")
    assert "draft" in button.label
    page.text_input(key="worklist_search").set_value("tuberculosis").run()
    assert words()("worklist.none") in shown(page)
    page.text_input(key="worklist_search").set_value("1").run()
    next(one for one in page.button if (one.key or "").startswith("open_")).click().run()
    assert not page.exception
    assert page.toggle(key="worklist").value is False
    assert words()("classification.abnormal") in shown(page)


@pytest.mark.parametrize("language", list(Language))
def test_the_worklist_is_in_the_language(workers, started, language):
    keeper = started()
    upload(opened(), PNG, ("bad.png", b"bad", "image/png"))
    assert keeper.flush()
    page = opened()
    page.segmented_control(key="language").set_value(language).run()
    page.toggle(key="worklist").set_value(True).run()
    assert not page.exception
    labels = [one.label for one in page.button if (one.key or "").startswith("open_")]
    assert len(labels) == 2
    text = words(language)
    assert any(text("worklist.draft") in label for label in labels)
    assert any(text("worklist.failed") in label for label in labels)


def test_a_store_that_does_not_answer_is_said_and_the_page_goes_on(workers, monkeypatch):
    def refuse():
        raise StoreUnreachableError

    keeper = Keeper(refuse)
    monkeypatch.setattr(service, "keeper", lambda: keeper)
    service._visits.clear()
    page = opened({"visit": "0" * 32})
    assert "The case store does not answer" in shown(page)
    assert words()("home.title") in shown(page)
    upload(page, PNG).run()
    assert "bacterial pneumonia" in shown(page)
    assert "The case store does not answer" in shown(page)
    page.toggle(key="worklist").set_value(True).run()
    assert not page.exception
    keeper.problem = StoreUnreachableError()
    keeper.close()


def submit(page, **texts):
    for key, text in texts.items():
        next(one for one in page.text_input if (one.key or "").startswith(key)).set_value(text)
    next(one for one in page.button if "sign" in (one.label or "").lower()).click().run()
    assert not page.exception


def test_a_conclusion_is_signed_and_amended(workers, started):
    keeper = started()
    page = upload(opened(), PNG)
    open_tab(page, "download")
    submit(page, signer="  ")
    assert "A signature needs a name and a text" in shown(page)
    submit(page, signer="Dr Ada Byron")
    assert "Signed by Dr Ada Byron, " in shown(page)
    assert not [one for one in page.text_input if one.key == "signer"]
    (line,) = keeper.store().worklist.page().lines
    assert (line.status, line.signer) == ("signed", "Dr Ada Byron")
    edit(page, "No focal opacity.")
    open_tab(page, "download")
    assert words()("signing.changed") in shown(page)
    submit(page, signer="Grace Hopper", reason="A second look.")
    text = shown(page)
    assert "Signed by Dr Ada Byron, " in text
    assert "Version 2, amended by Grace Hopper, " in text
    assert "A second look." in text
    assert "+No focal opacity." in text
    first, second = keeper.store().conclusions.versions(line.id)
    assert second.sections[Section.FINDINGS] == "No focal opacity."
    assert second.inputs.result == first.inputs.result


def test_a_conclusion_that_the_store_does_not_have_is_not_signed(workers, monkeypatch):
    def refuse():
        raise StoreUnreachableError

    keeper = Keeper(refuse)
    monkeypatch.setattr(service, "keeper", lambda: keeper)
    page = upload(opened(), PNG)
    open_tab(page, "download")
    assert "The case store does not answer" in shown(page)
    assert not [one for one in page.text_input if one.key == "signer"]
    keeper.problem = StoreUnreachableError()
    keeper.close()


def test_a_case_is_kept_and_let_go_on_the_page(workers, started):
    keeper = started()
    page = upload(opened(), PNG)
    open_tab(page, "download")
    (line,) = keeper.store().worklist.page().lines
    assert "Stays until " in shown(page)
    page.toggle(key=f"keep_{line.id}").set_value(True).run()
    assert not page.exception
    assert keeper.store().line(line.id).kept
    assert words()("signing.kept") in shown(page)
    page.toggle(key=f"keep_{line.id}").set_value(False).run()
    assert not keeper.store().line(line.id).kept


def test_no_more_is_opened_than_a_visit_may_hold(workers, started, monkeypatch):
    keeper = started()
    upload(opened(), PNG, ("second.png", b"radiograph", "image/png"))
    assert keeper.flush()
    monkeypatch.setattr(service, "settings", lambda: Settings(visit_radiographs=1))
    page = opened()
    for number in range(2):
        page.toggle(key="worklist").set_value(True).run()
        [one for one in page.button if (one.key or "").startswith("open_")][number].click().run()
        assert not page.exception
    assert "visit_full" in shown(page)
