"""What programs of others say of our objects: dicom3tools' validator, and DCMTK's reader."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from exchange import dicom_bytes, objects_of, study_of
from tests.exchange.debian import run, unpacked
from tests.exchange.radiographs import (
    SIGNATURE,
    exported,
    exported_study,
    radiograph,
    signed,
)

pytestmark = pytest.mark.skipif(unpacked() is None, reason="needs Debian's dicom3tools and dcmtk")


def own_study() -> list[Dataset]:
    return objects_of(*exported_study())


def new_study() -> list[Dataset]:
    case = exported()
    return objects_of(case, study_of(case, None))


def signed_study() -> list[Dataset]:
    case = signed()
    return objects_of(case, study_of(case, radiograph()), SIGNATURE)


def poor_study() -> list[Dataset]:
    """Of a file that hardly says anything of its patient."""
    names = ("PatientID", "PatientName", "StudyDate", "StudyTime", "AccessionNumber", "StudyID")
    return objects_of(*exported_study(**dict.fromkeys(names, "")))


@pytest.mark.parametrize("made", [own_study, new_study, signed_study, poor_study])
def test_the_validator_finds_no_error(made: object, tmp_path: Path) -> None:
    assert callable(made)
    objects = made()
    assert len(objects) == 7
    for one in objects:
        file = tmp_path / "object.dcm"
        file.write_bytes(dicom_bytes(one))
        said = run("dciodvfy", "-new", str(file)).stderr
        assert [line for line in said.splitlines() if line.startswith("Error")] == [], one.Modality


def test_the_validator_does_find_errors(tmp_path: Path) -> None:
    """Else the test above would hold of anything."""
    made = own_study()[-1]
    del made.EncapsulatedDocument
    file = tmp_path / "object.dcm"
    file.write_bytes(dicom_bytes(made))
    assert "Error" in run("dciodvfy", "-new", str(file)).stderr


def test_another_reader_reads_the_same_report(tmp_path: Path) -> None:
    case = signed()
    (report,) = (one for one in signed_study() if one.Modality == "SR")
    file = tmp_path / "report.dcm"
    file.write_bytes(dicom_bytes(report))
    done = run("dsrdump", "+Pl", str(file))
    assert done.returncode == 0, done.stderr
    assert "Verification Flag   : VERIFIED" in done.stdout
    assert "Иванова^Анна" in done.stdout
    assert "Тень сердца расширена." in done.stdout
    assert f'"{case.result.prediction.abnormal_probability}" (1,UCUM,"no units")' in done.stdout
    for one in case.result.descriptors:
        assert f'"{one.intensity}"' in done.stdout
    for measured in case.result.measurements:
        if measured.value is not None:
            assert f'"{measured.value}"' in done.stdout
