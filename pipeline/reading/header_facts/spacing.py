"""Pixel spacing: which of a file's statements is taken, in which plane, and when none is."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.types import SpacingPlane

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SMALLEST_SIDE_MM, LARGEST_SIDE_MM = 100.0, 600.0  # of a chest radiograph, each side
LARGEST_UNEVENNESS = 0.03  # between the spacing of rows and of columns, for square pixels
LARGEST_MAGNIFICATION = 1.5  # of a chest at any distance between tube, patient and detector
LARGEST_ASPECT = 4.0  # of a pixel's longer side over its shorter one
SAME = 0.01  # two statements that differ by less are one
AGREEING = 0.05  # a ratio of two spacings and a stated magnification that differ by less agree

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """What a file says of its pixels' size.

    Attributes:
        mm: `(row, col)` distance of pixel centres in mm, or `None`.
        plane: Where `mm` holds, `None` without it.
        refused: Whether the file states a spacing that cannot be one.
    """

    mm: Pair | None = None
    plane: SpacingPlane | None = None
    refused: bool = False


def spacing_of(dataset: "Dataset", pixel_aspect: float = 1.0) -> Spacing:
    """The spacing to measure by.

    The detector's plane is preferred: published thresholds in centimetres were measured on the
    exposed plate, so what is compared with them has to be, too. A calibrated spacing is brought
    back to that plane where the file states the magnification, and is of the patient's plane
    otherwise. Two statements that no magnification explains, or that disagree with the stated
    one, are refused.

    Args:
        dataset: The file's header.
        pixel_aspect: A pixel's height over its width, if the file states one.

    Reference:
        DICOM PS3.3, 10.7.1.3, Pixel Spacing Value Order and Calibration; C.8.11.3.1.3, Estimated
        Radiographic Magnification Factor.
    """
    names = ("PixelSpacing", "ImagerPixelSpacing")
    stated = [name for name in names if name in dataset and not dataset[name].is_empty]
    if not stated:
        return Spacing()
    read = {name: _pair(dataset.get(name)) for name in names}
    shape = int(dataset.Rows), int(dataset.Columns)
    plausible = {
        name: pair
        for name, pair in read.items()
        if pair is not None and _is_plausible(pair, shape, pixel_aspect)
    }
    found = _chosen(
        plausible.get("PixelSpacing"),
        plausible.get("ImagerPixelSpacing"),
        _magnification(dataset),
        calibrated="PixelSpacingCalibrationType" in dataset,
    )
    return Spacing(refused=True) if found is None else Spacing(mm=found[0], plane=found[1])


def _chosen(
    pixel: Pair | None, imager: Pair | None, magnification: float | None, *, calibrated: bool
) -> tuple[Pair, SpacingPlane] | None:
    """The spacing and its plane; `None` if there is none or two contradict each other."""
    if imager is not None:
        one = pixel is None or _agree(pixel, imager, magnification)
        return (imager, SpacingPlane.DETECTOR) if one else None
    if pixel is None:
        return None
    if not calibrated:
        return pixel, SpacingPlane.NOT_STATED
    if magnification is None:
        return pixel, SpacingPlane.PATIENT
    return (pixel[0] * magnification, pixel[1] * magnification), SpacingPlane.DETECTOR


def _agree(pixel: Pair, imager: Pair, magnification: float | None) -> bool:
    """Whether two spacings are one, or the patient's and the detector's."""
    ratio = imager[0] / pixel[0]
    if abs(ratio - 1) <= SAME:
        return True
    as_stated = magnification is None or abs(ratio / magnification - 1) <= AGREEING
    return 1 < ratio <= LARGEST_MAGNIFICATION and as_stated


def pixel_aspect_of(dataset: "Dataset") -> float:
    """A pixel's height over its width, as the header states it; 1 without or with an absurd one."""
    stated = _pair(dataset.get("PixelAspectRatio"))
    if stated is None or not all(math.isfinite(side) and side > 0 for side in stated):
        return 1.0
    aspect = stated[0] / stated[1]
    return aspect if 1 / LARGEST_ASPECT <= aspect <= LARGEST_ASPECT else 1.0


def _pair(value: object) -> Pair | None:
    try:
        row_mm, col_mm = (float(part) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    return row_mm, col_mm


def _is_plausible(pair: Pair, shape: tuple[int, int], pixel_aspect: float) -> bool:
    """Whether a radiograph of that spacing is as large as a chest, its pixels as they should be."""
    if not all(math.isfinite(mm) and mm > 0 for mm in pair):
        return False
    sides = (count * mm for count, mm in zip(shape, pair, strict=True))
    fits = all(SMALLEST_SIDE_MM <= side <= LARGEST_SIDE_MM for side in sides)
    return fits and abs(pair[0] / pair[1] / pixel_aspect - 1) <= LARGEST_UNEVENNESS


def _magnification(dataset: "Dataset") -> float | None:
    """The stated magnification from the patient to the detector; `None` if absent or absurd."""
    try:
        factor = float(dataset.get("EstimatedRadiographicMagnificationFactor") or math.nan)
    except (TypeError, ValueError):
        return None
    return factor if 1 <= factor <= LARGEST_MAGNIFICATION else None
