"""What is changed of a radiograph after it was read: writing blanked, sides exchanged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.settings import Settings
from pipeline.types import Box, FloatArray, GreyArray, Radiograph, ReadingNote

RING = 2  # pixels around a place whose median fills it: a flat patch, of no edge that is not there


def adjusted(radiograph: Radiograph, settings: Settings) -> Radiograph:
    """Blank the writing that was found, and exchange the sides, if the settings say so."""
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
