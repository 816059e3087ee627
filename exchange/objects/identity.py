"""Who made an object, of which model, when: the same for all objects of a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from exchange.codes import Coded, own_scheme
from exchange.exported_case import ExportedCase
from exchange.signature import Signature
from exchange.study import Study, uid_of

if TYPE_CHECKING:
    from highdicom.sr.coding import CodedConcept
    from pydicom.dataset import Dataset

MAKER = "ExplainCXR"
DEVICE_UID = uid_of("device")
RESEARCH_USE = "For research use only. Not a medical device."
ORIENTATION = ("L", "F")  # rows run to the patient's left, columns to the feet, as all masks do
SERIES = {"report": 9001, "outlines": 9002, "pictures": 9003, "document": 9004}
VERSION_LETTERS = 12  # of a weights file's SHA-256


def concept(code: Coded) -> "CodedConcept":
    """The same as a DICOM code."""
    from highdicom.sr.coding import CodedConcept

    return CodedConcept(value=code.value, scheme_designator=code.scheme, meaning=code.meaning)


def equipment(case: ExportedCase) -> dict[str, str]:
    """Who made it: program, and the digest of weights, versions and settings."""
    return {
        "manufacturer": MAKER,
        "manufacturer_model_name": MAKER,
        "software_versions": case.fingerprint,
        "device_serial_number": case.fingerprint[:VERSION_LETTERS],
    }


def weights_version(case: ExportedCase, model: str) -> str:
    """The beginning of the SHA-256 of a model's weights, as the case's provenance has it."""
    prefix = f"weights.{model}."
    found = {
        name: str(value)
        for name, value in case.result.provenance.items()
        if name.startswith(prefix)
    }
    weights = [name for name in sorted(found) if not name.endswith(".json")]
    return found[weights[0]][:VERSION_LETTERS] if weights else "unknown"


def uids(
    case: ExportedCase, study: Study, kind: str, signature: Signature | None
) -> dict[str, str]:
    """Series and instance; the same case, study and signature give the same ones."""
    signed = "" if signature is None else f"{signature.observer}|{signature.signed_at.isoformat()}"
    key = (str(study.image.SOPInstanceUID), case.result_sha256, signed)
    series = kind.partition("/")[0]
    return {
        "series_instance_uid": uid_of("series", *key, series),
        "sop_instance_uid": uid_of("image", *key, kind),
    }


def made_at(case: ExportedCase, signature: Signature | None) -> datetime:
    """When the object's content came to be, in local time."""
    moment = case.made_at if signature is None else signature.signed_at
    return moment.astimezone()


def coding_schemes() -> list[Any]:
    """The scheme of our own, which DICOM wants to be introduced."""
    from highdicom.coding_schemes import CodingSchemeIdentificationItem

    designator, name = own_scheme()
    return [CodingSchemeIdentificationItem(designator, name=name, responsible_organization=MAKER)]


def finish(made: "Dataset", case: ExportedCase, study: Study, signature: Signature | None) -> None:
    """Write into an object what all of them have: times, origin, and that it is for research."""
    moment = made_at(case, signature)
    made.InstanceCreationDate = made.SeriesDate = moment.strftime("%Y%m%d")
    made.InstanceCreationTime = made.SeriesTime = moment.strftime("%H%M%S")
    if "ContentDate" in made:
        made.ContentDate, made.ContentTime = made.InstanceCreationDate, made.InstanceCreationTime
    if "DateOfSecondaryCapture" in made:
        made.DateOfSecondaryCapture = made.InstanceCreationDate
        made.TimeOfSecondaryCapture = made.InstanceCreationTime
    for item in made.get("ContributingEquipmentSequence", ()):
        item.ContributionDateTime = f"{made.InstanceCreationDate}{made.InstanceCreationTime}"
    made.TimezoneOffsetFromUTC = moment.strftime("%z")
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SeriesDescription = f"{MAKER}: research use only"
    for name in ("IssuerOfPatientID", "OtherPatientIDs", "PatientAge", "StudyDescription"):
        if name in study.image:
            made[name] = study.image[name]
    if study.is_new:
        made.PatientIdentityRemoved = "YES"
        made.DeidentificationMethod = MAKER


def source_reference(study: Study, purpose: Mapping[str, str] | None = None) -> "Dataset":
    """The radiograph as an item of a sequence of references."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID = study.image.SOPClassUID
    item.ReferencedSOPInstanceUID = study.image.SOPInstanceUID
    return item
