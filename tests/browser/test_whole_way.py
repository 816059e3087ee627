"""The whole way in a real browser, with the real models and real files."""

import io
import json
import re
import time
import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Method
from tests.browser import files as radiographs

TABS = [
    "Result",
    "Side by side",
    *(method.spec.name for method in Method),
    "Report (draft)",
    "Text explanation",
    "Download",
]
ANALYSIS_MS = 240_000  # the machine that runs the tests may be busy
SWITCH_MS = 30_000
REST_MS = 600  # what fades has faded


def add(page, name, data, kind="application/octet-stream"):
    page.locator('input[type="file"]').set_input_files(
        [{"name": name, "mimeType": kind, "buffer": data}]
    )


def finish(page):
    """Wait for pictures and report."""
    page.get_by_role("tab").first.wait_for(timeout=ANALYSIS_MS)
    page.locator(".cxr-progress").wait_for(state="detached", timeout=ANALYSIS_MS)


def settle(page):
    """Wait until the page is drawn: what is about to change is faded until then."""
    running = page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
    running.wait_for(timeout=SWITCH_MS)
    page.locator('[data-stale="true"]').first.wait_for(state="detached", timeout=SWITCH_MS)
    page.wait_for_timeout(REST_MS)


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute(
        "aria-selected", "true"
    )


def read(page, button):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def no_overflow(page):
    widths = page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(item => item.scrollWidth - item.clientWidth)"
    )
    assert widths == [0, 0]


@pytest.fixture(scope="module")
def analysed(browser, address):
    """A page on which the PNG phantom went the whole way."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(address)
    add(opened, "Petrov 12.03.1961.png", radiographs.png(), "image/png")
    finish(opened)
    yield opened
    context.close()


def test_a_small_radiograph_is_as_large_as_its_outlines(page):
    small = draw_phantom(0, shape=(224, 224)).pixels
    grey = np.round(small * 255).astype(np.uint8)
    add(page, "small.png", cv2.imencode(".png", grey)[1].tobytes(), "image/png")
    finish(page)
    open_tab(page, "Report (draft)")
    frame = page.locator(".cxr-radiograph")
    frame.scroll_into_view_if_needed()
    page.add_style_tag(content=".cxr-radiograph svg { visibility: hidden }")
    drawn = np.asarray(Image.open(io.BytesIO(frame.screenshot())).convert("L"), np.float32)
    assert min(drawn.shape) > 300
    reduced = cv2.resize(drawn, small.shape[::-1], interpolation=cv2.INTER_AREA)
    upper = slice(0, small.shape[0] // 2)  # the page's footer may lie over the lower end
    assert np.corrcoef(reduced[upper].ravel(), small[upper].ravel())[0, 1] > 0.97


def test_the_page_opens_and_hides_the_framework(browser, address):
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(address)
    opened.get_by_role("button", name="Choose files").wait_for()
    for clutter in ("stToolbar", "stAppDeployButton", "stMainMenu", "stDecoration"):
        expect(opened.get_by_test_id(clutter)).not_to_be_visible()
    context.close()


def test_the_result_shows_classification_anatomy_and_zones(analysed):
    open_tab(analysed, "Result")
    classification = analysed.locator(".cxr-classification")
    expect(classification).to_contain_text(re.compile("Abnormality suspected|No abnormality found"))
    expect(classification).to_contain_text(re.compile(r"Probability of an abnormality: [<>]?\d+%"))
    expect(analysed.locator(".cxr-bars li")).to_have_count(6)
    for structure in ("Right lung", "Left lung", "Spine", "Abdomen"):
        expect(analysed.locator(".cxr-legend").first).to_contain_text(structure)
    analysed.locator(".st-key-glance_map").get_by_text("Anatomy", exact=True).click()
    outlined = analysed.get_by_alt_text("outlined in colour")
    expect(outlined).to_be_visible(timeout=SWITCH_MS)
    assert outlined.evaluate("image => image.naturalWidth") >= 800
    expect(analysed.get_by_text("For research use only. Not a medical device.")).to_be_visible()


@pytest.mark.parametrize("tab", ["Grad-CAM", "LIME"])
def test_the_maps_are_drawn_and_change_with_their_controls(analysed, tab):
    open_tab(analysed, tab)
    panel = analysed.get_by_role("tabpanel", name=tab, exact=True)
    image = panel.get_by_alt_text(re.compile(f"^{tab}, "))
    expect(image).to_be_visible(timeout=SWITCH_MS)
    before = image.get_attribute("src")
    panel.get_by_text("Raw map", exact=True).click()
    expect(panel.get_by_alt_text("nothing removed")).to_be_visible(timeout=SWITCH_MS)
    assert panel.get_by_alt_text("nothing removed").get_attribute("src") != before
    panel.get_by_text("Raw map", exact=True).click()
    expect(panel.get_by_text("Removed", exact=True)).to_be_visible(timeout=SWITCH_MS)
    expect(panel.get_by_alt_text("Colour scale")).to_be_visible()
    if tab == "LIME":
        expect(panel.get_by_text("R² of the surrogate")).to_be_visible()


def columns(page):
    """The first and last column of the radiograph that each panel of the viewer shows."""
    figure = page.locator(".st-key-viewer_stage .js-plotly-plot >> visible=true").last
    return figure.evaluate(
        "plot => Object.keys(plot.layout ?? {}).filter(key => key.startsWith('xaxis'))"
        ".map(key => plot.layout[key].range.map(Math.round))"
    )


def pictures(page):
    """The pictures of the viewer's panels; what is enlarged has a second one, of that part."""
    return page.locator(".st-key-viewer_stage .imagelayer image")


