"""Files, links and commands that documents and docstrings name are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = "app|bench|exchange|pipeline|records|report|segmentation|service|training|xai|docs|tests"
NAMED = re.compile(rf"(?<![\w./<-])((?:{ROOMS})/[\w/.-]+\.(?:py|toml|md|json|js|css))\b")
HISTORY = ("CHANGELOG.md", "docs/adr/", "docs/schema/CHANGES.md")  # they name what is gone
NOT_OURS = {"pipeline/words/de.toml"}  # a language that a test adds


def listed() -> list[str]:
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    return found or [
        file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*") if ".venv" not in file.parts
    ]


TEXTS = {
    name: (ROOT / name).read_text("utf-8")
    for name in listed()
    if name.endswith((".py", ".md", ".toml"))
    and (ROOT / name).is_file()
    and not name.startswith(HISTORY)
    and name != "tests/conftest.py"  # its paths begin at tests/
}
PAGES = [name for name in TEXTS if name.endswith(".md") and not name.startswith("training/cards/")]


def test_a_file_that_is_named_is_there() -> None:
    texts = TEXTS
    named = [(name, path) for name, text in texts.items() for path in NAMED.findall(text)]
    assert len(named) > 100
    missing = {one for one in named if one[1] not in NOT_OURS and not (ROOT / one[1]).exists()}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", TEXTS[page])
    assert [one for one in links if not (ROOT / page).parent.joinpath(one).exists()] == []


@pytest.mark.parametrize(
    "program", ["bench", "exchange", "pipeline", "records", "report", "service", "training"]
)
def test_a_command_that_is_named_exists(program: str) -> None:
    named = set()
    for page in PAGES:
        for found in re.findall(rf"-m\s+{program} ([a-z_|]+)", TEXTS[page]):
            named |= set(found.split("|"))
    shown = subprocess.run(
        [sys.executable, "-m", program, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = set(re.search(r"\{([a-z_,]+)\}", "".join(shown.split()))[1].split(","))
    assert named
    assert named - known == set()
