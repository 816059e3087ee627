"""`python -m exchange`: exit codes, sentences, files."""

from pathlib import Path

import pytest

from exchange.command_line import ALL_WELL, FAILED, main
from pipeline.build import exporter
from pipeline.result_folder import write_files
from tests.exchange.radiographs import case_result, radiograph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "chest", exporter().files(case_result(radiograph()), None))
    (tmp_path / "chest.dcm").write_bytes(radiograph())
    return tmp_path


def export(folder: Path, *more: str) -> int:
    return main(["export", str(folder / "chest"), *more])


def test_a_case_becomes_a_folder_of_objects(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = folder / "objects"
    assert export(folder, "--to", str(to), "--source", str(folder / "chest.dcm")) == ALL_WELL
    assert capsys.readouterr().out == f"chest: 7 objects to {to}\n"
    assert len(list(to.glob("*.dcm"))) == 7


def test_without_a_source_it_does_too(folder: Path) -> None:
    assert export(folder, "--to", str(folder / "objects")) == ALL_WELL


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "PACS"], "Nothing is configured to send to: set “pacs” in the settings."),
        (["--to", "out", "--source", "nowhere.dcm"], "The file cannot be opened."),
        (["--to", "out", "--source", __file__], "This is not the file that was analysed"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert export(folder, *arguments) == FAILED
    assert capsys.readouterr().err.startswith(said)


def test_a_folder_without_a_case_is_said_in_the_users_language(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLAINCXR_LANGUAGE", "ru")
    assert main(["export", str(folder), "--to", str(folder / "objects")]) == FAILED
    assert "нет полного результата этой версии" in capsys.readouterr().err
