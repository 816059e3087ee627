"""The conclusion's PDF as an Encapsulated PDF object."""

from typing import TYPE_CHECKING

from exchange.exported_case import ExportedCase
from exchange.objects.identity import (
    MAKER,
    RESEARCH_USE,
    SERIES,
    equipment,
    finish,
    source_reference,
    uids,
)
from exchange.signature import Signature
from exchange.study import IDENTITY, Study

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"


def encapsulated_pdf(case: ExportedCase, study: Study, signature: Signature | None) -> "Dataset":
    """The PDF, with the title that it is found by.

    Args:
        case: The case.
        study: The study that it belongs to.
        signature: Who signed the conclusion; unverified without one.

    Reference: DICOM PS3.3, A.45.1.
    """
    from pydicom.dataset import Dataset, FileMetaDataset

    identifiers = uids(case, study, "document", signature)
    made = Dataset()
    made.SOPClassUID = ENCAPSULATED_PDF
    made.SOPInstanceUID = identifiers["sop_instance_uid"]
    made.StudyInstanceUID = study.image.StudyInstanceUID
    made.SeriesInstanceUID = identifiers["series_instance_uid"]
    for name in IDENTITY:
        setattr(made, name, getattr(study.image, name))
    of = equipment(case)
    made.Modality, made.SeriesNumber, made.InstanceNumber = "DOC", SERIES["document"], 1
    made.Manufacturer, made.ManufacturerModelName = of["manufacturer"], MAKER
    made.SoftwareVersions = of["software_versions"]
    made.DeviceSerialNumber = of["device_serial_number"]
    made.ConversionType = "WSD"
    made.ContentDate = made.ContentTime = made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "YES"
    made.RecognizableVisualFeatures = "NO"
    made.SourceInstanceSequence = [source_reference(study)]
    made.DocumentTitle = f"{MAKER} conclusion. {RESEARCH_USE}"
    made.ConceptNameCodeSequence = []
    made.VerificationFlag = "UNVERIFIED" if signature is None else "VERIFIED"
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocumentLength = len(case.report)
    made.EncapsulatedDocument = case.report + b"\0" * (len(case.report) % 2)
    finish(made, case, study, signature)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = EXPLICIT_LITTLE_ENDIAN
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.preamble = bytes(128)
    return made
