"""The signs of hyperinflation drawn on the film, for the page and the files alike.

The lines' colours can be told apart by colour-blind readers (Okabe and Ito, 2008), and each kind
of line has a place of its own in the chest.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from pipeline.figures import Colour, Picture, grey_picture
from pipeline.types import Radiograph, Sign, SignPart

PART_COLOURS: Mapping[SignPart, Colour] = {
    SignPart.DIAPHRAGM: (240, 228, 66),
    SignPart.LUNG_HEIGHT: (0, 158, 115),
    SignPart.CHEST_WIDTH: (204, 121, 167),
    SignPart.ANGLE: (86, 180, 233),
    SignPart.HEART: (230, 159, 0),
}
CASING: Colour = (0, 0, 0)
SUBPIXEL_BITS = 4


def signs_overlay(radiograph: Radiograph, signs: Iterable[Sign]) -> Picture:
    """The film with every line that a sign was measured along, on a dark edge.

    Args:
        radiograph: The film.
        signs: Its signs; those without lines draw nothing.
    """
    import cv2

    picture = grey_picture(radiograph)
    lines = list(dict.fromkeys(line for sign in signs for line in sign.lines))
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


def drawn_parts(signs: Iterable[Sign]) -> tuple[SignPart, ...]:
    """The kinds of line that the signs' drawing holds, in the order of `SignPart`."""
    found = {line.part for sign in signs for line in sign.lines}
    return tuple(part for part in SignPart if part in found)
