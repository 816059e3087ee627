"""Checks a range of all zones: "all three intensities lie between 0.26 and 0.83"."""

from itertools import pairwise

from pipeline.types import SpanKind
from report.checking.sentence.quantities import is_free_number, kind_of
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS

_ZONE_KINDS = ("intensity", "agreement", "share")


def check_ranges(reading: Reading) -> None:
    """Whether the values of all zones lie in a range that ends at the least and the greatest."""
    free = [at for at in range(len(reading.units)) if is_free_number(reading, at)]
    facts = reading.facts
    for first, last in pairwise(free):
        opening = [at for at in reading.unaccounted("ranging") if at == first - 1]
        kind = kind_of(reading, first) or "intensity"
        if not opening or reading.mentions or kind not in _ZONE_KINDS or not facts.items:
            continue
        values = [float(getattr(item, kind)) for item in facts.items]
        ends = ((first, min(values)), (last, max(values)))
        for at, value in ends:
            unit = reading.units[at]
            good = abs(unit.value - value) <= unit.tolerance + _ROUNDED
            reading.note(at, good, SpanKind.NUMBER, **{kind: value})
        words = reading.tagged("all", "within", "at_most", "at_least", "several", *COUNTS)
        reading.account(*opening, *words)


_ROUNDED = 1e-6
