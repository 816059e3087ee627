"""What pictures and DICOM share: sizes checked before decoding, grey levels, the working grid."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import BlankImageError, ImageTooLargeError, ImageTooSmallError
from pipeline.settings import Settings
from pipeline.types import (
    NOTHING_STATED,
    BoolArray,
    FloatArray,
    GreyArray,
    HeaderFacts,
    ReadingNote,
    SpacingPlane,
    Turned,
)

STRIP_PIXELS = (
    4_000_000  # converted at once, so a large radiograph never stands in memory as float64
)
SAMPLED_PIXELS = 2_000_000  # that percentiles are taken from
LOW_PERCENTILE, HIGH_PERCENTILE = 0.1, 99.9
WHITE = np.iinfo(np.uint16).max
BLANK_RANGE = 2 / 255  # of the full range: less contrast than this is a blank picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """A decoded radiograph.

    Attributes:
        grey: `(row, col)` float32 in [0, 1], bone white, in the file's size.
        spacing_mm: `(row, col)` distance of pixel centres in mm, or `None`.
        notes: What decoding did.
        spacing_plane: Where the spacing holds, `None` without one.
        facts: What the header says of patient and view.
        pixel_aspect: A pixel's height over its width.
        header_sides: Whether the header says which side is the right one.
        turned: How the stored pixels were turned.
        is_reversed: Whether it was reversed as the header says.
    """

    grey: FloatArray
    spacing_mm: tuple[float, float] | None
    notes: tuple[ReadingNote, ...]
    spacing_plane: SpacingPlane | None = None
    facts: HeaderFacts = NOTHING_STATED
    pixel_aspect: float = 1.0
    header_sides: bool = False
    turned: Turned = field(default_factory=Turned)
    is_reversed: bool = False


def check_shape(rows: int, cols: int, settings: Settings) -> None:
    """Refuse sizes that cannot be a radiograph, before a pixel is decoded.

    Raises:
        ImageTooLargeError: More pixels than the limit.
        ImageTooSmallError: Fewer rows or columns than the limit, here or on the working grid.
    """
    if rows * cols > settings.max_megapixels * 1_000_000:
        raise ImageTooLargeError(rows=rows, cols=cols, limit_megapixels=settings.max_megapixels)
    if min(rows, cols, *working_shape(rows, cols, settings)) < settings.min_side_px:
        raise ImageTooSmallError(rows=rows, cols=cols, limit_px=settings.min_side_px)


def working_shape(rows: int, cols: int, settings: Settings) -> tuple[int, int]:
    """`(rows, cols)` of the working grid: the longer side reduced to the limit, never enlarged."""
    scale = min(1.0, settings.working_side_px / max(rows, cols, 1))
    return round(rows * scale), round(cols * scale)


def in_strips(stored: NDArray[Any], convert: Callable[[NDArray[Any]], NDArray[Any]]) -> FloatArray:
    """Convert `(row, col[, channel])` stored values to `(row, col)` float32, strip by strip."""
    rows, cols = stored.shape[:2]
    grey = np.empty((rows, cols), np.float32)
    step = max(1, STRIP_PIXELS // cols)
    for top in range(0, rows, step):
        grey[top : top + step] = convert(stored[top : top + step])
    return grey


def stretched(values: FloatArray, left_out: BoolArray | None = None) -> FloatArray:
    """Stretch values of unknown range to [0, 1] between two percentiles.

    On small arrays the percentiles are the smallest and the largest value.

    Args:
        values: `(row, col)` float32; overwritten.
        left_out: Pixels that do not count for the percentiles, `(row, col)` bool.

    Raises:
        BlankImageError: All values are alike.
    """
    every = max(1, values.size // SAMPLED_PIXELS)
    sample = values.ravel()[::every]
    if left_out is not None:
        sample = sample[~left_out.ravel()[::every]]
    if sample.size == 0:
        raise BlankImageError
    low, high = np.percentile(sample, (LOW_PERCENTILE, HIGH_PERCENTILE), method="inverted_cdf")
    if not high > low:
        raise BlankImageError
    np.subtract(values, low, out=values)
    np.divide(values, high - low, out=values)
    return np.clip(values, 0, 1, out=values)


def check_contrast(grey: FloatArray) -> None:
    """Refuse a picture whose pixels are all alike (`BlankImageError`)."""
    if float(grey.max()) - float(grey.min()) < BLANK_RANGE:
        raise BlankImageError


def reduced(grey: FloatArray, settings: Settings, pixel_aspect: float = 1.0) -> FloatArray:
    """The radiograph on the working grid, by area averaging; itself where it is no larger.

    Args:
        grey: `(row, col)` float32 in [0, 1].
        settings: The grid's limit.
        pixel_aspect: A pixel's height over its width; the grid's are square, so the shorter side
            of the file's is stretched.
    """
    rows, cols = grey.shape
    square = round(rows * max(1.0, pixel_aspect)), round(cols * max(1.0, 1 / pixel_aspect))
    shape = working_shape(*square, settings)
    if shape == grey.shape:
        return grey
    import cv2

    small = cv2.resize(grey, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 1).astype(np.float32)


def detailed(grey: FloatArray, pixels: FloatArray, pixel_aspect: float = 1.0) -> GreyArray | None:
    """All pixels of a file that the working grid has fewer of, for the eye; else `None`.

    Args:
        grey: `(row, col)` float32 in [0, 1].
        pixels: The same on the working grid.
        pixel_aspect: A pixel's height over its width; only square ones can be shown as they are.
    """
    if pixels.size >= grey.size or pixel_aspect != 1:
        return None
    found = np.empty(grey.shape, np.uint16)
    step = max(1, STRIP_PIXELS // grey.shape[1])
    for top in range(0, grey.shape[0], step):
        found[top : top + step] = np.round(grey[top : top + step] * WHITE)
    return found
