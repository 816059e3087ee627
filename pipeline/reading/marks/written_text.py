"""Writing in a radiograph's pixels: lines of three or more characters, wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Box, FloatArray

LEVELS = (30, 60, 110)  # of 255: contrasts that characters are cut out at
WIDEST_STROKE = 0.016  # of the picture's longer side
SMALLEST_PX, LARGEST = 5, 0.06  # height of a character; the largest of the longer side
FEWEST = 3  # characters of a line: a single letter marks a side, two a view
MOST_PARTS = 600  # of one contrast that are looked at, the strongest ones
CONTRAST_OF_THREE, CONTRAST_OF_MORE = 80, 58  # of 255: less is anatomy, cables or noise
LEAST_INK = 0.22  # of a line's rectangle
LIKE_HEIGHT, LIKE_CONTRAST = 0.5, 0.5  # of the larger one, between neighbours
WIDEST_GAP, DEEPEST_OVERLAP = 1.1, 0.4  # of a character's height; of the narrower one's width
OFF_LINE = 0.22  # of a character's height, between two baselines or middles
TALLEST_LINE = 2.2  # of its characters' height: more is no line
FAINTER = 0.5  # of a line's contrast: strokes beside it that belong to it
LONGEST_SPACE, LONGEST_REST = 1.2, 14.0  # of a character's height, between and after characters
LONGEST_END = 0.34  # of a line's width: a side's letter so near to its end stands beside it
MARGIN, MARGIN_ALONG = 0.35, 1.0  # of a character's height, added above and below, and at both ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """Characters' possible parts, `(part,)` each, from left to right."""

    left: FloatArray
    top: FloatArray
    width: FloatArray
    height: FloatArray
    ink: FloatArray
    contrast: FloatArray


def text_boxes(pixels: FloatArray) -> tuple[Box, ...]:
    """Find lines of writing, each in a rectangle with a margin; rectangles do not overlap.

    Characters are small parts brighter or darker than what surrounds them. Neighbours of about
    the same height and contrast on one baseline make a line. What is joined up, as in handwriting,
    or fainter than anatomy is not found.

    Args:
        pixels: `(row, col)` float32 in [0, 1].
    """
    grey = np.round(pixels * 255).astype(np.uint8)
    side = max(grey.shape)
    size = max(7, 2 * round(WIDEST_STROKE * side / 2) + 1)
    stroke = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    found: list[Box] = []
    for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        raised = np.asarray(cv2.morphologyEx(grey, kind, stroke), np.uint8)
        for level in LEVELS:
            parts = _parts(raised, level, side)
            found += [
                box
                for members in _lines(parts)
                if (box := _box_of(parts, members, raised)) is not None
            ]
    return _united(found)


def writing(pixels: FloatArray, letters: Sequence[Box]) -> tuple[Box, ...]:
    """Places of writing that may name a person; the places of side letters are left free."""
    boxes = text_boxes(pixels)
    for letter in letters:
        boxes = tuple(rest for box in boxes if (rest := without(box, letter)) is not None)
    return boxes


def without(box: Box, letter: Box) -> Box | None:
    """A line's rectangle without a letter at one of its ends; `None` if nothing is left of it."""
    if not _overlap(box, letter):
        return box
    middle, width = (letter.left + letter.right) / 2, box.right - box.left
    if middle < box.left + width / 2:
        rest = replace(box, left=min(box.right, letter.right + 1))
    else:
        rest = replace(box, right=max(box.left, letter.left - 1))
    holds_more = rest.right - rest.left > 2 * (letter.right - letter.left)
    at_end = min(abs(middle - box.left), abs(middle - box.right)) < LONGEST_END * width
    if holds_more:
        return rest if at_end else box
    return None


def _parts(raised: NDArray[np.uint8], level: int, side: int) -> _Parts:
    """What may be a character at a contrast."""
    above = raised > level
    count, labels, stats, _ = cv2.connectedComponentsWithStats(above.astype(np.uint8))
    left, top, width, height, ink = np.asarray(stats, np.float32).T
    fits = (height >= SMALLEST_PX) & (height <= LARGEST * side) & (width >= 0.1 * height)
    fits &= (width <= 2.6 * height) & (ink >= 0.16 * width * height)
    fits[0] = False  # the background
    of_part = labels[above]
    total = np.bincount(of_part, raised[above], count)
    contrast = (total / np.maximum(1, np.bincount(of_part, minlength=count))).astype(np.float32)
    chosen = np.flatnonzero(fits)
    if len(chosen) > MOST_PARTS:
        chosen = chosen[np.argsort(-contrast[chosen])[:MOST_PARTS]]
    chosen = chosen[np.argsort(left[chosen], kind="stable")]
    return _Parts(
        left=left[chosen],
        top=top[chosen],
        width=width[chosen],
        height=height[chosen],
        ink=ink[chosen],
        contrast=contrast[chosen],
    )


