"""`python -m service make_key`, `keys` and `revoke_key`."""

from pathlib import Path

import pytest

from service.command_line import main
from service.keys import Keys, Scope


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "keys.json")


def test_a_key_is_made_listed_and_revoked(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    scopes = ["--scopes", "read,metrics", "--per-minute", "9", "--days", "1"]
    assert main(["make_key", "ris", "--keys", file, *scopes]) == 0
    key = capsys.readouterr().out.strip()
    assert Keys(Path(file)).find(key).scopes == (Scope.READ, Scope.METRICS)
    assert main(["keys", "--keys", file]) == 0
    assert capsys.readouterr().out.startswith("ris: read, metrics, 9 a minute, until 20")
    assert main(["revoke_key", "ris", "--keys", file]) == 0
    assert main(["keys", "--keys", file]) == 0
    assert capsys.readouterr().out == ""
    assert main(["revoke_key", "ris", "--keys", file]) == 1
    assert capsys.readouterr().err == "There is no key named “ris”.\n"


def test_without_a_file_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make_key", "ris"]) == 1
    assert capsys.readouterr().err.startswith("No file of keys is named")


def test_wrong_scopes_and_names_are_refused(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["make_key", "ris", "--keys", file, "--scopes", "everything"])
    assert ended.value.code == 2
    capsys.readouterr()
    assert main(["make_key", "two words", "--keys", file]) == 1
    assert "name" in capsys.readouterr().err
    assert not Path(file).exists()
