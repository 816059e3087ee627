"""The radiograph."""

from dataclasses import dataclass

import numpy as np

from pipeline.errors import ContractError
from pipeline.types.arrays import FloatArray, frozen_array, unit_range
from pipeline.types.vocabulary import (
    AgeGroup,
    ImageFormat,
    ReadingNote,
    Sex,
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radiograph:
    """A de-identified frontal chest radiograph on the working grid.

    Attributes:
        pixels: `(row, col)` float32 in [0, 1], bone white.
        sha256: Hex digest of the bytes that were read.
        format: What the content was.
        source_shape: `(rows, cols)` of the file; larger than `pixels.shape` if it was reduced.
        source_spacing_mm: `(row, col)` distance of the file's pixel centres in mm, or `None`.
        spacing_plane: Where the spacing holds, `None` without one.
        facts: What the header says of patient and view.
        notes: What reading did, and what it warns of.
    """

    pixels: FloatArray
    sha256: str
    format: ImageFormat
    source_shape: tuple[int, int]
    source_spacing_mm: tuple[float, float] | None = None
    spacing_plane: SpacingPlane | None = None
    facts: HeaderFacts = NOTHING_STATED
    notes: tuple[ReadingNote, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("pixels", self.pixels, np.float32, (-1, -1))
        unit_range("pixels", self.pixels)
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
