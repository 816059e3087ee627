"""`python -m records`: what it lists, keeps and removes, and how it says what went wrong."""

from pathlib import Path

import pytest

from records import Arrival, CaseContent
from records.command_line import main
from records.contents.key_file import read_key
from records.store import Store
from tests.records.cases import ABNORMAL, NORMAL, case_result, sqlite


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    settings = sqlite(tmp_path)
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(settings.store_folder))
    store = Store(settings)
    for kind in (NORMAL, ABNORMAL):
        case = store.receive(Arrival(origin="page"), actor="ada")
        store.save(case, CaseContent(result=case_result(0, kind)), finished=True, actor="ada")
    return store


def test_the_list_has_what_should_be_read_first_on_top(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    first, second, count = capsys.readouterr().out.splitlines()
    line = store.worklist.page().lines[0]
    assert first.split()[:2] == ["2", line.id]
    assert "draft   ! tuberculosis     0.90  until " in first
    assert "draft     normal           0.90  until " in second
    assert count == "2 of 2 cases"
    assert main(["list", "--newest", "--limit", "1", "--status", "draft"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 cases"
    assert main(["list", "--search", "tuberculosis"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 cases"


def test_a_case_is_kept_released_and_removed(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    case = store.worklist.page().lines[0].id
    assert main(["keep", case]) == 0
    assert store.line(case).kept
    assert main(["release", case]) == 0
    assert not store.line(case).kept
    assert main(["remove", case]) == 0
    assert store.worklist.page().total == 1
    assert main(["remove", case]) == 1
    assert capsys.readouterr().err.startswith("This case is no longer in the store")
    assert main(["expire"]) == 0
    assert capsys.readouterr().out == "1 cases stay\n"


def test_a_key_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "my.key"
    assert main(["make_key", str(file)]) == 0
    assert len(read_key(file).value) == 32
    assert "keep a copy elsewhere" in capsys.readouterr().out
    before = file.read_bytes()
    assert main(["make_key", str(file)]) == 1
    assert file.read_bytes() == before


def test_what_is_wrong_is_said_in_the_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXPLAINCXR_LANGUAGE", "uk")
    monkeypatch.setenv("EXPLAINCXR_STORE_KEY_FILE", str(tmp_path / "my.key"))
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(tmp_path))
    assert main(["list"]) == 1
    assert capsys.readouterr().err.startswith("Немає ключа сховища досліджень (my.key)")
