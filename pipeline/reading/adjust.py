"""What is changed of a radiograph after it was read: turned, writing blanked, sides exchanged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.settings import Settings
from pipeline.types import Box, FloatArray, GreyArray, Radiograph, ReadingNote

QUARTER = 90  # degrees
RING = 2  # pixels around a place whose median fills it: a flat patch, of no edge that is not there


def adjusted(radiograph: Radiograph, settings: Settings) -> Radiograph:
    """Turn it, blank the writing that was found, exchange the sides, as the settings say."""
    radiograph = turned(radiograph, settings.turn)
    if settings.blank_text and radiograph.found_text:
        radiograph = blanked(radiograph, radiograph.found_text)
    return mirrored(radiograph) if settings.mirror else radiograph


def blanked(radiograph: Radiograph, boxes: Sequence[Box], *, by_reader: bool = False) -> Radiograph:
    """The radiograph with some places made flat; what stood there is gone.

    Args:
        radiograph: The radiograph.
        boxes: The places, in pixels of the working grid.
        by_reader: Whether the reader drew them; otherwise they were found.
    """
    pixels = radiograph.pixels.copy()
    for box in boxes:
        pixels[box.top : box.bottom, box.left : box.right] = _around(radiograph.pixels, box)
    note = ReadingNote.BLANKED_BY_READER if by_reader else ReadingNote.TEXT_BLANKED
    gone = (ReadingNote.TEXT_FOUND,) if not by_reader else ()
    notes = [one for one in radiograph.notes if one not in (*gone, note)]
    places = tuple(boxes)
    return replace(
        radiograph,
        pixels=pixels,
        detail=_blanked_detail(radiograph, boxes),
        notes=(*notes, note),
        found_text=radiograph.found_text if by_reader else (),
        blanked_text=radiograph.blanked_text + (() if by_reader else places),
        blanked_by_reader=radiograph.blanked_by_reader + (places if by_reader else ()),
    )


def mirrored(radiograph: Radiograph) -> Radiograph:
    """The radiograph with its sides exchanged by the reader, and what is then said of them."""
    sides = radiograph.sides.exchanged()
    kept = tuple(note for note in radiograph.notes if not note.is_of_sides)
    cols, detail = radiograph.shape[1], radiograph.detail

    def exchanged(boxes: Sequence[Box]) -> tuple[Box, ...]:
        return tuple(replace(box, left=cols - box.right, right=cols - box.left) for box in boxes)

    return replace(
        radiograph,
        pixels=np.ascontiguousarray(radiograph.pixels[:, ::-1]),
        detail=None if detail is None else np.ascontiguousarray(detail[:, ::-1]),
        sides=sides,
        turned=radiograph.turned.mirrored(),
        notes=(*kept, *sides.notes),
        found_text=exchanged(radiograph.found_text),
        blanked_text=exchanged(radiograph.blanked_text),
        blanked_by_reader=exchanged(radiograph.blanked_by_reader),
    )


def turned(radiograph: Radiograph, degrees: int) -> Radiograph:
    """The radiograph turned clockwise by the reader; letters and writing are looked for anew.

    Args:
        radiograph: The radiograph.
        degrees: 0, 90, 180 or 270.
    """
    for _ in range(degrees // QUARTER):
        radiograph = _clockwise(radiograph)
    return _looked_at_again(radiograph) if degrees else radiograph


def _looked_at_again(radiograph: Radiograph) -> Radiograph:
    """The same with the letters and the writing that are found in its pixels now.

    A header that said how the picture lies no longer does.
    """
    from pipeline.reading.marks.side_letters import side_letters
    from pipeline.reading.marks.written_text import writing
    from pipeline.reading.sides import sides_of

    letters = side_letters(radiograph.pixels)
    header = None if radiograph.sides.header is None else False
    found = sides_of(letters, header=header)
    sides = replace(found, mirrored=radiograph.sides.mirrored)
    text = writing(radiograph.pixels, [letter.box for letter in letters])
    kept = [
        note
        for note in radiograph.notes
        if not note.is_of_sides and note is not ReadingNote.TEXT_FOUND
    ]
    now = (ReadingNote.TEXT_FOUND,) if text else ()
    return replace(radiograph, sides=sides, found_text=text, notes=(*kept, *now, *sides.notes))


def _clockwise(radiograph: Radiograph) -> Radiograph:
    """A quarter turn: what was below is on the left."""
    rows, detail = radiograph.shape[0], radiograph.detail

    def moved(boxes: Sequence[Box]) -> tuple[Box, ...]:
        return tuple(
            Box(top=box.left, bottom=box.right, left=rows - box.bottom, right=rows - box.top)
            for box in boxes
        )

    spacing = radiograph.source_spacing_mm
    kept = [note for note in radiograph.notes if note is not ReadingNote.TURNED_BY_READER]
    degrees = (radiograph.turned_by_reader + QUARTER) % (4 * QUARTER)
    return replace(
        radiograph,
        pixels=np.ascontiguousarray(np.rot90(radiograph.pixels, -1)),
        detail=None if detail is None else np.ascontiguousarray(np.rot90(detail, -1)),
        source_shape=radiograph.source_shape[::-1],
        source_spacing_mm=None if spacing is None else spacing[::-1],
        turned=radiograph.turned.clockwise(),
        turned_by_reader=degrees,
        found_text=moved(radiograph.found_text),
        blanked_text=moved(radiograph.blanked_text),
        blanked_by_reader=moved(radiograph.blanked_by_reader),
        notes=(*kept, *((ReadingNote.TURNED_BY_READER,) if degrees else ())),
    )


def adjustments(radiograph: Radiograph) -> dict[str, str]:
    """What was changed, for the provenance: places in rows and columns of the working grid."""
    found = {}
    for key, boxes in (
        ("blanked.found", radiograph.blanked_text),
        ("blanked.by_reader", radiograph.blanked_by_reader),
    ):
        if boxes:
            found[key] = "; ".join(
                f"rows {box.top}-{box.bottom - 1}, columns {box.left}-{box.right - 1}"
                for box in boxes
            )
    if radiograph.sides.mirrored:
        found["mirrored"] = "by the reader"
    if radiograph.turned_by_reader:
        found["turned"] = f"by the reader, {radiograph.turned_by_reader} degrees clockwise"
    return found


def _blanked_detail(radiograph: Radiograph, boxes: Sequence[Box]) -> GreyArray | None:
    """The same places of all the file's pixels, as flat as on the working grid."""
    if radiograph.detail is None:
        return None
    detail = radiograph.detail.copy()
    for box in boxes:
        grey = round(float(_around(radiograph.pixels, box)) * np.iinfo(np.uint16).max)
        detail[box.on(radiograph.shape, detail.shape).slices] = grey
    return detail


def _around(pixels: FloatArray, box: Box) -> np.floating:
    """The median of what lies just outside a place."""
    rows = slice(max(0, box.top - RING), box.bottom + RING)
    cols = slice(max(0, box.left - RING), box.right + RING)
    ring = np.ones(pixels[rows, cols].shape, np.bool_)
    top, left = box.top - rows.start, box.left - cols.start
    ring[top : top + box.bottom - box.top, left : left + box.right - box.left] = False
    outside = pixels[rows, cols][ring]
    return np.float32(0) if outside.size == 0 else np.float32(np.median(outside))
