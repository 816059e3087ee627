"""Hands on the page: undo, the focus, the tabs, and a page that is dark in a dark room."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.served import served
from tests.browser.test_whole_way import SWITCH_MS, open_tab, settle

NAMES = ("a.png", "b.png", "c.png")
DARK = 60  # the lightest mean of red, green and blue that is still dark


@pytest.fixture(scope="module")
def address(browser):
    with served(module="tests.browser.quick") as url:
        yield url


@pytest.fixture
def listed(page):
    """A page with three radiographs."""
    page.locator('input[type="file"]').set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": b"radiograph"} for name in NAMES]
    )
    page.get_by_role("tab").first.wait_for(timeout=SWITCH_MS)
    expect(lines(page)).to_have_count(len(NAMES), timeout=SWITCH_MS)
    return page


def lines(page):
    return page.locator(".st-key-cases").get_by_test_id("stRadioGroup").get_by_role("radio")


def focused(page):
    return page.evaluate("document.activeElement.closest('[class*=st-key]')?.className ?? ''")


def test_what_is_removed_by_key_comes_back_by_key(listed):
    title = listed.locator(".cxr-title")
    named = title.inner_text()
    listed.get_by_role("button", name="Remove").focus()
    listed.keyboard.press("Enter")
    undo = listed.get_by_role("button", name="Undo")
    expect(undo).to_be_focused(timeout=SWITCH_MS)
    expect(lines(listed)).to_have_count(len(NAMES) - 1)
    listed.keyboard.press("Enter")
    expect(lines(listed)).to_have_count(len(NAMES), timeout=SWITCH_MS)
    expect(title).to_have_text(named)
    settle(listed)
    assert listed.evaluate("document.activeElement !== document.body")


def test_the_focus_stays_in_the_list_while_it_is_walked_through(listed):
    lines(listed).first.focus()
    for name in NAMES[1:]:
        listed.keyboard.press("ArrowDown")
        expect(listed.locator(".cxr-title")).to_have_text(f"Radiograph: {name}", timeout=SWITCH_MS)
        assert "case_en" in focused(listed)
    listed.locator(".st-key-case_sort").get_by_text("probability", exact=True).click()
    expect(lines(listed)).to_have_count(len(NAMES), timeout=SWITCH_MS)


def test_writing_again_is_taken_back(listed):
    open_tab(listed, "Report (draft)")
    box = listed.get_by_label("Findings: your text")
    box.fill("Mine.")
    box.press("Control+Enter")
    listed.get_by_role("button", name="Write again").click()
    expect(listed.get_by_role("button", name=re.compile("^Undo: "))).to_be_visible(
        timeout=SWITCH_MS
    )
    settle(listed)
    expect(box).not_to_have_value("Mine.")
    listed.get_by_role("button", name=re.compile("^Undo: ")).click()
    expect(box).to_have_count(1, timeout=SWITCH_MS)
    settle(listed)
    expect(box).to_have_value("Mine.", timeout=SWITCH_MS)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_tabs_stay_in_reach(listed, width):
    listed.set_viewport_size({"width": width, "height": 700})
    listed.get_by_test_id("stMain").evaluate("item => item.scrollTo(0, item.scrollHeight)")
    settle(listed)
    box = listed.get_by_role("tablist").first.bounding_box()
    assert 0 <= box["y"] < 5
    middle = [box["x"] + 40, box["y"] + box["height"] / 2]
    found = "([x, y]) => document.elementFromPoint(x, y).closest('[role=tablist]') !== null"
    assert listed.evaluate(found, middle)  # and nothing lies over them


@pytest.mark.parametrize("tab", ["Result", "Side by side", "Report (draft)"])
def test_the_page_is_dark_where_the_system_is(listed, tab):
    listed.emulate_media(color_scheme="dark")
    open_tab(listed, tab)
    settle(listed)
    light = listed.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((item) => {
          const box = item.getBoundingClientRect();
          if (box.width < 100 || box.height < 20 || item.closest("figure img")) return false;
          const found = getComputedStyle(item).backgroundColor.match(/[\\d.]+/g).map(Number);
          const mean = (found[0] + found[1] + found[2]) / 3;
          return mean > 120 && (found[3] ?? 1) > 0.5 && item.tagName !== "BUTTON";
        }).map((item) => item.outerHTML.slice(0, 200))"""
    )
    assert light == []
    if tab == "Side by side":
        paper = listed.locator(".st-key-viewer_stage .main-svg").first
        colour = paper.evaluate("item => getComputedStyle(item).backgroundColor")
        assert sum(map(int, re.findall(r"\d+", colour)[:3])) < 3 * DARK
