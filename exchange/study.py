"""The study that objects go into: the radiograph's own, read from its file, or a new one.

Who the patient is stands in the DICOM file alone. It is read from there when a case is handed on,
and kept nowhere; the case knows the file by its SHA-256.
"""

import hashlib
import io
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.errors import SourceInvalidError, SourceMismatchError
from exchange.exported_case import ExportedCase
from pipeline.types import ImageFormat

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Of the patient and the study, empty where the file has none.
IDENTITY = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)
FURTHER_IDENTITY = (
    "IssuerOfPatientID",
    "OtherPatientIDs",
    "PatientAge",
    "StudyDescription",
)
FORMS = {  # of values that must have one
    "PatientBirthDate": r"\d{8}",
    "PatientSex": "[MFO]",
    "StudyDate": r"\d{8}",
    "StudyTime": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
    "PatientAge": r"\d{3}[DWMY]",
}
UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
OF_THE_IMAGE = ("Rows", "Columns", "FrameOfReferenceUID", "PatientOrientation", "Laterality")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PSEUDONYM_LETTERS = 12
NAMESPACE = uuid.UUID("7d3f0a3e-5d1b-4b54-9a9c-3f6f7d1a2b10")
"""Of all identifiers made here: the same case gives the same ones, so nothing is sent twice."""


def uid_of(*parts: str) -> str:
    """A DICOM UID that depends on nothing but its parts (PS3.5, B.2)."""
    return f"2.25.{uuid.uuid5(NAMESPACE, '|'.join(parts)).int}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """Where objects go.

    Attributes:
        image: Patient, study, series and image that they refer to; without pixels.
        is_new: Whether it was made here, for a radiograph that has none. `image` is then the
            picture of the anatomy, which is one of the objects.
    """

    image: "Dataset"
    is_new: bool


def study_of(case: ExportedCase, source: bytes | None) -> Study:
    """What objects refer to: the analysed image's identifiers, without its pixels.

    Args:
        case: The case.
        source: The file that was analysed; `None` if it is not available.

    Returns:
        The study as the file names it; of a file that is not DICOM, or of none, a new one of a
        pseudonym.

    Raises:
        SourceMismatchError: It is another file.
        SourceInvalidError: Its identifiers cannot be read.
    """
    if source is None:
        return Study(image=_new_image(case), is_new=True)
    if hashlib.sha256(source).hexdigest() != case.result.image.sha256:
        raise SourceMismatchError
    if case.result.image.format is not ImageFormat.DICOM:
        return Study(image=_new_image(case), is_new=True)
    return Study(image=_image_of_file(source), is_new=False)


def _image_of_file(source: bytes) -> "Dataset":
    from pydicom import config, dcmread
    from pydicom.dataset import Dataset

    config.settings.reading_validation_mode = config.IGNORE
    try:
        found = dcmread(io.BytesIO(source), stop_before_pixels=True, force=True)
        image = Dataset()
        image.SpecificCharacterSet = "ISO_IR 192"
        for name in UIDS:
            setattr(image, name, str(found[name].value))
        for name in (*IDENTITY, *FURTHER_IDENTITY):
            text = _text(found.get(name))
            if not re.fullmatch(FORMS.get(name, ".*"), text):
                text = ""  # of no use to who receives it, and refused by many
            if text or name in IDENTITY:
                setattr(image, name, text)
        for name in OF_THE_IMAGE:
            if found.get(name) not in (None, ""):
                setattr(image, name, found[name].value)
    except Exception as error:  # a header of untrusted bytes raises whatever it likes
        raise SourceInvalidError from error
    if not all(getattr(image, name) for name in UIDS):
        raise SourceInvalidError
    image.Modality = str(found.get("Modality", "")) or "DX"
    return image


def _text(value: object) -> str:
    """A value as text: names keep their letters, whatever set they were stored in."""
    from pydicom.multival import MultiValue

    if isinstance(value, MultiValue):
        return "\\".join(map(str, value))
    return "" if value is None else str(value)


def _new_image(case: ExportedCase) -> "Dataset":
    from pydicom.dataset import Dataset

    sha256 = case.result.image.sha256
    image = Dataset()
    for name in IDENTITY:
        setattr(image, name, "")
    image.PatientID = f"EXPLAINCXR-{sha256[:PSEUDONYM_LETTERS]}"
    image.PatientName = f"ExplainCXR^{sha256[:PSEUDONYM_LETTERS]}"
    image.StudyID = "EXPLAINCXR"
    image.StudyInstanceUID = uid_of("study", sha256)
    image.SeriesInstanceUID = uid_of("series", sha256, "anatomy", case.result_sha256)
    image.SOPInstanceUID = uid_of("image", sha256, "anatomy", case.result_sha256)
    image.SOPClassUID = SECONDARY_CAPTURE
    image.Modality = "OT"
    image.Rows, image.Columns = case.result.image.working_shape
    image.SpecificCharacterSet = "ISO_IR 192"
    return image
