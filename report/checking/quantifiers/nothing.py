"""Checks that no zone is said to be marked, or none of a grade or beyond a number."""

from pipeline.types import SpanKind
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.quantities import kind_of
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import DEGREES
from report.checking.sentence.units import LABEL, NUMBER

_BOUNDED = ("agreement", "share")


def check_nothing(reading: Reading) -> None:
    """No zone at all: "no highlighted regions", "nothing is highlighted"."""
    for segment in reading.segments:
        _check_nothing(reading, segment)


def _check_nothing(reading: Reading, segment: Segment) -> None:
    facts = reading.facts

    def open_units(*tags: str) -> list[int]:
        return reading.unaccounted(*tags, within=segment)

    denials = open_units("no", "absent")
    if (
        reading.zones_in(segment)
        or not denials
        or open_units("right", "left", "both", "one_sided", "other", "except")
    ):
        return
    whole = len(reading.segments) == 1
    if not reading.has("zone_noun", "mark", "intensity", within=None if whole else segment):
        return
    bounds = reading.tagged(NUMBER, within=segment)  # another check may have tried it as a value
    kind = kind_of(reading, bounds[0]) if bounds else ""
    classes = [LABEL, "normal", "abnormal", "confidence", "probability"]
    classes += [] if kind in _BOUNDED else ["agreement"]
    if any(at > denials[0] for at in reading.tagged(*classes, within=segment)):
        return
    evidence = {"regions": float(len(facts.items))}
    grades = open_units(*DEGREES)
    good: bool
    reaching = [
        at
        for at in range(segment.start, segment.end)
        if reading.units[at].is_denial
        or in_table(reading.units[at].text, "reaching", facts.language)
    ]
    if bounds and (reaching or reading.has("above", "more", "at_least")):  # "none exceeds 0.8"
        limit = reading.units[bounds[0]]
        name = kind if kind in _BOUNDED else "intensity"
        reached = limit.value + limit.tolerance
        good = all(getattr(item, name) <= reached for item in facts.items)
        limit.good = None
        reading.account(bounds[0], *reaching)
        reading.account(*reading.tagged("above", "more", "at_least", "than"))
    elif bounds and reading.has("below", "less", "at_most"):  # "nowhere below 0.6"
        limit = reading.units[bounds[0]]
        name = kind if kind in _BOUNDED else "intensity"
        reached = limit.value - limit.tolerance
        good = all(getattr(item, name) >= reached for item in facts.items)
        limit.good = None
        reading.account(bounds[0], *reading.tagged("below", "less", "at_most", "than"))
    elif grades:
        grade = DEGREES[reading.units[grades[0]].tag]
        good = all(item.grade is not grade for item in facts.items)
        reading.account(*grades, *reading.tagged("below"))
    else:
        good = not facts.items
    reading.account(*open_units("all", "six"), *denials[1:])
    reading.note(denials[0], good, SpanKind.ZONE, **evidence)
