"""Taking a person out of a DICOM dataset, before anything else sees it."""

from typing import TYPE_CHECKING

from pipeline.errors import CorruptImageError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# What pixels, their grey scale and their size need. Everything else goes.
KEPT = (
    "SOPClassUID",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "EstimatedRadiographicMagnificationFactor",
    "PixelSpacingCalibrationType",
    "PatientOrientation",
    "PixelAspectRatio",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RescaleIntercept",
    "RescaleSlope",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "ModalityLUTSequence",
    "VOILUTSequence",
    "PixelData",
)
KEPT_OF_TABLES = ("LUTDescriptor", "LUTData")
PROFILE_TABLE = "dicomfields_2026c"


def deidentified(dataset: "Dataset") -> "Dataset":
    """A dataset of the pixels alone.

    First only what the pixels need is kept, in nested tables too; then what is left goes through
    the confidentiality profile, so a change of the list above cannot leak what the profile knows.

    Reference:
        DICOM PS3.15 2026c, Annex E, Basic Application Level Confidentiality Profile.
    """
    from dicomanonymizer.simpledicomanonymizer import anonymize_dataset, initialize_actions
    from pydicom.dataset import Dataset, FileMetaDataset

    bare = _copy(dataset, KEPT, Dataset())
    for name in ("ModalityLUTSequence", "VOILUTSequence"):
        if name in bare:
            bare[name].value = [_copy(item, KEPT_OF_TABLES, Dataset()) for item in bare[name].value]
    if ("WindowCenter" in bare) != ("WindowWidth" in bare):
        raise CorruptImageError
    bare.file_meta = _copy(dataset.file_meta, ("TransferSyntaxUID",), FileMetaDataset())
    anonymize_dataset(bare, base_rules_gen=lambda: initialize_actions(PROFILE_TABLE))
    return bare


def _copy(dataset: "Dataset", names: tuple[str, ...], target: "Dataset") -> "Dataset":
    """Copy the elements of those names that are not empty."""
    for name in names:
        if name in dataset and not dataset[name].is_empty:
            target[name] = dataset[name]
    return target
