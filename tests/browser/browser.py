"""A Chromium for the tests: the system's, else Debian's package, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "There is no browser for the browser tests: no Chromium or Chrome is installed, and neither "
    "'apt-get install chromium' nor 'playwright install chromium' brought one."
)


class BrowserMissingError(Exception):
    """No browser could be found or brought."""


def find_or_bring(playwright: Playwright) -> str:
    """The path of a Chromium.

    Raises:
        BrowserMissingError: None was found, and none could be brought.
    """
    return _installed() or _from_debian() or _from_playwright(playwright) or _missing()


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *command], env=quiet, capture_output=True, check=False)
    return _installed()


def _from_playwright(playwright: Playwright) -> str | None:
    path = playwright.chromium.executable_path
    if not Path(path).exists():
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, capture_output=True, check=False)
    return path if Path(path).exists() else None


def _missing() -> str:
    raise BrowserMissingError(MISSING)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium.

    Raises:
        BrowserMissingError: None was found, and none could be brought.
    """
    sandbox = [] if os.geteuid() != 0 else ["--no-sandbox"]
    with sync_playwright() as playwright:
        path = find_or_bring(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        try:
            yield browser
        finally:
            browser.close()
