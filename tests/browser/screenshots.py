"""Takes the pictures of the documentation from the running page: the drawn phantom, no patient.

Run as `python -m tests.browser.screenshots [FOLDER]`; they come to
`docs/screenshots/<language>/<width>/`, those for a dark room to the folder `dark` in it.
"""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page

from app.views.frame.tabs import TABS
from tests.browser.browser import chromium
from tests.browser.served import ROOT, served
from tests.pipeline.classification.unlimited import unlimited_classifier

FOLDER = ROOT / "docs" / "screenshots"
LANGUAGES = {"en": "English", "ru": "Русский", "uk": "Українська"}
DARK = ("result", "report")  # the tabs that are taken for a dark room, too, as the main page is
Scheme = Literal["light", "dark"]
WIDTHS = {1280: 900, 390: 844}
TALLEST = 3000
PATIENCE_MS = 300_000
SETTLE_MS = 1500
COLOURS = 256  # enough for a page of grey radiographs, and half the bytes


def main(folder: Path) -> None:
    """Take every picture."""
    with (
        TemporaryDirectory() as weights,
        # With its limit the classifier gives a drawn chest no classification to be shown.
        served({"EXPLAINCXR_CLASSIFIER": str(unlimited_classifier(Path(weights)))}) as address,
        chromium() as browser,
    ):
        for code, language in LANGUAGES.items():
            page = _opened(browser, f"{address}?language={code}", language)
            _take_all(page, folder / code, "main")
            page.locator(".st-key-sample button >> visible=true").first.click()
            page.get_by_role("tab").first.wait_for(timeout=PATIENCE_MS)
            page.locator(".cxr-progress").wait_for(state="detached", timeout=PATIENCE_MS)
            for index, tab in enumerate(TABS):
                page.get_by_role("tab").nth(index).click()
                if tab == "viewer":  # with the strongest zone lit
                    page.locator("[class*=st-key-lit_] label").nth(2).click()
                page.wait_for_timeout(SETTLE_MS)
                _take_all(page, folder / code, tab)
            _take_dark(browser, page, folder / code)
            page.context.close()


def _opened(browser: Browser, address: str, language: str, *, scheme: Scheme = "light") -> Page:
    """A page in a language, for a bright or a dark room."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.get_by_text(language, exact=True).click()
    page.wait_for_timeout(SETTLE_MS)
    return page


def _take_dark(browser: Browser, analysed: Page, folder: Path) -> None:
    """Picture what has been analysed, and the main page, once more for a dark room."""
    language = LANGUAGES[folder.name]
    visit, main = analysed.url, f"{analysed.url.partition('?')[0]}?language={folder.name}"
    page = _opened(browser, main, language, scheme="dark")
    _take_all(page, folder, "main", room="dark")
    page.context.close()
    page = _opened(browser, visit, language, scheme="dark")
    page.get_by_role("tab").first.wait_for(timeout=PATIENCE_MS)
    for tab in DARK:
        page.get_by_role("tab").nth(TABS.index(tab)).click()
        page.wait_for_timeout(SETTLE_MS)
        _take_all(page, folder, tab, room="dark")
    page.context.close()


def _take_all(page: Page, folder: Path, name: str, *, room: str = "") -> None:
    """Picture the page at every width."""
    for width in WIDTHS:
        _take(page, folder / str(width) / room / f"{name}.png", width)


def _take(page: Page, file: Path, width: int) -> None:
    """Picture the whole page at one width; the page scrolls inside itself, so the window grows."""
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.wait_for_timeout(SETTLE_MS)
    height: int = page.get_by_test_id("stMain").evaluate("item => item.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    sentences = page.locator(".cxr-claims li[class*=cxr-names]")
    if sentences.count() > 1:  # the report: the first counts the zones, the second names one
        sentences.nth(1).hover()
    page.wait_for_timeout(SETTLE_MS)
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    picture.save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
