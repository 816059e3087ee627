"""A hospital's radiograph, and the case that was found for it."""

import functools
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from exchange import ExportedCase, Signature, Study, study_of
from pipeline.build import exporter
from pipeline.settings import Settings
from pipeline.types import CaseResult, Conclusion, Language
from tests.fakes import fake_models, finished
from tests.pipeline.reading.crafted import dataset, saved
from tests.records.cases import conclusion

MADE_AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
SIGNATURE = Signature(
    observer="Иванова^Анна", organization="Городская больница", signed_at=MADE_AT.replace(hour=11)
)
IDENTITY = {
    "PatientID": "MRN 4711",
    "PatientName": "Сидоренко^Олена",
    "PatientBirthDate": "19610203",
    "PatientSex": "F",
    "StudyDate": "20261126",
    "StudyTime": "142233",
    "StudyID": "S 17",
    "AccessionNumber": "A-0815",
    "ReferringPhysicianName": "Коваль^Ігор",
}


@functools.cache
def radiograph(rows: int = 160, cols: int = 128, **changes: str) -> bytes:
    """A DICOM file of a named patient; Cyrillic in the file's own 8-bit letters."""
    noise = np.random.default_rng(0).integers(0, 4096, (rows, cols)).astype(np.uint16)
    made = dataset(noise, bits=12, PixelSpacing=[2.0, 2.0], Modality="DX")
    made.SpecificCharacterSet = "ISO_IR 144"
    uids = {
        "StudyInstanceUID": "1.2.276.0.99.17.1",
        "SeriesInstanceUID": "1.2.276.0.99.17.2",
        "SOPInstanceUID": "1.2.276.0.99.17.3",
    }
    for name, value in {**IDENTITY, **uids, **changes}.items():
        setattr(made, name, value)
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return saved(made)


@functools.cache
def case_result(data: bytes) -> CaseResult:
    settings = Settings()
    return finished(data, fake_models(settings), settings)


def exported(
    data: bytes | None = None, said: Conclusion | None = None, language: Language = Language.ENGLISH
) -> ExportedCase:
    """The case of a radiograph as it is handed on."""
    result = case_result(radiograph() if data is None else data)
    return ExportedCase.of_files(exporter(language).files(result, said), MADE_AT)


def exported_study(**changes: Any) -> tuple[ExportedCase, Study]:
    data = radiograph(**changes)
    case = exported(data)
    return case, study_of(case, data)


def signed() -> ExportedCase:
    """With a conclusion of the reader's own."""
    return exported(said=conclusion("Тень сердца расширена.", Language.RUSSIAN))


def by_kind(objects: list[Dataset]) -> dict[str, Dataset]:
    """Objects by modality; captures by their picture's name, too."""
    found = {str(made.Modality): made for made in objects if made.Modality != "OT"}
    captures = [made for made in objects if made.Modality == "OT"]
    return found | {made.DerivationDescription.split()[-1]: made for made in captures}
