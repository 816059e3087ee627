"""axe-core finds nothing above minor: in any tab, language and width, by day and in a dark room."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.served import served
from tests.browser.test_whole_way import SWITCH_MS, TABS, settle

LANGUAGES = ("English", "Русский", "Українська")
WIDTHS = {1280: 900, 390: 844}
SCHEMES = ("light", "dark")
MINOR = (None, "minor")


@pytest.fixture(scope="module")
def address(browser):
    """A page whose workers answer at once: its look and its controls are the same."""
    with served(module="tests.browser.quick") as url:
        yield url


@pytest.fixture(scope="module")
def analysed(browser, address):
    """A page with two radiographs and a file that was refused."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(address)
    opened.locator('input[type="file"]').set_input_files(
        [
            {"name": name, "mimeType": "image/png", "buffer": data}
            for name, data in (("a.png", b"radiograph"), ("b.png", b"radiograph"), ("c", b"bad"))
        ]
    )
    opened.locator(".st-key-cases").wait_for(timeout=SWITCH_MS)
    opened.get_by_role("tab").first.wait_for(timeout=SWITCH_MS)
    yield opened
    context.close()


def violations(page):
    """What axe-core finds above minor: its rule, how grave it is, and the first place."""
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        (rule["id"], rule["impact"], rule["nodes"][0]["html"][:300], rule["nodes"][0]["any"][:1])
        for rule in found
        if rule["impact"] not in MINOR
    ]


def seen(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    settle(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_tab_is_accessible(analysed, language, width):
    analysed.get_by_text(language, exact=True).click()
    analysed.get_by_role("tab").first.wait_for(timeout=SWITCH_MS)
    found = {}
    for index, name in enumerate(TABS):
        analysed.get_by_role("tab").nth(index).click()
        for scheme in SCHEMES:
            seen(analysed, scheme, width)
            found[name, scheme] = violations(analysed)
    assert {place: rules for place, rules in found.items() if rules} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_main_page_and_the_worklist_are_accessible(page, scheme, width):
    seen(page, scheme, width)
    assert violations(page) == []
    page.get_by_text("Worklist", exact=True).click()
    page.get_by_role("heading", name="Worklist").wait_for(timeout=SWITCH_MS)
    settle(page)
    assert violations(page) == []


def test_the_rule_that_finds_grey_on_grey_is_on(page):
    page.add_style_tag(content=".cxr-hero p { color: #d0d0d0 !important }")
    assert "color-contrast" in {rule for rule, *_ in violations(page)}
