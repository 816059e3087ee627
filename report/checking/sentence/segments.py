"""The statements of a sentence: where one ends and the next begins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from report.checking.sentence.tags import COMPARES, COUNTS, DEGREES, DENIALS, ORDERS
from report.checking.sentence.units import DASH, NUMBER, Unit

_PREDICATES = (
    frozenset({"mark", "intensity", "agreement", "disagree", "share", "absent", "no", NUMBER})
    | DEGREES.keys()
    | COMPARES
    | ORDERS
    | COUNTS.keys()
)
_STOPS = frozenset({"contrast", DASH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Units `start` up to `end` that hold one statement: its places and what is said of them."""

    start: int
    end: int

    def __contains__(self, index: int) -> bool:
        return self.start <= index < self.end


def segments(units: Sequence[Unit], has_place: Callable[[int, int], bool]) -> Iterator[Segment]:
    """Cut where a new statement begins: a place and a predicate both sides of a joint."""
    pieces = list(_pieces(units))
    start = 0
    done: list[tuple[int, int]] = []
    for index, (_, end, forced) in enumerate(pieces):
        whole = has_place(start, end) and _has_predicate(units, start, end)
        more = index + 1 < len(pieces)
        if not more:
            lone = not whole and done and not forced
            stopped = lone and index > 0 and pieces[index - 1][2]
            if lone and not stopped and not _new_subject(units, done[-1], has_place, start, end):
                done[-1] = (done[-1][0], end)
            else:
                done.append((start, end))
        elif forced or (whole and has_place(*pieces[index + 1][:2])):
            done.append((start, end))
            start = end
    yield from (Segment(start=first, end=last) for first, last in done)


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
    denied = [at for at in range(*before) if units[at].tag in DENIALS]
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
