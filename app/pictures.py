"""The pictures of a case as PNG files, each made once."""

from collections.abc import Callable

from app.cases import Case
from pipeline.figures import Picture, encode_png

MAX_KEPT = 24


def png(case: Case, key: tuple[object, ...], make: Callable[[], Picture]) -> bytes:
    """One picture of a case.

    Args:
        case: Whose picture; it keeps the last few.
        key: All that the picture depends on.
        make: Draws it, `(row, col, 3)` uint8 RGB.
    """
    if key not in case.pictures:
        if len(case.pictures) >= MAX_KEPT:
            del case.pictures[next(iter(case.pictures))]
        case.pictures[key] = encode_png(make())
    return case.pictures[key]
