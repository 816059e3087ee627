"""`python -m exchange`: exit codes, sentences, files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from exchange.command_line import ALL_WELL, FAILED, main
from pipeline.build import exporter
from pipeline.result_folder import write_files
from pipeline.settings import Settings
from records import Action, Arrival, CaseContent, open_store
from records.store import Store
from tests.exchange.radiographs import by_kind, case_result, radiograph
from tests.records.cases import conclusion

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, str]]:
    """A case in the store, analysed."""
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(tmp_path / "store"))
    (tmp_path / "chest.dcm").write_bytes(radiograph())
    with open_store(Settings(store_folder=tmp_path / "store")) as store:
        case = store.receive(Arrival(origin="dicom"), actor="ORTHANC")
        store.save(
            case, CaseContent(result=case_result(radiograph())), finished=True, actor="exchange"
        )
        yield store, case


def exported_objects(folder: Path, case: str) -> dict[str, Dataset]:
    typed = ["export", case, "--source", str(folder / "chest.dcm"), "--to", str(folder / "out")]
    assert main(typed) == ALL_WELL
    return by_kind([pydicom.dcmread(file) for file in sorted((folder / "out").glob("*.dcm"))])


def test_a_stored_case_is_exported_unverified_until_it_is_signed(
    stored: tuple[Store, str], tmp_path: Path
) -> None:
    store, case = stored
    before = exported_objects(tmp_path, case)["SR"]
    assert before.VerificationFlag == "UNVERIFIED"
    assert store.audit(case)[-1].action is Action.VIEWED
    store.conclusions.sign(case, conclusion("Nothing to see."), signer="Byron^Ada", actor="byron")
    after = exported_objects(tmp_path, case)
    assert after["SR"].VerificationFlag == after["DOC"].VerificationFlag == "VERIFIED"
    observer = after["SR"].VerifyingObserverSequence[0]
    assert str(observer.VerifyingObserverName) == "Byron^Ada"
    assert "Nothing to see." in str(after["SR"])
    assert after["SR"].SOPInstanceUID != before.SOPInstanceUID
    store.conclusions.amend(
        case,
        conclusion("A nodule."),
        signer="Hopper^Grace",
        reason="Read again.",
        actor="hopper",
    )
    amended = exported_objects(tmp_path, case)["SR"]
    assert "A nodule." in str(amended)
    assert str(amended.VerifyingObserverSequence[0].VerifyingObserverName) == "Hopper^Grace"
    assert amended.SOPInstanceUID != after["SR"].SOPInstanceUID


def test_a_case_that_is_not_stored_is_said(
    stored: tuple[Store, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "0" * 32, "--to", str(tmp_path / "out")]) == FAILED
    assert "no longer in the store" in capsys.readouterr().err


def test_what_the_exchange_needs_is_imported_when_it_is_needed() -> None:
    """So a page or program that only offers the exchange stays light."""
    libraries = ("highdicom", "pynetdicom", "dicomweb_client", "fhir", "pydicom", "sqlalchemy")
    code = (
        "import sys, exchange, exchange.command_line\n"
        f"print([name for name in {libraries!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
