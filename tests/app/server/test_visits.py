"""What the server keeps of a visit: a real page, watched from inside."""

import os
import time

import pytest

from bench.promises.served import served
from bench.promises.visit import Visit, VisitError
from bench.promises.watched import Watch
from tests.waiting import wait_for

KEPT_SECONDS = 1
PATIENCE_S = 40


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    return Watch(folder=tmp_path_factory.mktemp("watch"))


@pytest.fixture(scope="module")
def page(watch):
    with served(watch, kept_seconds=KEPT_SECONDS) as opened:
        yield opened


def test_an_upload_is_never_spooled_to_the_disk(page, watch):
    with Visit(page.address) as visit:
        visit.upload("large.png", os.urandom(3_000_000))
        visit.wait_for("format_unknown")
    started = [note["command"] for note in watch.notes() if note["event"] == "start"]
    assert any("app.__main__" in command for command in started), "nothing was watched"
    assert watch.files_outside() == []


def test_what_a_visit_held_is_gone_soon_after_it_ended(page, watch):
    with Visit(page.address) as visit:
        visit.press("sample")
        assert watch.alive(page.process_id)["Case"] >= 1
    gone = time.monotonic()
    wait_for(
        lambda: watch.alive(page.process_id)["Case"] == 0, "the visits to be forgotten", PATIENCE_S
    )
    assert time.monotonic() - gone < PATIENCE_S


@pytest.mark.parametrize("path", ["/", "/_stcore/health"])
def test_a_strangers_name_is_refused_before_anything_is_looked_up(page, watch, path):
    stranger = Visit(page.address, {"Host": "evil.example", "Origin": "http://evil.example"})
    with pytest.raises(VisitError, match="403"):
        stranger.get(path)
    assert watch.outside_connections() == []


def test_a_strangers_page_cannot_open_a_visit(page, watch):
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    host = page.address.removeprefix("http://")
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(f"ws://{host}/_stcore/stream", origin="http://evil.example", proxy=None),
    ):
        pass
    assert watch.outside_connections() == []


def test_what_the_download_tab_serves_is_not_kept_by_the_browser(page):
    visit = Visit(page.address)
    visit.get("/")
    assert visit.answered["cache-control"] == "no-store"
