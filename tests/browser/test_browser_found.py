"""Where the browser comes from, and what is said if there is none."""

from types import SimpleNamespace

import pytest

from tests.browser import browser


def test_the_system_browser_comes_first(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/somewhere/{name}")
    assert browser.find_or_bring(None) == "/somewhere/chromium"


def test_without_any_browser_the_sentence_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    ran = []
    monkeypatch.setattr(browser.subprocess, "run", lambda command, **_: ran.append(command))
    playwright = SimpleNamespace(
        chromium=SimpleNamespace(executable_path=str(tmp_path / "chromium"))
    )
    with pytest.raises(browser.BrowserMissingError, match="There is no browser"):
        browser.find_or_bring(playwright)
    assert ran[-1][-2:] == ["install", "chromium"]


def test_root_on_debian_installs_the_package(monkeypatch):
    installed = set()
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        browser.shutil,
        "which",
        lambda name: f"/usr/bin/{name}" if name == "apt-get" or name in installed else None,
    )
    monkeypatch.setattr(browser.subprocess, "run", lambda command, **_: installed.add(command[-1]))
    assert browser.find_or_bring(None) == "/usr/bin/chromium"
