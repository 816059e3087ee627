"""The letters R and L on a picture, where viewers of radiographs have them."""

import numpy as np

from pipeline.pictures.overlays import Picture

SHARE = 1 / 18
"""Height of a letter as a share of the picture's longer side."""


def side_marks(picture: Picture, letters: tuple[str, str], *, doubtful: bool = False) -> Picture:
    """A copy of the picture with a letter in the middle of each side, white on a dark edge.

    A technologist's own letters stand in the corners and are not covered.

    Args:
        picture: `(row, col, 3)` uint8 RGB, the patient's right on its left.
        letters: The marks of the patient's right and left, in any script.
        doubtful: Whether a question mark stands after each.
    """
    from PIL import Image, ImageDraw, ImageFont

    from pipeline.pictures.fonts import font_file

    image = Image.fromarray(picture)
    rows, cols = picture.shape[:2]
    size = max(9, round(max(rows, cols) * SHARE))
    font = ImageFont.truetype(str(font_file(bold=True)), size)
    pen, edge = ImageDraw.Draw(image), max(1, size // 12)
    margin = size // 3 + edge
    for letter, place, anchor in zip(
        letters, ((margin, rows / 2), (cols - margin, rows / 2)), ("lm", "rm"), strict=True
    ):
        pen.text(
            place,
            f"{letter}?" if doubtful else letter,
            font=font,
            anchor=anchor,
            fill="white",
            stroke_width=edge,
            stroke_fill="black",
        )
    return np.asarray(image, np.uint8).copy()
