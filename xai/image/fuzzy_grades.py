"""Fuzzy grades: how weak, moderate or strong an intensity is, by trapezoids."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.types import Grade

MEMBERSHIP_FILE = Path(__file__).with_name("fuzzy_grades.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trapezoid:
    """A membership function: 0 before `start`, 1 from `full` to `full_end`, 0 after `end`."""

    start: float
    full: float
    full_end: float
    end: float

    def __post_init__(self) -> None:
        if not self.start <= self.full <= self.full_end <= self.end:
            raise SettingsError(name="membership")

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

    def __post_init__(self) -> None:
        if set(self.grades) != set(Grade):
            raise SettingsError(name="membership")
        ordered = [self.grades[grade] for grade in Grade]
        joined = all(
            (lower.full_end, lower.end) == (upper.start, upper.full)
            for lower, upper in pairwise(ordered)
        )
        first, last = ordered[0], ordered[-1]
        ends = (first.start, first.full, last.full_end, last.end)
        if not joined or ends != (0.0, 0.0, 1.0, 1.0):
            raise SettingsError(name="membership")

    def memberships(self, intensity: float) -> dict[Grade, float]:
        """Degree of membership of an intensity in [0, 1] in each grade; they sum to 1."""
        return {grade: self.grades[grade].degree(intensity) for grade in Grade}


def load_grading(file: Path = MEMBERSHIP_FILE) -> Grading:
    """Read the membership functions and the floors.

    Args:
        file: A TOML file such as `xai/membership.toml`.

    Raises:
        SettingsError: The file is unreadable, or its functions leave a gap or overlap.
    """
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
        grades = {
            Grade(name): Trapezoid(start=start, full=full, full_end=full_end, end=end)
            for name, (start, full, full_end, end) in read["grades"].items()
        }
        floors = read["floors"]
        return Grading(
            grades=grades,
            floor_intensity=float(floors["intensity"]),
            floor_share=float(floors["share"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(name="membership") from error
