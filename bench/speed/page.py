"""How long the page takes to open: from the start of the program to the first heading."""

import http.client
import importlib.util
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.speed.memory import rss_mb, stop_tree
from pipeline.settings import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
POLL_S = 0.02


class PageError(Exception):
    """The page did not open in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOpening:
    """One opening of the page.

    Attributes:
        seconds: From the start of the program to the page's first heading.
        seen_by: `browser`, or `http` where the page's file was fetched and nothing drawn.
        rss_mb: Resident memory of the page's own process then, in MB of 10^6 bytes.
    """

    seconds: float
    seen_by: str
    rss_mb: float


def open_page(patience_s: float = 60.0) -> PageOpening:
    """Start `python -m app` on a free port, wait for the page, and stop it again.

    Raises:
        PageError: Nothing was served within `patience_s`.
    """
    port = _free_port()
    command = [sys.executable, "-m", "app", "--port", str(port), "--no-browser"]
    with _looker() as (look, seen_by):
        started = time.perf_counter()
        program = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_served(port, started + patience_s, lambda: program.poll() is not None)
            look(f"http://localhost:{port}", patience_s)
            seconds = time.perf_counter() - started
            return PageOpening(seconds=seconds, seen_by=seen_by, rss_mb=rss_mb(program.pid))
        finally:
            stop_tree(program.pid)
            program.wait()


def wait_until_served(port: int, deadline: float, ended: Callable[[], bool]) -> None:
    """Wait until the server says that it is well and gives out the page.

    Args:
        port: Where it listens on this machine.
        deadline: On the clock of `time.perf_counter`.
        ended: Whether the program ended already.

    Raises:
        PageError: The program ended, or the deadline passed.
    """
    while time.perf_counter() < deadline and not ended():
        if all(_status(port, path) == http.client.OK for path in ("/_stcore/health", "/")):
            return
        time.sleep(POLL_S)
    raise PageError(f"nothing served on port {port}")


def _status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


@contextmanager
def _looker() -> Iterator[tuple[Callable[[str, float], None], str]]:
    """A browser that stands ready and waits for the heading; without one, nothing more to see."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None or importlib.util.find_spec("playwright") is None:
        yield (lambda address, patience_s: None), "http"
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page()

        def look(address: str, patience_s: float) -> None:
            page.goto(address, timeout=patience_s * 1000)
            page.locator("h1").first.wait_for(timeout=patience_s * 1000)

        yield look, "browser"
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])
