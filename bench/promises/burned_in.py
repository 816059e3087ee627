"""Names and dates written into a radiograph's pixels, and whether any can still be read."""

import io
from collections.abc import Iterator
from itertools import product

import numpy as np

from pipeline.phantom.drawing import draw_phantom
from pipeline.pictures.fonts import font_file
from pipeline.reading import FileReader
from pipeline.reading.adjust import adjusted
from pipeline.settings import Settings
from pipeline.types import BoolArray, FloatArray, Radiograph, Zone

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
LIGHT = 0.55  # a ground that is lighter takes black letters
LEFT_OF_INK = 0.1  # of a text's strokes: more than so much unblanked can be read


def burned_in_texts() -> Iterator[tuple[str, bytes, BoolArray]]:
    """Each text in each size and place: what it is, the file, and its strokes `(row, col)` bool."""
    from PIL import Image

    grey = draw_phantom(0, Zone.RIGHT_LOWER, (SIDE_PX, SIDE_PX)).pixels
    for text, size, place in product(TEXTS, SIZES_PX, PLACES):
        written, ink = written_on(grey, text, size, place)
        stream = io.BytesIO()
        Image.fromarray(np.round(written * 255).astype(np.uint8)).save(stream, "PNG")
        yield f"{text!r}, {size} px", stream.getvalue(), ink


def written_on(
    grey: FloatArray, text: str, size_px: int, place: tuple[float, float]
) -> tuple[FloatArray, BoolArray]:
    """A picture with a text written on it, black or white, whichever can be read.

    Args:
        grey: The picture, `(row, col)` in [0, 1].
        text: The text.
        size_px: Height of its letters.
        place: Where it begins, as shares of width and height.

    Returns:
        The picture, and the strokes, `(row, col)`.
    """
    from PIL import Image, ImageDraw, ImageFont

    rows, cols = grey.shape
    strokes = Image.new("L", (cols, rows))
    font = ImageFont.truetype(font_file(bold=True), size_px)
    ImageDraw.Draw(strokes).text((place[0] * cols, place[1] * rows), text, font=font, fill=255)
    ink = np.asarray(strokes) > 127
    inked = np.nonzero(ink)
    ground = np.median(grey[tuple(slice(axis.min(), axis.max()) for axis in inked)])
    return np.where(ink, np.float32(ground < LIGHT), grey), ink


def can_be_read(radiograph: Radiograph, ink: BoolArray) -> bool:
    """Whether a text that was written on a radiograph can still be read in it.

    Args:
        radiograph: The radiograph as everything after the decode step sees it.
        ink: The text's strokes, `(row, col)`.
    """
    gone = np.zeros(radiograph.shape, np.bool_)
    for box in radiograph.blanked_text:
        tones = np.unique(radiograph.pixels[box.slices]).size  # one of each place that meets it
        gone[box.slices] |= tones <= len(radiograph.blanked_text)
    return bool((ink & ~gone).sum() > LEFT_OF_INK * ink.sum())


def burned_in_found(settings: Settings) -> tuple[int, list[str]]:
    """How many texts were written, and those that can be read in what leaves the decode step."""
    reader, left = FileReader(settings), []
    count = 0
    for name, data, ink in burned_in_texts():
        count += 1
        if can_be_read(adjusted(reader.read(data), settings), ink):
            left.append(f"{name} in the pixels")
    return count, left
