"""The radiograph."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.errors import ContractError
from pipeline.types.arrays import Box, FloatArray, GreyArray, frozen_array, unit_range
from pipeline.types.vocabulary import (
    AgeGroup,
    ImageFormat,
    ReadingNote,
    Sex,
    SideEvidence,
    SpacingPlane,
    View,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """What a header says and thresholds depend on; `None` for what it does not say.

    Attributes:
        age_group: Whether the patient is an adult.
        sex: The patient's sex.
        view: How the rays went.
    """

    age_group: AgeGroup | None = None
    sex: Sex | None = None
    view: View | None = None

    @property
    def fits_thresholds(self) -> bool:
        """Whether thresholds of adults on posteroanterior radiographs may be applied.

        They are where the header says nothing to the contrary.
        """
        return self.age_group is not AgeGroup.CHILD and self.view in (None, View.PA)


NOTHING_STATED = HeaderFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is known of right and left in a picture that is shown with the right on its left.

    Attributes:
        letters: Whether the letters R and L in it stand on the sides that they name; `None`
            without one.
        reversed_letters: Whether they are in mirror writing.
        header: Whether it is shown as its header says; `None` if that says nothing.
        mirrored: Whether the reader has exchanged its sides.
    """

    letters: bool | None = None
    reversed_letters: bool = False
    header: bool | None = None
    mirrored: bool = False

    def exchanged(self) -> "Sides":
        """The same of the picture the other way round."""
        return Sides(
            letters=None if self.letters is None else not self.letters,
            reversed_letters=self.letters is not None and not self.reversed_letters,
            header=None if self.header is None else not self.header,
            mirrored=not self.mirrored,
        )

    @property
    def evidence(self) -> SideEvidence:
        """How the sides are known."""
        if self.letters is False or self.header is False:
            return SideEvidence.CONTRADICTED
        if self.letters:
            return SideEvidence.LETTER
        if self.header:
            return SideEvidence.HEADER
        return SideEvidence.READER if self.mirrored else SideEvidence.ASSUMED

    @property
    def notes(self) -> tuple[ReadingNote, ...]:
        """What is to be said of them.

        A reversed letter on its own side was laid on the plate in reverse; on the other side it
        is what a reversed picture looks like.
        """
        found = [ReadingNote.MIRRORED_BY_READER] if self.mirrored else []
        if self.letters is False and self.reversed_letters:
            found.append(ReadingNote.SIDE_LETTER_MIRRORED)
        elif self.letters is False:
            found.append(ReadingNote.SIDE_LETTER_CONFLICT)
        elif self.reversed_letters:
            found.append(ReadingNote.SIDE_LETTER_REVERSED)
        if self.header is False:
            found.append(ReadingNote.SIDE_HEADER_CONFLICT)
        return tuple(found)


NOTHING_KNOWN = Sides()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """How a file's stored pixels were turned into the picture, in this order.

    Attributes:
        transposed: Whether rows and columns changed places.
        rows_reversed: Whether the last row then became the first.
        cols_reversed: Whether the last column then became the first.
    """

    transposed: bool = False
    rows_reversed: bool = False
    cols_reversed: bool = False

    def mirrored(self) -> "Turned":
        """The same and right and left exchanged."""
        return replace(self, cols_reversed=not self.cols_reversed)

    def clockwise(self) -> "Turned":
        """The same and a quarter turn clockwise: rows and columns, then the columns reversed."""
        return Turned(
            transposed=not self.transposed,
            rows_reversed=self.cols_reversed,
            cols_reversed=not self.rows_reversed,
        )


AS_STORED = Turned()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radiograph:
    """A de-identified frontal chest radiograph on the working grid.

    Attributes:
        pixels: `(row, col)` float32 in [0, 1], bone white.
        sha256: Hex digest of the bytes that were read.
        format: What the content was.
        source_shape: `(rows, cols)` of the file; larger than `pixels.shape` if it was reduced.
        detail: `(row, col)` uint16, black 0 and white 65,535: all pixels of the file, for the eye
            alone; `None` where the working grid has them all.
        source_spacing_mm: `(row, col)` distance of the file's pixel centres in mm, or `None`.
        spacing_plane: Where the spacing holds, `None` without one.
        facts: What the header says of patient and view.
        sides: What is known of right and left.
        turned: How the file's pixels were turned into `pixels`.
        turned_by_reader: By how many degrees clockwise the reader had it turned.
        found_text: Places of writing that was found and still stands there, on the working grid.
        blanked_text: Places of writing that was found and blanked.
        blanked_by_reader: Places that the reader had blanked.
        notes: What reading did, and what it warns of.
    """

    pixels: FloatArray
    sha256: str
    format: ImageFormat
    source_shape: tuple[int, int]
    detail: GreyArray | None = None
    source_spacing_mm: tuple[float, float] | None = None
    spacing_plane: SpacingPlane | None = None
    facts: HeaderFacts = NOTHING_STATED
    sides: Sides = NOTHING_KNOWN
    turned: Turned = AS_STORED
    turned_by_reader: int = 0
    found_text: tuple[Box, ...] = ()
    blanked_text: tuple[Box, ...] = ()
    blanked_by_reader: tuple[Box, ...] = ()
    notes: tuple[ReadingNote, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("pixels", self.pixels, np.float32, (-1, -1))
        unit_range("pixels", self.pixels)
        if self.detail is not None:
            frozen_array("detail", self.detail, np.uint16, (-1, -1))
        if self.source_spacing_mm is not None and min(self.source_spacing_mm) <= 0:
            raise ContractError(field="source_spacing_mm", problem="range")

    @property
    def shape(self) -> tuple[int, int]:
        """`(rows, cols)` of the working grid."""
        rows, cols = self.pixels.shape
        return rows, cols

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """`(row, col)` spacing of the working grid in mm, or `None`."""
        if self.source_spacing_mm is None:
            return None
        (rows, cols), (source_rows, source_cols) = self.shape, self.source_shape
        row_mm, col_mm = self.source_spacing_mm
        return row_mm * source_rows / rows, col_mm * source_cols / cols
