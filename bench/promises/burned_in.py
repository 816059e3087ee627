"""Names and dates written into a radiograph's pixels, and whether any can still be read."""

import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from pipeline.phantom.drawing import draw_phantom
from pipeline.pictures.fonts import font_file
from pipeline.reading import FileReader
from pipeline.reading.adjust import adjusted
from pipeline.settings import Settings
from pipeline.types import Zone

TEXTS = (
    "IVANOV IVAN",
    "Petrova Anna",
    "SMITH^JOHN",
    "ИВАНОВ И.И.",
    "Коваленко Олена",
    "12.03.1961",
    "ID 4711-0815",
    "1961-03-12 09:41",
)
SIZES_PX = (18, 26, 36)
PLACES = (0.03, 0.02), (0.62, 0.02), (0.03, 0.94)  # of width and height
SIDE_PX = 1000
LEFT_OF_INK = 0.1  # of a text's strokes: more than so much unblanked can be read


def burned_in_texts() -> Iterator[tuple[str, bytes, Any]]:
    """Each text in each size and place: what it is, the file, and its strokes `(row, col)` bool."""
    from PIL import Image, ImageDraw, ImageFont

    grey = np.round(draw_phantom(0, Zone.RIGHT_LOWER, (SIDE_PX, SIDE_PX)).pixels * 255)
    for text, size, (across, down) in product(TEXTS, SIZES_PX, PLACES):
        font = ImageFont.truetype(font_file(bold=True), size)
        place = across * SIDE_PX, down * SIDE_PX
        strokes = Image.new("L", (SIDE_PX, SIDE_PX))
        ImageDraw.Draw(strokes).text(place, text, font=font, fill=255)
        ink = np.asarray(strokes) > 127
        rows, cols = np.nonzero(ink)
        ground = np.median(grey[rows.min() : rows.max(), cols.min() : cols.max()])
        picture = np.where(ink, 255 if ground < 140 else 0, grey).astype(np.uint8)
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "PNG")
        yield f"{text!r}, {size} px", stream.getvalue(), ink


def burned_in_found(settings: Settings) -> tuple[int, list[str]]:
    """How many texts were written, and those that can be read in what leaves the decode step."""
    reader, left = FileReader(settings), []
    count = 0
    for name, data, ink in burned_in_texts():
        count += 1
        radiograph = adjusted(reader.read(data), settings)
        gone = np.zeros(radiograph.shape, np.bool_)
        for box in radiograph.blanked_text:
            gone[box.top : box.bottom, box.left : box.right] = True
        if (ink & ~gone).sum() > LEFT_OF_INK * ink.sum():
            left.append(f"{name} in the pixels")
    return count, left
