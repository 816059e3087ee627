"""A real PACS takes all objects, and gives them back byte for byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from exchange import destination, dicom_bytes, objects_of
from exchange.command_line import ALL_WELL, main
from pipeline.settings import Settings
from tests.exchange.debian import unpacked
from tests.exchange.orthanc import Orthanc, orthanc
from tests.exchange.radiographs import IDENTITY, exported_study, radiograph

pytestmark = pytest.mark.skipif(unpacked() is None, reason="needs Debian's Orthanc")


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        running.post(radiograph())
        yield running


@pytest.fixture(scope="module")
def objects() -> list[Dataset]:
    return objects_of(*exported_study())


def body(data: bytes) -> bytes:
    """A file behind its meta group, which every program writes in its own name."""
    return data[132 + 12 + int.from_bytes(data[140:144], "little") :]


@pytest.mark.parametrize("way", ["address", "url"])
def test_it_takes_all_objects_and_gives_them_back_byte_for_byte(
    pacs: Orthanc, objects: list[Dataset], way: str
) -> None:
    to = destination("PACS", Settings(pacs=getattr(pacs, way)))
    to.send(objects)
    to.send(objects)  # again: nothing is there twice
    stored = pacs.instances()
    assert len(stored) == len(objects) + 1
    for made in objects:
        assert body(stored[str(made.SOPInstanceUID)]) == body(dicom_bytes(made))


def test_all_of_it_is_one_study_of_one_patient(pacs: Orthanc) -> None:
    (study,) = pacs.ask("/studies")
    (patient,) = pacs.ask("/patients")
    assert (
        pacs.ask(f"/patients/{patient}")["MainDicomTags"]["PatientName"]
        == (IDENTITY["PatientName"])
    )
    modalities = [
        pacs.ask(f"/series/{name}")["MainDicomTags"]["Modality"]
        for name in pacs.ask(f"/studies/{study}")["Series"]
    ]
    assert sorted(modalities) == ["DOC", "DX", "OT", "SEG", "SR"]


def test_the_command_sends_to_the_configured_pacs(
    pacs: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    from pipeline.build import exporter
    from pipeline.result_folder import write_files
    from tests.exchange.radiographs import case_result

    source = tmp_path / "chest.dcm"
    source.write_bytes(radiograph(cols=136))
    write_files(tmp_path / "chest", exporter().files(case_result(radiograph(cols=136)), None))
    monkeypatch.setenv("EXPLAINCXR_PACS", pacs.address)
    before = len(pacs.instances())
    typed = ["export", str(tmp_path / "chest"), "--source", str(source), "--to", "PACS"]
    assert main(typed) == ALL_WELL
    assert capsys.readouterr().out == "chest: 7 objects to PACS\n"
    assert len(pacs.instances()) == before + 7