def wait_for_columns(page, test):
    """Wait until the first panel's columns are as wanted; all others must show the same."""
    until = time.monotonic() + SWITCH_MS / 1000
    while True:
        expect(pictures(page).nth(4)).to_be_attached(timeout=SWITCH_MS)
        shown = columns(page)
        if shown and test(shown[0]):
            break
        assert time.monotonic() < until, shown
        page.wait_for_timeout(200)
    assert shown == [shown[0]] * 5
    return shown[0]


def test_the_viewer_enlarges_all_pictures_by_keyboard_and_by_mouse(analysed):
    open_tab(analysed, "Side by side")
    whole = wait_for_columns(analysed, lambda ends: ends[0] == 0)
    for title in ("Radiograph", "Anatomy", "Grad-CAM", "LIME", "Fused map"):
        expect(
            analysed.locator(".st-key-viewer_stage .annotation").get_by_text(title)
        ).to_be_visible()
    zoom = analysed.locator("[class*=st-key-zoom_] input")
    zoom.focus()
    analysed.keyboard.press("ArrowRight")
    wait_for_columns(analysed, lambda ends: ends == [whole[1] // 10, whole[1] * 9 // 10])
    expect(analysed.get_by_text("Zoom 125%")).to_be_visible()
    expect(pictures(analysed)).to_have_count(10, timeout=SWITCH_MS)
    panel = analysed.locator(".st-key-viewer_stage .nsewdrag >> visible=true").first
    panel.scroll_into_view_if_needed()
    box = panel.bounding_box()
    left, top = box["x"] + box["width"] / 2, box["y"] + 20
    analysed.mouse.move(left, top)
    analysed.mouse.down()
    analysed.mouse.move(left + box["width"] / 4, top + box["height"] / 4, steps=4)
    analysed.mouse.up()
    ends = wait_for_columns(analysed, lambda ends: ends[0] >= whole[1] * 0.45)
    expect(zoom).not_to_have_value("125", timeout=SWITCH_MS)  # the slider follows the mouse,
    analysed.locator(".st-key-viewer").get_by_text("Raw map", exact=True).click()
    expect(analysed.get_by_text("Grad-CAM (raw)", exact=True)).to_be_visible(timeout=SWITCH_MS)
    # and what changes the pictures leaves the place
    assert wait_for_columns(analysed, lambda now: True) == pytest.approx(ends, abs=1)
    analysed.locator(".st-key-viewer").get_by_text("Raw map", exact=True).click()
    analysed.get_by_role("button", name="Whole radiograph").click()
    wait_for_columns(analysed, lambda ends: ends == whole)


def test_a_zone_chosen_by_keyboard_is_lit_in_every_picture(analysed):
    open_tab(analysed, "Side by side")
    wait_for_columns(analysed, lambda ends: ends[0] == 0)
    yellow = analysed.locator('.st-key-viewer_stage .shapelayer path[style*="rgb(240, 228, 66)"]')
    expect(yellow).to_have_count(0)
    zones = analysed.locator("[class*=st-key-lit_]")
    zones.get_by_role("radio").first.focus()
    analysed.keyboard.press("ArrowDown")
    expect(yellow).to_have_count(5, timeout=SWITCH_MS)
    name = zones.get_by_role("radio", checked=True).locator("xpath=ancestor::label").inner_text()
    lit = name.split("\n")[0]
    expect(analysed.get_by_text(f"Highlighted: {lit}: ")).to_be_visible(timeout=SWITCH_MS)
    analysed.keyboard.press("ArrowUp")
    expect(yellow).to_have_count(0, timeout=SWITCH_MS)


def test_a_picture_of_the_viewer_is_saved_at_full_size_without_a_name(analysed):
    open_tab(analysed, "Side by side")
    name, data = read(analysed, "Fused map (PNG)")
    assert re.fullmatch(r"explaincxr-[0-9a-f]{8}-viewer-fused\.png", name)
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.height) == ("PNG", 1024)
        assert picture.info == {}  # no text beside the pixels
    assert b"Petrov" not in data


def test_another_label_is_explained(analysed):
    open_tab(analysed, "Grad-CAM")
    panel = analysed.get_by_role("tabpanel", name="Grad-CAM")
    panel.get_by_role("combobox").click()
    other = analysed.get_by_role("option").filter(has_not_text="(predicted)").last
    name = other.inner_text().rsplit(",", 1)[0]
    other.click()
    image = panel.get_by_alt_text(f"Grad-CAM, {name}")
    expect(image).to_be_visible(timeout=ANALYSIS_MS)
    assert image.evaluate("image => image.naturalWidth") >= 800


def test_the_report_has_its_sections_checks_and_model(analysed):
    open_tab(analysed, "Report (draft)")
    for section in ("Findings", "Interpretation", "Recommendations"):
        expect(analysed.get_by_role("heading", name=section)).to_be_visible(timeout=SWITCH_MS)
        box = analysed.get_by_label(f"{section}: your text")
        expect(box).to_have_value(re.compile(".{10}", re.DOTALL), timeout=SWITCH_MS)
    assert analysed.locator(".cxr-claims li").count() >= 3
    assert analysed.locator(".cxr-claims .cxr-contradicted").count() == 0
    expect(analysed.get_by_text(re.compile("Written by .* attempts"))).to_be_visible()


def sentences(page):
    """Each sentence with the zones it names; one that names the fewest, but some, comes first."""
    items = page.locator(".cxr-claims li").all()
    named = [(item, re.findall(r"cxr-names-(\w+)", item.get_attribute("class"))) for item in items]
    return sorted(named, key=lambda pair: len(pair[1]) or 99)


def lit_zones(page):
    """The zones whose outlines are drawn thick, once the page has come to rest."""
    page.wait_for_timeout(300)
    drawn = page.locator(".cxr-radiograph .cxr-zone").evaluate_all(
        "items => items.map(item => [item.classList[1], getComputedStyle(item)])"
        ".map(([name, style]) => [name, parseFloat(style.strokeWidth), style.stroke])"
    )
    assert len(drawn) == 6
    thick = [(name.removeprefix("cxr-zone-"), stroke) for name, px, stroke in drawn if px > 3]
    assert all(stroke == "rgb(240, 228, 66)" for _, stroke in thick)
    return {name for name, _ in thick}


def test_pointing_at_a_sentence_lights_its_zones(analysed):
    open_tab(analysed, "Report (draft)")
    analysed.locator(".cxr-radiograph svg").wait_for(timeout=SWITCH_MS)
    told = sentences(analysed)
    sentence, zones = told[0]
    without = next(item for item, names in told if not names)
    analysed.mouse.move(0, 0)
    assert zones and lit_zones(analysed) == set()
    sentence.hover()
    assert lit_zones(analysed) == set(zones)
    value = analysed.locator(f".cxr-zones .cxr-zone-{zones[0]}")
    expect(value).to_have_css("background-color", "rgb(253, 248, 207)")
    expect(value).to_contain_text(re.compile(r"zone\s+(\d\.\d\d, \w+ · agreement|nothing found)"))
    sentence.click()
    analysed.mouse.move(0, 0)  # what was clicked, or tapped, keeps its zones lit,
    assert lit_zones(analysed) == set(zones)
    without.hover()  # until another sentence is pointed at
    assert lit_zones(analysed) == set()
    analysed.mouse.move(0, 0)
    analysed.keyboard.press("Tab")
    next_class = analysed.evaluate("document.activeElement.className")
    assert lit_zones(analysed) == set(re.findall(r"cxr-names-(\w+)", next_class))
    analysed.keyboard.press("Shift+Tab")
    assert lit_zones(analysed) == set(zones)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_radiograph_stays_in_sight_under_its_outlines(analysed, width):
    open_tab(analysed, "Report (draft)")
    analysed.set_viewport_size({"width": width, "height": 844})
    analysed.locator(".cxr-claims li").last.hover()
    analysed.wait_for_timeout(800)
    radiograph = analysed.locator(".cxr-radiograph img")
    shown, outlines = (
        radiograph.bounding_box(),
        analysed.locator(".cxr-radiograph svg").bounding_box(),
    )
    assert outlines == pytest.approx(shown, abs=0.6)
    rows, cols = radiograph.evaluate("image => [image.naturalHeight, image.naturalWidth]")
    assert shown["height"] / shown["width"] == pytest.approx(rows / cols, rel=0.01)
    assert shown["y"] >= 0 and shown["y"] + shown["height"] < 800
    last = analysed.locator(".cxr-claims li").last.bounding_box()
    beside, below = shown["x"] + shown["width"], shown["y"] + shown["height"]
    assert last["x"] > beside if width == 1280 else last["y"] > below
    analysed.set_viewport_size({"width": 1280, "height": 900})


def test_the_text_explanation_names_its_model_and_parts(analysed):
    open_tab(analysed, "Text explanation")
    expect(analysed.get_by_text("the model that wrote the report").last).to_be_visible(
        timeout=SWITCH_MS
    )
    # the panel draws after its caption: each expectation waits
    expect(analysed.locator(".cxr-bars li").first).to_be_visible(timeout=SWITCH_MS)
    # the prompt, the words, those of the classification
    expect(analysed.locator(".cxr-text")).to_have_count(3, timeout=SWITCH_MS)
    expect(analysed.get_by_text("Completeness error", exact=True).first).to_be_visible()
    expect(analysed.get_by_text("Agreement of both methods", exact=True)).to_be_visible()


def test_an_edited_conclusion_is_downloaded_without_a_name(analysed):
    open_tab(analysed, "Report (draft)")
    box = analysed.get_by_label("Findings: your text")
    box.fill("Signed by a reader of this test.")
    box.press("Control+Enter")
    open_tab(analysed, "Download")
    expect(analysed.get_by_text("Your changes are in the files")).to_be_visible(timeout=SWITCH_MS)
    name, pdf = read(analysed, "Conclusion (PDF)")
    assert re.fullmatch(r"explaincxr-[0-9a-f]{8}-report\.pdf", name)
    text = "".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(pdf)).pages)
    assert "Signed by a reader of this test." in " ".join(text.split())
    assert "For research use only. Not a medical device." in " ".join(text.split())
    _, markdown = read(analysed, "Conclusion (Markdown)")
    assert "Signed by a reader of this test." in markdown.decode()
    _, data = read(analysed, "All data (JSON)")
    record = json.loads(data)
    assert record["image"]["rows"] == 1024
    assert len(record["prediction"]["probabilities"]) == 6
    assert set(record["report"]["sections"]) == {"findings", "interpretation", "recommendations"}
    _, archive = read(analysed, "Download everything (ZIP)")
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        contents = {item.rsplit("/")[-1]: opened.read(item) for item in opened.namelist()}
    assert set(contents) == {
        *("report.pdf", "report.md", "result.json"),
        *("anatomy.png", "measurements.png", "outlines.png", "grad_cam.png", "lime.png"),
    }
    assert all(b"Petrov" not in content for content in contents.values())


