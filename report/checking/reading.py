"""One sentence as the checks see it: its units, zones, segments, and what was measured."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.types import Grade, Side, SpanKind, Zone
from report.checking.lexicon import DASH, NUMBER, Unit
from report.checking.places import ZoneMention
from report.writing.facts import Facts

DEGREES = {grade.value: grade for grade in Grade}
COUNTS = {
    word: number
    for number, word in enumerate(("zero", "one", "two", "three", "four", "five", "six"))
}
COMPARES = frozenset({"more", "less", "above", "below", "equal"})
ORDERS = frozenset({"max", "min", "second", "third", "fourth", "fifth", "sixth", "then"})
QUANTITIES = frozenset({"intensity", "agreement", "share", "confidence", "probability"})
_PREDICATES = (
    frozenset({"mark", "intensity", "agreement", "disagree", "share", "absent", "no", NUMBER})
    | DEGREES.keys()
    | COMPARES
    | ORDERS
    | COUNTS.keys()
)
_DENIES = frozenset({"no", "absent"})
_STOPS = frozenset({"contrast", DASH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Units `start` up to `end` that hold one statement: its places and what is said of them."""

    start: int
    end: int

    def __contains__(self, index: int) -> bool:
        return self.start <= index < self.end


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
        self.segments = list(_segments(self.units, self._is_place))

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

    def has(self, *tags: str, within: Segment | None = None) -> bool:
        """Whether there is such a unit."""
        return bool(self.tagged(*tags, within=within))

    def segment_of(self, index: int) -> Segment:
        """The segment that a unit stands in."""
        return next(segment for segment in self.segments if index in segment)

    def denials(self, segment: Segment) -> list[int]:
        """Words of a segment that deny, and that no check has dealt with yet."""
        return [
            index
            for index in self.tagged(*_DENIES, within=segment)
            if not self.units[index].accounted
        ]

    def near_denials(self, index: int) -> list[int]:
        """The open denials of a unit's segment with no comma or colon between."""
        return [
            at
            for at in self.denials(self.segment_of(index))
            if not any(
                unit.text in (",", ":", ";") for unit in self.units[min(at, index) : max(at, index)]
            )
        ]

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


def _segments(units: Sequence[Unit], has_place: Callable[[int, int], bool]) -> Iterator[Segment]:
    """Cut where a new statement begins: a place and a predicate both sides of a joint."""
    pieces = list(_pieces(units))
    start, end = 0, 0
    done: list[tuple[int, int]] = []
    for index, (first, last, forced) in enumerate(pieces):
        end = last
        whole = has_place(start, end) and _has_predicate(units, start, end)
        more = index + 1 < len(pieces)
        if not more:
            lone = not whole and done and not forced
            stopped = lone and index > 0 and pieces[index - 1][2]
            if lone and not stopped and not _new_subject(units, done[-1], has_place, start, end):
                done[-1] = (done[-1][0], end)
            else:
                done.append((start, end))
        elif forced or (whole and _begins_anew(units, pieces[index + 1], has_place)):
            done.append((start, end))
            start = end
        del first
    yield from (Segment(start=first, end=last) for first, last in done)


def _begins_anew(
    units: Sequence[Unit], piece: tuple[int, int, bool], has_place: Callable[[int, int], bool]
) -> bool:
    """Whether what follows a joint names a place of its own."""
    return has_place(piece[0], piece[1])


def _new_subject(
    units: Sequence[Unit],
    before: tuple[int, int],
    has_place: Callable[[int, int], bool],
    start: int,
    end: int,
) -> bool:
    """Whether "..., the other is" turns a denial before it: the denial stands after its places."""
    again = units[start].tag == "joins" and " " in units[start].text  # ", as well as B"
    if again or not has_place(start, end):
        return False
    denied = [at for at in range(*before) if units[at].tag in _DENIES]
    return bool(denied) and has_place(before[0], denied[0])


def _pieces(units: Sequence[Unit]) -> Iterator[tuple[int, int, bool]]:
    """Parts between joints, and whether the joint at the end parts statements in any case."""
    start = 0
    for index, unit in enumerate(units):
        forced = unit.tag in _STOPS or unit.text == ";"
        if forced or unit.tag == "joins" or unit.text == ",":
            yield start, index + 1, forced
            start = index + 1
    if start < len(units):
        yield start, len(units), False


def _has_predicate(units: Sequence[Unit], start: int, end: int) -> bool:
    return any(unit.tag in _PREDICATES for unit in units[start:end])
