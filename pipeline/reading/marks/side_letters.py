"""The letters R and L in a radiograph's pixels: where they stand, and whether they are reversed."""

import string
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Box, FloatArray, Side

LONGEST_PX = 640  # letters are looked for on a grid no larger than this
LEVELS = (24, 48, 90)  # of 255: contrasts that candidates are cut out at
SMALLEST, LARGEST = 0.016, 0.1  # height of a letter, of the picture's longer side
SMALLEST_PX = 7  # below that no letter can be told from another
WIDEST_STROKE = 0.03  # of the longer side
LEAST_CONTRAST = 0.16  # of the whole range, between a letter and what surrounds it
LEAST_LIKENESS, LEAST_MARGIN = 0.77, 0.045  # of an upright letter, and beside the next best one
# The same of a reversed one, which corners of anatomy resemble; and its contrast.
LEAST_REVERSED, REVERSED_MARGIN, REVERSED_CONTRAST = 0.8, 0.11, 0.25
GLYPH_LIKENESS = 0.7  # anything less is no letter at all
ASPECT_WEIGHT = 0.25
MIDDLE = 0.1  # of the width: a letter there stands on no side
ROWS, COLS, MARGIN = 24, 20, 0.22  # of a letter's small picture, and what is around it
LIKE_HEIGHT, LIKE_CONTRAST = (0.7, 1.4), 0.6  # of a letter, those of another of the same word
NEAR = 2.5  # of a letter's height: how far the other one's middle may lie away
OVERLAP = 0.3  # of the smaller one: two candidates that share more are one
DRAWN_PX = 48
BLURS = (0.06, 0.12)  # of a letter's height
CHARACTERS = string.ascii_uppercase + string.digits + "bdhknprtu"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLetter:
    """A letter that stands alone.

    Attributes:
        side: What it names.
        reversed: Whether it is in mirror writing.
        box: Where it stands, in pixels of the picture.
        on: The side of the patient it stands on if the picture is the usual way round, the
            patient's right on its left.
    """

    side: Side
    reversed: bool
    box: Box
    on: Side

    @property
    def is_in_place(self) -> bool:
        """Whether it stands on the side that it names."""
        return self.side is self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glyph:
    name: str
    likeness: float
    margin: float
    x: int
    y: int
    width: int
    height: int
    bright: bool
    contrast: float
    on_border: bool

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: "_Glyph") -> bool:
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        smaller = min(self.width * self.height, other.width * other.height)
        return wide > 0 and high > 0 and wide * high > OVERLAP * smaller

    def is_word_with(self, other: "_Glyph") -> bool:
        (x, y), (other_x, other_y) = self.middle, other.middle
        near = np.hypot(x - other_x, y - other_y) < NEAR * self.height
        alike = other.bright is self.bright and other.contrast > LIKE_CONTRAST * self.contrast
        return bool(near and alike and LIKE_HEIGHT[0] < other.height / self.height < LIKE_HEIGHT[1])


def side_letters(pixels: FloatArray) -> tuple[SideLetter, ...]:
    """Find the letters R and L that mark a side.

    Candidates are small parts brighter or darker than what surrounds them. Each is compared with
    pictures of the capitals, of some small letters and of the digits, and with R and L in mirror
    writing; it has to be like an R or L and less like anything else, and to stand alone: the
    letters of a word mark no side.

    Args:
        pixels: `(row, col)` float32 in [0, 1].
    """
    scale = min(1.0, LONGEST_PX / max(pixels.shape))
    rows, cols = (max(1, round(side * scale)) for side in pixels.shape)
    small = cv2.resize(pixels, (cols, rows), interpolation=cv2.INTER_AREA)
    glyphs = _glyphs(np.round(small * 255).astype(np.uint8))
    found = []
    for glyph in glyphs:
        is_reversed = glyph.name.endswith("*")
        if glyph.name[0] not in "RL" or glyph.on_border or not _is_sure(glyph, is_reversed):
            continue
        off_middle = glyph.middle[0] / cols - 0.5
        if abs(off_middle) < MIDDLE / 2 or any(
            glyph.is_word_with(other) for other in glyphs if other is not glyph
        ):
            continue
        top, left = round(glyph.y / scale), round(glyph.x / scale)
        found.append(
            SideLetter(
                side=Side.RIGHT if glyph.name[0] == "R" else Side.LEFT,
                reversed=is_reversed,
                box=Box(
                    top=top,
                    bottom=min(pixels.shape[0], top + round(glyph.height / scale)),
                    left=left,
                    right=min(pixels.shape[1], left + round(glyph.width / scale)),
                ),
                on=Side.RIGHT if off_middle < 0 else Side.LEFT,
            )
        )
    return tuple(found)


def _is_sure(glyph: _Glyph, is_reversed: bool) -> bool:
    likeness, margin, contrast = LEAST_LIKENESS, LEAST_MARGIN, LEAST_CONTRAST
    if is_reversed:
        likeness, margin, contrast = LEAST_REVERSED, REVERSED_MARGIN, REVERSED_CONTRAST
    return glyph.likeness >= likeness and glyph.margin >= margin and glyph.contrast >= contrast


