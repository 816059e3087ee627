"""What a real browser asks for on the whole way: this computer alone, and nothing that it keeps."""

from urllib.parse import urlsplit

import pytest

from tests.browser import files as radiographs
from tests.browser.test_whole_way import TABS, add, finish, open_tab, read


@pytest.fixture(scope="module")
def visited(browser, address):
    """A page on which every tab was opened; what it asked for, was given and complained of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    asked, given, said = [], [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("response", lambda answer: given.append((answer.url, answer.headers)))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(address)
    add(opened, "chest.png", radiographs.png(), "image/png")
    finish(opened)
    for tab in TABS:
        open_tab(opened, tab)
        opened.wait_for_timeout(1500)
    read(opened, "Download everything")
    yield asked, given, said
    context.close()


def test_a_browser_asks_this_computer_alone(visited, address):
    asked, _, _ = visited
    outside = [url for url in asked if urlsplit(url).netloc not in ("", urlsplit(address).netloc)]
    assert asked
    assert outside == []


def test_what_the_page_may_do_is_all_that_it_needs(visited):
    _, _, said = visited
    assert [text for text in said if "Content Security Policy" in text] == []


def test_pictures_and_files_are_not_kept_by_the_browser(visited):
    _, given, _ = visited
    media = {url: headers for url, headers in given if urlsplit(url).path.startswith("/media/")}
    assert media
    assert {headers.get("cache-control") for headers in media.values()} == {"no-store"}
