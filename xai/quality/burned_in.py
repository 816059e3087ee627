"""Letters and markers on a radiograph: small, bright, and brighter than all around them."""

import cv2
import numpy as np

from pipeline.types import BoolArray, FloatArray

STROKE = 0.035  # of the longer side: what is wider than this is no stroke of a letter
CONTRAST = 0.22  # grey over its surroundings from which a stroke is one
LARGEST = 0.14  # of the longer side: a longer part is a cable or an edge
SMALLEST = 4e-5  # of the radiograph: anything smaller is noise
MARGIN = 0.03  # of the longer side, added around what was found, for saliency maps are coarse


def burned_in_text(pixels: FloatArray, thorax_image: BoolArray) -> BoolArray:
    """Where letters and markers lie, outside the thorax and with a margin around them.

    A white top-hat keeps what is narrower than a letter's stroke and brighter than its
    surroundings; long parts and specks are dropped. Ends of bones and bits of cable are found at
    times, too: for what this serves, the classifier should not lean on those either.

    Args:
        pixels: `(row, col)` float32 in [0, 1].
        thorax_image: `(row, col)` bool.

    Returns:
        `(row, col)` bool.

    Reference:
        Meyer F. 1979, the top-hat transform.
    """
    side = max(pixels.shape)
    narrow = cv2.morphologyEx(pixels, cv2.MORPH_TOPHAT, _disc(STROKE * side))
    bright = ((narrow > CONTRAST) & ~thorax_image).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(bright)
    longest = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    letter = (longest <= LARGEST * side) & (stats[:, cv2.CC_STAT_AREA] >= SMALLEST * pixels.size)
    letter[0] = False  # the background
    found = cv2.dilate(letter[parts].astype(np.uint8), _disc(2 * MARGIN * side))
    widened: BoolArray = (found > 0) & ~thorax_image
    return widened


def _disc(diameter_px: float) -> "cv2.typing.MatLike":
    size = max(3, 2 * round(diameter_px / 2) + 1)
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