def test_every_tab_fits_a_narrow_page_in_every_language(analysed):
    analysed.set_viewport_size({"width": 390, "height": 844})
    for language, words in {
        "Русский": "Только для исследований",
        "Українська": "Лише для досліджень",
        "English": "For research use only",
    }.items():
        analysed.get_by_text(language, exact=True).click()
        expect(analysed.get_by_text(words)).to_be_visible(timeout=SWITCH_MS)
        for index in range(len(TABS)):
            tab = analysed.get_by_role("tab").nth(index)
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true", timeout=SWITCH_MS)
            analysed.wait_for_timeout(800)
            no_overflow(analysed)
    analysed.set_viewport_size({"width": 1280, "height": 900})


def test_tabs_are_reached_by_keyboard(analysed):
    open_tab(analysed, "Result")
    analysed.get_by_role("tab", name="Result").focus()
    analysed.keyboard.press("ArrowRight")
    analysed.keyboard.press("Enter")
    expect(analysed.get_by_role("tab", name="Side by side")).to_have_attribute(
        "aria-selected", "true", timeout=SWITCH_MS
    )


def test_a_dicom_radiograph_goes_the_whole_way_without_its_name(page):
    add(page, "IM0001", radiographs.dicom())
    finish(page)
    expect(page.locator(".cxr-facts").first).to_contain_text("DICOM")
    expect(page.locator(".cxr-facts").first).to_contain_text("0.35 × 0.35 mm")
    expect(page.locator(".cxr-legend").first).to_contain_text("cm²")
    expect(page.get_by_text("Inverted so that bone is white.")).to_be_visible()
    open_tab(page, "Download")
    _, data = read(page, "All data (JSON)")
    assert json.loads(data)["image"]["format"] == "dicom"
    assert b"Ivanova" not in data
    assert b"4711-0815" not in data  # the whole of it: a hash may hold any four digits


