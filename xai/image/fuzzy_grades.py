"""Fuzzy grades: how weak, moderate or strong an intensity is, by trapezoids."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.errors import SettingRefusedError
from pipeline.types import Grade
from pipeline.validation import CheckedModel, misfit, read_checked

MEMBERSHIP_FILE = Path(__file__).with_name("fuzzy_grades.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trapezoid:
    """A membership function: 0 before `start`, 1 from `full` to `full_end`, 0 after `end`."""

    start: float
    full: float
    full_end: float
    end: float

    def degree(self, value: float) -> float:
        """Degree of membership of a value, in [0, 1]."""
        if self.full <= value <= self.full_end:
            return 1.0
        if value < self.full:
            return max(0.0, (value - self.start) / (self.full - self.start))
        return max(0.0, (self.end - value) / (self.end - self.full_end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """The membership functions, and the floors below which a zone is not described.

    Attributes:
        grades: One trapezoid a grade; at any value in [0, 1] their degrees sum to 1.
        floor_intensity: Least intensity of a descriptor.
        floor_share: Least share of a descriptor.

    Reference:
        Zadeh L. A. Fuzzy sets. Information and Control, 1965, 8(3), 338-353. A partition whose
        degrees sum to 1 follows Ruspini E. H., 1969.
    """

    grades: Mapping[Grade, Trapezoid]
    floor_intensity: float
    floor_share: float

    def memberships(self, intensity: float) -> dict[Grade, float]:
        """Degree of membership of an intensity in [0, 1] in each grade; they sum to 1."""
        return {grade: self.grades[grade].degree(intensity) for grade in Grade}


Share = Annotated[float, Field(ge=0, le=1)]


class Floors(CheckedModel):
    """The floors, as the file has them."""

    intensity: Share
    share: Share


class GradesFile(CheckedModel):
    """Each grade's trapezoid by its four corners, and the floors."""

    grades: Mapping[Grade, tuple[Share, Share, Share, Share]]
    floors: Floors

    @model_validator(mode="after")
    def _degrees_sum_to_one(self) -> Self:
        for grade in Grade:
            corners = self.grades.get(grade, ())
            if not corners or list(corners) != sorted(corners):
                raise misfit(f"grades.{grade}", "[a, b, c, d], 0 ≤ a ≤ b ≤ c ≤ d ≤ 1")
        for lower, upper in pairwise(Grade):
            if self.grades[lower][2:] != self.grades[upper][:2]:
                start, full = self.grades[lower][2:]
                raise misfit(f"grades.{upper}", f"[{start:g}, {full:g}, c, d]")
        lowest, *_, highest = Grade
        if self.grades[lowest][:2] != (0, 0):
            raise misfit(f"grades.{lowest}", "[0, 0, c, d]")
        if self.grades[highest][2:] != (1, 1):
            raise misfit(f"grades.{highest}", "[a, b, 1, 1]")
        return self


def load_grading(file: Path = MEMBERSHIP_FILE) -> Grading:
    """Read the membership functions and the floors.

    Args:
        file: A TOML file such as `xai/image/fuzzy_grades.toml`.

    Raises:
        SettingRefusedError: The file is unreadable, or its functions leave a gap or overlap.
    """
    read = read_checked(
        file, GradesFile, lambda flaw: SettingRefusedError(source=file.name, **flaw.parameters)
    )
    return Grading(
        grades={
            grade: Trapezoid(start=start, full=full, full_end=full_end, end=end)
            for grade, (start, full, full_end, end) in read.grades.items()
        },
        floor_intensity=read.floors.intensity,
        floor_share=read.floors.share,
    )
