"""The tree itself: folders that can be overlooked, files that can be read, tests that end."""

import ast
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_FILES, MOST_LINES = 15, 300
ROOMS = (
    "app",
    "bench",
    "exchange",
    "pipeline",
    "records",
    "report",
    "segmentation",
    "service",
    "training",
    "xai",
)
SHARED_FIXTURES = "the tests of one file, around the same fixtures"
LONGER = {  # files of more than `MOST_LINES` lines, and why they are not two
    "pipeline/errors.py": "every error with its code, on one page",
    "pipeline/pictures/overlays.py": "all that is drawn over a radiograph, in its order",
    "pipeline/protocols.py": "every contract between the rooms, on one page",
    "report/documents/pdf.py": "one document, from its first page to its last",
    "tests/app/state/test_keeper.py": SHARED_FIXTURES,
    "tests/app/test_page.py": SHARED_FIXTURES,
    "tests/browser/test_whole_way.py": "one analysed page, seen from all sides",
    "tests/fakes.py": "a fake of each step, for whole flows without models",
    "tests/pipeline/reading/test_reading.py": SHARED_FIXTURES,
    "tests/pipeline/test_command_line.py": SHARED_FIXTURES,
    "tests/pipeline/workers/test_workers.py": SHARED_FIXTURES,
    "tests/report/documents/test_export.py": SHARED_FIXTURES,
    "tests/report/models/test_compare.py": SHARED_FIXTURES,
    "tests/report/models/test_fetch.py": SHARED_FIXTURES,
    "tests/report/models/test_text_models.py": SHARED_FIXTURES,
    "tests/segmentation/test_measurements.py": SHARED_FIXTURES,
    "tests/xai/text/test_explainer.py": SHARED_FIXTURES,
    "training/writer/cases.py": "a made-up case and its report, rule by rule",
}


def tracked() -> list[str]:
    """The repository's files; in a copy without git, all that are not hidden or made."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    found = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return [
        file.as_posix()
        for file in found
        if not any(part.startswith(".") or part == "__pycache__" for part in file.parts)
    ]


FILES = tracked()
PYTHON = [name for name in FILES if name.endswith(".py")]


def test_the_repository_is_listed() -> None:
    assert {"README.md", "pipeline/run.py", "tests/test_tree.py"} <= set(FILES)


def test_no_folder_holds_more_than_one_can_overlook() -> None:
    held = Counter(PurePosixPath(name).parent.as_posix() for name in FILES)
    too_full = {folder: count for folder, count in held.items() if count > MOST_FILES}
    assert too_full == {}


def test_no_file_is_long_without_a_reason() -> None:
    code = [name for name in FILES if name.endswith((".py", ".css", ".js"))]
    lines = {name: len((ROOT / name).read_text("utf-8").splitlines()) for name in code}
    assert {name for name, count in lines.items() if count > MOST_LINES} - set(LONGER) == set()
    assert set(LONGER) <= set(lines), "a file with a reason is gone"


def test_no_file_is_a_box_of_odds_and_ends() -> None:
    stems = {PurePosixPath(name).stem for name in PYTHON}
    assert stems & {"utils", "helpers", "common", "misc"} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_each_package_says_what_lives_there(room: str) -> None:
    folders = {PurePosixPath(name).parent for name in PYTHON if name.startswith(f"{room}/")}
    assert folders
    for folder in folders:
        file = ROOT / folder / "__init__.py"
        assert file.is_file(), f"{folder} is no package"
        said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        assert len(said.split()) >= 4, f"{folder}/__init__.py does not say what lives there"


def test_the_tests_mirror_the_rooms() -> None:
    """Each folder of tests is named as the room it tests; the browser sees them all."""
    parts = [PurePosixPath(name).parent.parts[1:] for name in PYTHON if name.startswith("tests/")]
    folders = {PurePosixPath(*one) for one in parts if one and one[0] != "browser"}
    assert {folder.parts[0] for folder in folders} == set(ROOMS)
    assert [folder for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []


def test_no_test_waits_for_ever() -> None:
    """Waiting is `tests.waiting.wait_for`, which ends; a bare loop around a sleep may not."""
    endless = []
    for name in PYTHON:
        if name.startswith("tests/") and name not in (
            "tests/waiting.py",
            "tests/browser/served.py",
        ):
            loops = [
                node
                for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8")))
                if isinstance(node, ast.While) and "sleep(" in ast.unparse(node)
            ]
            endless += [f"{name}:{loop.lineno}" for loop in loops]
    assert endless == []
