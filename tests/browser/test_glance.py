"""The first screen: what has to be seen without scrolling, and two clicks to the text to sign."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser import files as radiographs
from tests.browser.test_whole_way import ANALYSIS_MS, SWITCH_MS, add, finish

DISCLAIMER_PX = 60  # it lies over the lower end of the page
PARTS = {
    "picture": ".st-key-glance_picture img",
    "classification": ".cxr-classification h2",
    "impression": ".cxr-part-impression p",
    "measurements": ".cxr-part-beyond p",
    "notes": ".cxr-part-notes p",
    "on": ".st-key-review button",
}


@pytest.fixture(scope="module")
def analysed(browser, address):
    """A page on which the phantom went the whole way."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(address)
    add(opened, "chest.png", radiographs.png(), "image/png")
    finish(opened)
    expect(opened.locator(PARTS["picture"])).to_be_visible(timeout=ANALYSIS_MS)
    yield opened
    context.close()


def places(page):
    """Where each part of the first screen begins and ends, in pixels from the top."""
    boxes = {name: page.locator(where).first.bounding_box() for name, where in PARTS.items()}
    return {name: (box["y"], box["y"] + box["height"]) for name, box in boxes.items()}


def test_everything_is_seen_at_once(analysed):
    for name, (top, bottom) in places(analysed).items():
        assert 0 < top < bottom < 900 - DISCLAIMER_PX, name


def test_on_a_phone_the_classification_comes_first_and_the_radiograph_next(analysed):
    analysed.set_viewport_size({"width": 390, "height": 844})
    analysed.wait_for_timeout(800)
    found = places(analysed)
    assert list(dict(sorted(found.items(), key=lambda item: item[1])))[:3] == [
        "classification",
        "picture",
        "impression",
    ]
    assert found["classification"][0] < 360
    assert found["picture"][0] < 650
    analysed.set_viewport_size({"width": 1280, "height": 900})


def test_one_switch_shows_every_map(analysed):
    image = analysed.locator(PARTS["picture"])
    before = image.get_attribute("src")
    for name, shown in (("LIME", "LIME, "), ("Anatomy", "outlined in colour")):
        analysed.locator(".st-key-glance_map").get_by_text(name, exact=True).click()
        expect(analysed.get_by_alt_text(shown)).to_be_visible(timeout=SWITCH_MS)
        assert image.get_attribute("src") != before
    analysed.locator(".st-key-glance_map").get_by_text("Both maps", exact=True).click()


def test_what_has_arrived_is_announced(analysed):
    expect(analysed.get_by_role("status").filter(has_text="The report is ready.")).to_have_text(
        re.compile(r"Result for chest\.png: .+\. The report is ready\.")
    )


def test_two_clicks_lead_from_the_result_to_the_signed_text(analysed):
    analysed.get_by_role("button", name="Edit and sign").click()
    box = analysed.get_by_label("Interpretation: your text")
    expect(box).to_be_visible(timeout=SWITCH_MS)
    box.fill("Read and signed by a tester.")
    with analysed.expect_download() as waiting:  # at once: the text must not be the one before
        analysed.get_by_role("button", name="PDF to sign").click()
    pdf = waiting.value.path().read_bytes()
    text = " ".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )
    assert "Read and signed by a tester." in text
    analysed.get_by_role("tab", name="Result").click()
    expect(analysed.locator(PARTS["impression"])).to_have_text(
        "Read and signed by a tester.", timeout=SWITCH_MS
    )


def test_leaving_a_page_with_edits_is_warned_of(analysed):
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    analysed.on("dialog", stay)
    assert analysed.evaluate("window.cxrEdited") is True
    analysed.evaluate("setTimeout(() => location.reload(), 0)")
    analysed.wait_for_timeout(1500)
    assert asked == ["beforeunload"]
    expect(analysed.locator(PARTS["impression"])).to_have_text("Read and signed by a tester.")


def test_the_browsers_language_comes_first_and_a_choice_is_kept_on_reload(browser, address):
    context = browser.new_context(locale="uk-UA")
    opened = context.new_page()
    opened.goto(address)
    expect(opened.get_by_text("Лише для досліджень")).to_be_visible(timeout=SWITCH_MS)
    opened.get_by_text("Русский", exact=True).click()
    expect(opened.get_by_text("Только для исследований")).to_be_visible(timeout=SWITCH_MS)
    opened.reload()
    expect(opened.get_by_text("Только для исследований")).to_be_visible(timeout=SWITCH_MS)
    context.close()