def _glyphs(grey: NDArray[np.uint8]) -> list[_Glyph]:
    """What is like some letter, each place once, most alike first."""
    side = max(grey.shape)
    size = max(5, 2 * round(WIDEST_STROKE * side / 2) + 1)
    stroke = cv2.getStructuringElement(cv2.MORPH_RECT, (size, size))
    boxes: list[tuple[int, int, int, int, bool, float]] = []
    patches: list[NDArray[Any]] = []
    for kind in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        raised: NDArray[Any] = cv2.morphologyEx(grey, kind, stroke)
        for level in LEVELS:
            _, parts, stats, _ = cv2.connectedComponentsWithStats((raised > level).astype(np.uint8))
            for index in _letter_sized(stats, side):
                x, y, width, height = map(int, stats[index, :4])
                window = slice(y, y + height), slice(x, x + width)
                contrast = float(np.median(raised[window][parts[window] == index]))
                patch = np.minimum(_with_margin(raised, x, y, width, height), 1.2 * contrast)
                patches.append(
                    cv2.resize(
                        patch.astype(np.float32), (COLS, ROWS), interpolation=cv2.INTER_AREA
                    ).ravel()
                )
                boxes.append((x, y, width, height, kind == cv2.MORPH_TOPHAT, contrast / 255))
    if not boxes:
        return []
    names, likeness = _likeness(
        np.stack(patches).astype(np.float32), np.array([box[2] / box[3] for box in boxes])
    )
    best = likeness.argmax(axis=1)
    ranked = np.sort(likeness, axis=1)
    found: list[_Glyph] = []
    for index in np.argsort(-ranked[:, -1]):
        if ranked[index, -1] < GLYPH_LIKENESS:
            break
        x, y, width, height, bright, contrast = boxes[index]
        glyph = _Glyph(
            name=names[best[index]],
            likeness=float(ranked[index, -1]),
            margin=float(ranked[index, -1] - ranked[index, -2]),
            x=x,
            y=y,
            width=width,
            height=height,
            bright=bright,
            contrast=contrast,
            on_border=min(x, y) < 2
            or x + width > grey.shape[1] - 2
            or y + height > grey.shape[0] - 2,
        )
        if not any(map(glyph.overlaps, found)):
            found.append(glyph)
    return found


def _letter_sized(stats: NDArray[Any], side: int) -> NDArray[np.intp]:
    """The parts of a letter's size, shape and share of ink; part 0 is the background."""
    width, height, area = (
        stats[:, column].astype(float)
        for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
    )
    ink = area / (width * height)
    fits = (height >= max(SMALLEST_PX, SMALLEST * side)) & (height <= LARGEST * side)
    fits &= (width >= 0.35 * height) & (width <= 1.2 * height) & (ink >= 0.18) & (ink <= 0.75)
    fits[0] = False
    return np.flatnonzero(fits)


def _with_margin(raised: NDArray[Any], x: int, y: int, width: int, height: int) -> NDArray[Any]:
    margin = max(1, round(MARGIN * height))
    top, bottom, left, right = y - margin, y + height + margin, x - margin, x + width + margin
    rows, cols = raised.shape
    inside = raised[max(0, top) : bottom, max(0, left) : right]
    missing = (max(0, -top), max(0, bottom - rows)), (max(0, -left), max(0, right - cols))
    return np.pad(inside, missing)


def _likeness(
    patches: FloatArray, aspects: NDArray[np.float64]
) -> tuple[tuple[str, ...], FloatArray]:
    """`(patch, name)` correlation with each letter's most alike picture, less in other shapes."""
    names, starts, pictures, log_aspects = draw_alphabet()
    units = patches - patches.mean(axis=1, keepdims=True)
    units /= np.linalg.norm(units, axis=1, keepdims=True) + 1e-9
    alike = units @ pictures.T
    alike -= ASPECT_WEIGHT * np.abs(np.log(aspects)[:, None] - log_aspects)
    return names, np.maximum.reduceat(alike, starts, axis=1)


@cache
def draw_alphabet() -> tuple[tuple[str, ...], NDArray[np.intp], FloatArray, FloatArray]:
    """Draw the letters, once: what candidates are compared with.

    Returns:
        Names, where each one's pictures begin, all pictures as unit vectors, log of width/height.

    R and L in mirror writing are called `R*` and `L*`.
    """
    from PIL import Image, ImageDraw, ImageFont

    from pipeline.pictures.fonts import font_file

    drawn: list[tuple[str, NDArray[np.uint8]]] = []
    fonts = [ImageFont.truetype(font_file(bold=bold), DRAWN_PX) for bold in (False, True)]
    for character in CHARACTERS:
        for font in fonts:
            image = Image.new("L", (2 * DRAWN_PX, 2 * DRAWN_PX))
            ImageDraw.Draw(image).text(
                (DRAWN_PX // 2, DRAWN_PX // 3), character, font=font, fill=255
            )
            drawn.append((character, np.array(image)))
        for face in (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX):
            for thickness in (3, 7):
                plate = np.zeros((110, 110), np.uint8)
                cv2.putText(plate, character, (20, 75), face, 2, 255, thickness, cv2.LINE_AA)
                drawn.append((character, plate))
    drawn += [(f"{name}*", image[:, ::-1]) for name, image in drawn if name in "RL"]
    drawn.sort(key=lambda one: one[0])
    names, pictures, aspects = [], [], []
    for name, drawing in drawn:
        rows, cols = (np.flatnonzero((drawing > 40).any(axis=axis)) for axis in (1, 0))
        tight = drawing[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        margin = round(MARGIN * len(tight))
        for blur in BLURS:
            wide = cv2.GaussianBlur(np.pad(tight, margin), (0, 0), blur * len(tight))
            small = cv2.resize(
                wide.astype(np.float32), (COLS, ROWS), interpolation=cv2.INTER_AREA
            ).ravel()
            unit = small - small.mean()
            pictures.append(unit / np.linalg.norm(unit))
            names.append(name)
            aspects.append(tight.shape[1] / tight.shape[0])
    unique, starts = np.unique(names, return_index=True)
    return (
        tuple(map(str, unique)),
        starts,
        np.array(pictures, np.float32),
        np.log(aspects).astype(np.float32),
    )
