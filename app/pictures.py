"""The pictures of a case as PNG or JPEG files, each made once."""

from collections.abc import Callable

from app.state.case import Case
from pipeline.pictures.overlays import Picture, encode_jpeg, encode_png
from pipeline.pictures.side_marks import side_marks
from pipeline.types import Radiograph, SideEvidence
from pipeline.words import Words

MAX_KEPT = 36


def png(case: Case, key: tuple[object, ...], make: Callable[[], Picture]) -> bytes:
    """One picture of a case.

    Args:
        case: Whose picture; it keeps the last few.
        key: All that the picture depends on.
        make: Draws it, `(row, col, 3)` uint8 RGB.
    """
    return _kept(case, ("png", *key), lambda: encode_png(make()))


def jpeg(case: Case, key: tuple[object, ...], make: Callable[[], Picture]) -> bytes:
    """The same as a JPEG, a sixth of the size; for a radiograph with nothing drawn into it."""
    return _kept(case, ("jpeg", *key), lambda: encode_jpeg(make()))


def marked_png(
    words: Words,
    case: Case,
    radiograph: Radiograph,
    key: tuple[object, ...],
    make: Callable[[], Picture],
) -> bytes:
    """One picture of a case with R and L on it, in the page's letters."""
    return png(case, (*key, words.language), lambda: marked(words, radiograph, make()))


def marked(words: Words, radiograph: Radiograph, picture: Picture) -> Picture:
    """The picture with R and L; with question marks where the file or a letter contradicts them."""
    return side_marks(
        picture,
        (words("radiograph.right_mark"), words("radiograph.left_mark")),
        doubtful=radiograph.sides.evidence is SideEvidence.CONTRADICTED,
    )


def _kept(case: Case, key: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
    if key not in case.pictures:
        if len(case.pictures) >= MAX_KEPT:
            del case.pictures[next(iter(case.pictures))]
        case.pictures[key] = make()
    return case.pictures[key]
