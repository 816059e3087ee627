"""The chest measurements drawn on the radiograph, for the page and the files alike.

The lines' colours can be told apart by colour-blind readers (Okabe and Ito, 2008), and each kind
of line has a place of its own in the chest.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from pipeline.pictures.overlays import Colour, Picture, grey_picture
from pipeline.types import Measurement, MeasurementPart, Radiograph

PART_COLOURS: Mapping[MeasurementPart, Colour] = {
    MeasurementPart.DIAPHRAGM: (240, 228, 66),
    MeasurementPart.LUNG_HEIGHT: (0, 158, 115),
    MeasurementPart.CHEST_WIDTH: (204, 121, 167),
    MeasurementPart.ANGLE: (86, 180, 233),
    MeasurementPart.HEART: (230, 159, 0),
}
CASING: Colour = (0, 0, 0)
SUBPIXEL_BITS = 4


def measurements_overlay(radiograph: Radiograph, measurements: Iterable[Measurement]) -> Picture:
    """The radiograph with every line that was measured along, on a dark edge.

    Args:
        radiograph: The radiograph.
        measurements: Its measurements; those without lines draw nothing.
    """
    import cv2

    picture = grey_picture(radiograph)
    lines = list(dict.fromkeys(line for measurement in measurements for line in measurement.lines))
    width = max(2, round(max(picture.shape[:2]) / 350))
    drawn = [
        # The middle of a pixel lies at 0.5 in a line and at 0 in OpenCV.
        (PART_COLOURS[line.part], (np.array(line.points)[:, ::-1] - 0.5) * 2**SUBPIXEL_BITS)
        for line in lines
    ]
    for extra, own in ((2, False), (0, True)):
        for colour, points in drawn:
            corners = [np.round(points).astype(np.int32)]
            cv2.polylines(
                picture,
                corners,
                False,
                colour if own else CASING,
                width + extra,
                cv2.LINE_AA,
                SUBPIXEL_BITS,
            )
    return picture


def drawn_parts(measurements: Iterable[Measurement]) -> tuple[MeasurementPart, ...]:
    """The kinds of line that the measurements' drawing holds, in the order of `MeasurementPart`."""
    found = {line.part for measurement in measurements for line in measurement.lines}
    return tuple(part for part in MeasurementPart if part in found)
