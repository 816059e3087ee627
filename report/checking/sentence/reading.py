"""One sentence as the checks see it: its units, zones, segments, and what was measured."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.types import Side, SpanKind, Zone
from report.checking.sentence.places import ZoneMention
from report.checking.sentence.segments import Segment, segments
from report.checking.sentence.tags import DEGREES, DENIALS
from report.checking.sentence.units import Unit
from report.writing.facts import Facts


@dataclass(slots=True, kw_only=True)
class Reading:
    """One sentence taken apart, and what was measured.

    Attributes:
        facts: What was measured.
        units: Its units; the checks account for them and note what they found.
        mentions: The zones it names.
        context: The zones of the sentence before.
        segments: Its statements.
        excepted: The zones that were checked as the exceptions of "all zones except".
    """

    facts: Facts
    units: list[Unit]
    mentions: list[ZoneMention]
    context: tuple[Zone, ...] = ()
    segments: list[Segment] = field(default_factory=list)
    excepted: frozenset[Zone] = frozenset()

    def __post_init__(self) -> None:
        self.segments = list(segments(self.units, self._is_place))

    def _is_place(self, start: int, end: int) -> bool:
        named = any(start <= mention.first < end for mention in self.mentions)
        places = ("right", "left", "both", "other", *DEGREES) if not named else ()
        return named or any(unit.tag in places[:4] for unit in self.units[start:end])

    def zones_in(self, segment: Segment) -> list[ZoneMention]:
        """The zones that a segment names."""
        return [mention for mention in self.mentions if mention.first in segment]

    def tagged(self, *tags: str, within: Segment | None = None) -> list[int]:
        """The units of some tables, by index."""
        first, last = (0, len(self.units)) if within is None else (within.start, within.end)
        return [index for index in range(first, last) if self.units[index].tag in tags]

    def unaccounted(self, *tags: str, within: Segment | None = None) -> list[int]:
        """The units of some tables that no check has dealt with yet, by index."""
        return [at for at in self.tagged(*tags, within=within) if not self.units[at].accounted]

    def has(self, *tags: str, within: Segment | None = None) -> bool:
        """Whether there is such a unit."""
        return bool(self.tagged(*tags, within=within))

    def segment_of(self, index: int) -> Segment:
        """The segment that a unit stands in."""
        return next(segment for segment in self.segments if index in segment)

    def clause_of(self, index: int) -> Segment:
        """The units between the commas, semicolons or parentheses round a unit."""
        ends = [at for at, unit in enumerate(self.units) if unit.text in (",", ";")]
        start = max((at + 1 for at in ends if at < index), default=0)
        return Segment(
            start=start, end=min((at for at in ends if at > index), default=len(self.units))
        )

    def denials(self, segment: Segment) -> list[int]:
        """Words of a segment that deny, and that no check has dealt with yet."""
        return [
            index
            for index in self.tagged(*DENIALS, within=segment)
            if not self.units[index].accounted
        ]

    def near_denials(self, index: int) -> list[int]:
        """The open denials of a unit's segment with no comma or colon between."""
        return [
            at
            for at in self.denials(self.segment_of(index))
            if not self._parted(min(at, index), max(at, index))
        ]

    def _parted(self, first: int, last: int) -> bool:
        """Whether a comma, colon or semicolon outside parentheses stands between two units."""
        depth = 0
        for unit in self.units[first:last]:
            depth += (unit.text == "(") - (unit.text == ")")
            if depth == 0 and unit.text in (",", ":", ";"):
                return True
        return False

    def neighbours(self, index: int, step: int, *, skip: Iterable[str]) -> int | None:
        """The next unit in a direction, past those of some tables."""
        passed = frozenset(skip)
        index += step
        while 0 <= index < len(self.units):
            if self.units[index].tag not in passed:
                return index
            index += step
        return None

    def note(self, index: int, good: bool | None, kind: SpanKind, **evidence: float | str) -> None:
        """Account for a unit, with what was found of it; `None` decides nothing."""
        unit = self.units[index]
        unit.accounted = True
        unit.kind = kind
        if good is not None:
            unit.good = good if unit.good is None else unit.good and good
        unit.evidence |= evidence

    def account(self, *indices: int) -> None:
        """Account for units that say nothing by themselves."""
        for index in indices:
            self.units[index].accounted = True

    @property
    def sides(self) -> frozenset[Side]:
        """The sides that hold anything."""
        return self.facts.sides
