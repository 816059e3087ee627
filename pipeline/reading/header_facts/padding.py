"""Padding: pixels that a device added around the image, which are no part of it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def padding_of(stored: NDArray[Any], dataset: "Dataset") -> BoolArray | None:
    """Where the padding lies, `(row, col)` bool; `None` where there is none.

    Only what reaches the border counts: inside, an exposed pixel may have the padding's value.

    Args:
        stored: `(row, col)` stored values, before any look-up table.
        dataset: The file's header.

    Reference:
        DICOM PS3.3, C.7.5.1.1.2, Pixel Padding Value and Pixel Padding Range Limit.
    """
    value, limit = dataset.get("PixelPaddingValue"), dataset.get("PixelPaddingRangeLimit")
    try:
        ends = sorted(
            _as_stored(end, dataset) for end in (value, value if limit is None else limit)
        )
    except (TypeError, ValueError):  # absent, or no number
        return None
    padded = (stored >= ends[0]) & (stored <= ends[1])
    if not (padded[0].any() or padded[-1].any() or padded[:, 0].any() or padded[:, -1].any()):
        return None
    import cv2

    _, parts = cv2.connectedComponents(padded.astype(np.uint8), connectivity=4)
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    kept = np.zeros(int(parts.max()) + 1, np.bool_)
    kept[border] = True
    kept[0] = False
    found: BoolArray = kept[parts]
    return found


def _as_stored(value: Any, dataset: "Dataset") -> int:
    """A padding value with the sign of the stored values, whichever way its element was written."""
    number, bits = int(value), int(dataset.BitsAllocated)
    if int(dataset.PixelRepresentation) == 1 and number >= 1 << (bits - 1):
        return number - (1 << bits)
    return number + (1 << bits) if int(dataset.PixelRepresentation) == 0 and number < 0 else number