def _lines(parts: _Parts) -> list[NDArray[np.intp]]:
    """The members of each line: parts that are linked, over any number of neighbours."""
    line = np.arange(len(parts.left))
    for one, other in zip(*_neighbours(parts), strict=True):
        if line[one] != line[other]:
            line[line == line[other]] = line[one]
    names, counts = np.unique(line, return_counts=True)
    return [np.flatnonzero(line == name) for name in names[counts >= FEWEST]]


def _neighbours(parts: _Parts) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The pairs of parts that stand next to each other on a line, the left one first."""
    taller = np.maximum(parts.height[:, None], parts.height)
    gap = parts.left - (parts.left + parts.width)[:, None]
    linked = gap <= WIDEST_GAP * taller
    linked &= gap >= -DEEPEST_OVERLAP * np.minimum(parts.width[:, None], parts.width)
    linked &= np.minimum(parts.height[:, None], parts.height) >= LIKE_HEIGHT * taller
    bottom, middle = parts.top + parts.height, parts.top + parts.height / 2
    off = np.minimum(np.abs(bottom[:, None] - bottom), np.abs(middle[:, None] - middle))
    linked &= off <= OFF_LINE * taller + 1
    stronger = np.maximum(parts.contrast[:, None], parts.contrast)
    linked &= np.minimum(parts.contrast[:, None], parts.contrast) >= LIKE_CONTRAST * stronger
    first, second = np.nonzero(np.triu(linked, 1))
    return first, second


def _box_of(parts: _Parts, members: NDArray[np.intp], raised: NDArray[np.uint8]) -> Box | None:
    """The rectangle of a line with its margin; `None` if its members make none.

    Towards both ends it goes on as far as strokes of half its contrast follow one another:
    characters that touch, or lie on another ground, are of the line, too.
    """
    left, top = parts.left[members].min(), parts.top[members].min()
    right = (parts.left + parts.width)[members].max()
    bottom = (parts.top + parts.height)[members].max()
    height = float(np.median(parts.height[members]))
    ink = parts.ink[members].sum() / ((right - left) * (bottom - top))
    least = CONTRAST_OF_THREE if len(members) == FEWEST else CONTRAST_OF_MORE
    if bottom - top > TALLEST_LINE * height + 2 or ink < LEAST_INK:
        return None
    contrast = float(parts.contrast[members].mean())
    if contrast < least:
        return None
    inked = (raised[int(top) : int(bottom)] > FAINTER * contrast).sum(axis=0) >= 2
    gap, most = round(LONGEST_SPACE * height), round(LONGEST_REST * height)
    right += _run(inked[int(right) :], gap, most)
    left -= _run(inked[: int(left)][::-1], gap, most)
    across, along = MARGIN * height + 1, MARGIN_ALONG * height
    rows, cols = raised.shape
    return Box(
        top=max(0, int(top - across)),
        bottom=min(rows, int(np.ceil(bottom + across))),
        left=max(0, int(left - along)),
        right=min(cols, int(np.ceil(right + along))),
    )


def _run(inked: NDArray[np.bool_], gap: int, most: int) -> int:
    """How far columns with ink follow one another from the start, with no gap that is too wide."""
    at = np.flatnonzero(inked[:most])
    if at.size == 0:
        return 0
    wide = np.flatnonzero(np.diff(np.concatenate([[-1], at])) > gap)
    reached = len(at) if wide.size == 0 else int(wide[0])
    return int(at[reached - 1]) + 1 if reached else 0


def _united(boxes: list[Box]) -> tuple[Box, ...]:
    """Rectangles that hold the same, none overlapping another, from top to bottom."""
    united: list[Box] = []
    for box in boxes:
        grown = box
        while touching := [one for one in united if _overlap(one, grown)]:
            united = [one for one in united if one not in touching]
            grown = Box(
                top=min(grown.top, *(one.top for one in touching)),
                bottom=max(grown.bottom, *(one.bottom for one in touching)),
                left=min(grown.left, *(one.left for one in touching)),
                right=max(grown.right, *(one.right for one in touching)),
            )
        united.append(grown)
    return tuple(sorted(united, key=lambda box: (box.top, box.left)))


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) > max(one.left, other.left)
    return across and min(one.bottom, other.bottom) > max(one.top, other.top)
