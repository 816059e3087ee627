"""The outlines that people drew on a dataset's radiographs, and what is measured on them."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.types import BoolArray, MeasurementName, Radiograph, Side
from segmentation.chest_outline import ChestOutline
from segmentation.measurements import Place, Reading, readings
from training.anatomy.labels import split_lungs
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, read_grey

ENLARGED = 4  # datasets are as small as the network's input, radiographs for the app are not
PIXEL_MM = (1.0, 1.0)  # the datasets have lost theirs: lengths are given as shares of their span
FIELDS_DRAWN, LUNGS_DRAWN = "jsrt", "paediatric"  # whose masks keep to one convention
DOMES = {"dome_height", "dome_height_ratio"}
OF_THE_FIELDS = {"lung_share"}
OF_THE_HEART = {"cardiothoracic_ratio", "heart_width"}


def enlarged_radiograph(radiograph: ImageRecord) -> Radiograph:
    """A radiograph of a dataset on a grid as fine as the app's."""
    small = radiograph_of(radiograph)
    pixels = small.pixels.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
    rows, cols = pixels.shape
    return replace(small, pixels=pixels, source_shape=(rows, cols), source_spacing_mm=PIXEL_MM)


def drawn_readings(
    image: ImageRecord, shape: tuple[int, int], spine: BoolArray
) -> dict[Place, Reading]:
    """What can be measured on the outlines that were drawn by hand; empty without lungs.

    Args:
        image: The radiograph with its masks.
        shape: `(rows, cols)` to measure on.
        spine: `(row, col)` bool of that shape; nobody drew it.
    """
    lungs = None if image.lung_mask is None else split_lungs(read_mask(image.lung_mask, shape))
    if lungs is None:
        return {}
    outline = dict(zip(Side, lungs, strict=True))
    drawn = image.heart_mask
    heart = np.zeros(shape, bool) if drawn is None else read_mask(drawn, shape)
    chest = ChestOutline(
        lungs=outline, fields=outline, heart=heart, spine=spine, spacing_mm=PIXEL_MM
    )
    return {
        place: found
        for place, found in readings(chest).items()
        if isinstance(found, Reading) and _is_drawn(image, *place)
    }


def _is_drawn(image: ImageRecord, name: MeasurementName, side: Side | None) -> bool:
    """Whether a radiograph's masks hold what a measurement is measured on."""
    if name in OF_THE_HEART:
        return image.heart_mask is not None
    if image.dataset == LUNGS_DRAWN:  # the lung behind the heart too, so the fields are not known
        return name not in OF_THE_FIELDS
    # Fields end at the heart: on the left there is no line under the whole dome.
    return image.dataset == FIELDS_DRAWN and not (name in DOMES and side is Side.LEFT)


def read_mask(file: Path, shape: tuple[int, int]) -> BoolArray:
    """A mask drawn by hand, `(row, col)` bool of a shape."""
    rows, cols = shape
    grey = read_grey(file).astype(np.float32)
    return np.asarray(cv2.resize(grey, (cols, rows), interpolation=cv2.INTER_LINEAR) > 127)
