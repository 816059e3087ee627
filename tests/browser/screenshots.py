"""Takes the pictures of the documentation from the running page: the drawn phantom, no patient.

Run as `python -m tests.browser.screenshots [FOLDER]`; they come to
`docs/screenshots/<language>/<width>/`, those for a dark room to the folder `dark` in it.
"""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from app.views.frame.tabs import TABS
from tests.browser.browser import chromium
from tests.browser.served import ROOT, served
from tests.pipeline.classification.unlimited import unlimited_classifier

FOLDER = ROOT / "docs" / "screenshots"
LANGUAGES = {"en": "English", "ru": "Русский", "uk": "Українська"}
DARK = ("main", "result", "report")  # that are taken for a dark room, too
WIDTHS = {1280: 900, 390: 844}
TALLEST = 3000
PATIENCE_MS = 300_000
SETTLE_MS = 1500


def main(folder: Path) -> None:
    """Take every picture."""
    with (
        TemporaryDirectory() as weights,
        # With its limit the classifier gives a drawn chest no classification to be shown.
        served({"EXPLAINCXR_CLASSIFIER": str(unlimited_classifier(Path(weights)))}) as address,
        chromium() as browser,
    ):
        for code, language in LANGUAGES.items():
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            page.goto(address)
            page.get_by_text(language, exact=True).click()
            page.wait_for_timeout(SETTLE_MS)
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
            context.close()


def _take_all(page: Page, folder: Path, name: str) -> None:
    """Picture the page at every width, and for a dark room where that is wanted."""
    for width in WIDTHS:
        _take(page, folder / str(width) / f"{name}.png", width)
        if name in DARK:
            page.emulate_media(color_scheme="dark")
            _take(page, folder / str(width) / "dark" / f"{name}.png", width)
            page.emulate_media(color_scheme="light")


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
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
