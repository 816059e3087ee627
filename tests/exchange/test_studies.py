"""Which study objects go into: the radiograph's own, or a new one of nobody."""

from pathlib import Path

import pytest

from exchange import (
    CaseFolderError,
    ExportedCase,
    SourceInvalidError,
    SourceMismatchError,
    dicom_bytes,
    objects_of,
    study_of,
)
from pipeline.types import Structure
from tests.exchange.radiographs import (
    IDENTITY,
    MADE_AT,
    by_kind,
    exported,
    exported_study,
    radiograph,
)


@pytest.fixture(scope="module")
def case() -> ExportedCase:
    return exported()


def test_without_the_file_there_is_a_new_study_of_nobody(case: ExportedCase) -> None:
    study = study_of(case, None)
    made = objects_of(case, study)
    everything = b"".join(dicom_bytes(one) for one in made)
    letters = {value for value in IDENTITY.values() if len(value) > 3}
    assert len(letters) == len(IDENTITY) - 1  # all but the sex
    for value in letters:
        assert value.encode() not in everything
        assert value.encode("iso8859_5", "ignore") not in everything
    assert b"1.2.276.0.99.17.1" not in everything
    named = by_kind(made)
    assert named["anatomy"].SOPInstanceUID == study.image.SOPInstanceUID
    for one in made:
        assert one.StudyInstanceUID == study.image.StudyInstanceUID
        assert str(one.PatientID).startswith("EXPLAINCXR-")
        assert one.PatientIdentityRemoved == "YES"
    assert study.image.SOPInstanceUID in str(named["SR"])
    assert (named["SEG"].Rows, named["SEG"].Columns) == (
        named["anatomy"].Rows,
        named["anatomy"].Columns,
    )


def test_another_file_is_refused(case: ExportedCase) -> None:
    with pytest.raises(SourceMismatchError):
        study_of(case, radiograph(rows=128))


def test_a_file_without_a_study_is_refused() -> None:
    data = radiograph(StudyInstanceUID="")
    with pytest.raises(SourceInvalidError):
        study_of(exported(data), data)


def test_values_that_have_no_form_are_left_out_and_the_rest_stays() -> None:
    case, study = exported_study(
        PatientSex="female", PatientBirthDate="3 Feb 61", StudyTime="half past two"
    )
    made = by_kind(objects_of(case, study))["SR"]
    assert not made.PatientSex
    assert not made.PatientBirthDate
    assert not made.StudyTime
    assert made.StudyDate == IDENTITY["StudyDate"]
    assert str(made.PatientName) == IDENTITY["PatientName"]


def test_a_folder_that_holds_no_whole_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseFolderError):
        ExportedCase.of_folder(tmp_path)
    with pytest.raises(CaseFolderError):
        ExportedCase.of_files({"result.json": b"{}"}, MADE_AT)


def test_outlines_are_written_for_every_structure(case: ExportedCase) -> None:
    assert list(case.outlines) == list(Structure)
