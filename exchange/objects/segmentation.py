"""The anatomy's outlines as a Segmentation object, one binary segment a structure."""

from typing import TYPE_CHECKING, Any

import numpy as np

from exchange import codes
from exchange.codes import Coded
from exchange.exported_case import ExportedCase
from exchange.objects.identity import (
    MAKER,
    ORIENTATION,
    RESEARCH_USE,
    SERIES,
    concept,
    equipment,
    finish,
    uids,
    weights_version,
)
from exchange.signature import Signature
from exchange.study import Study, uid_of
from pipeline.pictures.overlays import STRUCTURE_COLOURS
from pipeline.result_file.image import TurnedEntry
from pipeline.types import BoolArray, Language, Structure
from pipeline.words import words_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

OPPOSITE = {"L": "R", "R": "L", "F": "H", "H": "F"}
ANATOMICAL_STRUCTURE = Coded("SCT", "91723000", "Anatomical Structure")


def segmentation(case: ExportedCase, study: Study, signature: Signature | None) -> "Dataset":
    """The outlines in the image's own rows and columns.

    A structure that was not found has no segment.

    Args:
        case: The case.
        study: The study that it belongs to.
        signature: Who signed the conclusion; the outlines are the same, their instance another.
    """
    from highdicom.seg import Segmentation, SegmentationTypeValues

    shape = int(study.image.Rows), int(study.image.Columns)
    found = {name: mask for name, mask in case.outlines.items() if mask.any()}
    turned = case.result.image.turned
    masks = np.stack([resized(as_stored(mask, turned), shape) for mask in found.values()], axis=-1)
    made = Segmentation(
        source_images=[study.image],
        pixel_array=masks[np.newaxis],
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _segment(number, name, case, study) for number, name in enumerate(found, 1)
        ],
        **uids(case, study, "outlines", signature),
        series_number=SERIES["outlines"],
        instance_number=1,
        content_label="OUTLINES",
        content_description=RESEARCH_USE,
        **equipment(case),
    )
    made.PatientOrientation = orientation_as_stored(turned)
    organization = uid_of("dimensions", made.SOPInstanceUID)
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    finish(made, case, study, signature)
    return made


def as_stored(mask: BoolArray, turned: TurnedEntry) -> BoolArray:
    """A mask of the picture as the file's own pixels lie, which the picture was turned from."""
    mask = mask[:, ::-1] if turned.cols_reversed else mask
    mask = mask[::-1] if turned.rows_reversed else mask
    return mask.T if turned.transposed else mask


def orientation_as_stored(turned: TurnedEntry) -> list[str]:
    """Where the rows and the columns of the file's own pixels lead to."""
    along_rows, along_columns = ORIENTATION
    along_rows = OPPOSITE[along_rows] if turned.cols_reversed else along_rows
    along_columns = OPPOSITE[along_columns] if turned.rows_reversed else along_columns
    stored = [along_rows, along_columns]
    return stored[::-1] if turned.transposed else stored


def resized(mask: BoolArray, shape: tuple[int, int]) -> BoolArray:
    """A mask of the working grid on a grid of another `(rows, cols)`, pixel by nearest pixel."""
    rows, cols = (
        np.minimum((np.arange(size) + 0.5) * have / size, have - 1).astype(int)
        for size, have in zip(shape, mask.shape, strict=True)
    )
    return mask[np.ix_(rows, cols)]


def _segment(number: int, name: Structure, case: ExportedCase, study: Study) -> Any:
    from highdicom.color import CIELabColor
    from highdicom.content import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentAlgorithmTypeValues, SegmentDescription
    from pydicom.sr.codedict import codes as dicom_codes

    kind, side, _ = codes.structure(name)
    colour = STRUCTURE_COLOURS.get(name)
    made = SegmentDescription(
        segment_number=number,
        segment_label=words_of(Language.ENGLISH).table["structures"][name.value],
        segmented_property_category=concept(ANATOMICAL_STRUCTURE),
        segmented_property_type=concept(kind),
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=f"{MAKER} anatomy",
            family=dicom_codes.DCM.ArtificialIntelligence,
            version=weights_version(case, "anatomy"),
            source=MAKER,
        ),
        tracking_uid=uid_of("tracking", str(study.image.SOPInstanceUID), name.value),
        tracking_id=f"{MAKER} {name.value}",
        display_color=None if colour is None else CIELabColor.from_rgb(*colour),
    )
    if side is not None:
        item = made.SegmentedPropertyTypeCodeSequence[0]
        item.SegmentedPropertyTypeModifierCodeSequence = [concept(side)]
    return made
