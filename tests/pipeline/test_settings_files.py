"""Every entry point takes `--settings FILE`, and says what is wrong with one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.__main__ import main as page
from app.__main__ import named_settings
from bench.__main__ import main as bench
from pipeline.command_line.main import main as pipeline
from pipeline.settings import FILE_VARIABLE, load_settings
from pipeline.workers.process import QUIET_AND_OFFLINE
from report.command_line import main as report
from tests.fakes import fake_build
from tests.pipeline.reading.crafted import picture, ramp

WRONG = "mine.toml: “threads” must be ≥ 1, ≤ 256."


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {**QUIET_AND_OFFLINE, FILE_VARIABLE: ""}.items():
        monkeypatch.setenv(name, value)  # what a command sets itself is taken back after the test
    file = tmp_path / "mine.toml"
    file.write_text("threads = 0\n")
    return file


def run(command: Callable[[list[str]], int], arguments: list[str]) -> int:
    try:
        return command(arguments)
    except SystemExit as ended:
        return int(str(ended.code))


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        (lambda words: pipeline(words, fake_build), ["analyse", "a.png", "--out", "out"], 2),
        (lambda words: pipeline(words, fake_build), ["layers", "a.png", "--out", "out"], 2),
        (report, ["models"], 1),
        (report, ["fetch", "tiny"], 1),
        (bench, ["latency"], 2),
        (bench, ["measurements"], 2),
    ],
)
def test_a_wrong_file_ends_a_command_with_the_reason(
    wrong: Path,
    capsys: pytest.CaptureFixture[str],
    command: Callable[[list[str]], int],
    arguments: list[str],
    code: int,
) -> None:
    assert run(command, [*arguments, "--settings", str(wrong)]) == code
    assert WRONG in capsys.readouterr().err


def test_the_page_does_not_open_with_a_wrong_file_and_hands_a_right_one_on(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert page(["--settings", str(wrong)]) == 1
    assert capsys.readouterr().err == WRONG + "\n"
    wrong.write_text("threads = 7\n")
    assert named_settings(wrong) == load_settings()
    assert load_settings().threads == 7  # what the page will read


def test_a_file_is_followed_and_an_argument_goes_before_it(
    tmp_path: Path, wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    radiograph = tmp_path / "radiograph.png"
    radiograph.write_bytes(picture(Image.fromarray(ramp(128))))
    wrong.write_text('language = "uk"\nwrite_report = false\n')
    arguments = ["analyse", str(radiograph), "--out", str(tmp_path / "out")]
    arguments += ["--settings", str(wrong)]
    assert pipeline(arguments, fake_build) == 0
    assert "туберкульоз" in capsys.readouterr().out
    assert pipeline([*arguments, "--language", "ru"], fake_build) == 0
    assert "туберкулёз" in capsys.readouterr().out
    assert '"report": null' in (tmp_path / "out" / "radiograph" / "result.json").read_text("utf-8")