def test_bad_files_say_why_and_lose_no_other(page):
    bad = radiographs.bad_files()
    files = [(name, data) for name, data, _ in bad] + [("good.bin", radiographs.png())]
    page.locator('input[type="file"]').set_input_files(
        [{"name": n, "mimeType": "image/png", "buffer": data} for n, data in files]
    )
    for name, _, code in bad:
        line = page.locator(".cxr-notice.cxr-error").filter(has_text=name)
        expect(line).to_contain_text(code, timeout=60_000)
        assert len(line.inner_text()) > len(name) + len(code) + 10  # a sentence, not a code alone
    page.get_by_role("tab").first.wait_for(timeout=ANALYSIS_MS)
    expect(page.get_by_test_id("stTabs").locator(".cxr-classification")).to_be_visible()


def test_an_oversized_file_is_refused_at_once(page, tmp_path):
    large = tmp_path / "large.dcm"
    with large.open("wb") as stream:
        stream.truncate(201_000_000)
    page.locator('input[type="file"]').set_input_files(large)
    refused = page.locator("#cxr-refused")
    expect(refused).to_contain_text("large.dcm: The file is larger than 200 MB.", timeout=5_000)
    expect(refused).to_contain_text("file_too_large")
    refused.get_by_role("button", name="Close").click()
    expect(refused.locator(".cxr-notice")).to_have_count(0)
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()


def test_a_job_is_cancelled_and_the_next_one_done(page):
    page.get_by_role("button", name="Try a synthetic example").locator("visible=true").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("Cancelled.")).to_be_visible(timeout=60_000)
    add(page, "next.png", radiographs.png(), "image/png")
    page.get_by_role("tab").first.wait_for(timeout=ANALYSIS_MS)
    expect(page.get_by_test_id("stTabs").locator(".cxr-classification")).to_be_visible()
