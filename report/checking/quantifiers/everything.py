"""Checks what is said of all zones, or of both."""

from pipeline.types import SpanKind, Zone
from report.checking.quantifiers.counted import BETWEEN
from report.checking.sentence.quantities import kind_of, matches
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import NUMBER


def check_all(reading: Reading) -> None:
    """Such as "All six zones are marked", "all marked zones are weak", "every zone exceeds 0.3"."""
    facts = reading.facts
    for index in reading.tagged("all", "both"):
        if reading.units[index].accounted or reading.mentions or reading.has("together"):
            continue
        segment = reading.segment_of(index)
        noun = reading.neighbours(index, 1, skip=BETWEEN + tuple(COUNTS) + ("there", "methods"))
        tag = "" if noun is None else reading.units[noun].tag
        if tag == "classifier":
            reading.account(index)  # "of all labels"
            continue
        is_pair = reading.units[index].tag == "both"
        after = reading.neighbours(index, 1, skip=("of", "plain"))
        beside = "" if after is None else reading.units[after].tag
        if beside in ("agreement", "share", "intensity", "above", "more", "below", "less"):
            tag = "intensity" if is_pair else tag
        quantified = tag in ("agreement", "share", "intensity") and is_pair
        if tag not in ("zone_noun", "of", "mark", "agreement", "share", "intensity") or (
            is_pair and not (quantified or tag == "zone_noun")
        ):
            continue
        if reading.has("right", "left", within=segment):
            continue
        grades = [
            at
            for at in reading.tagged(*DEGREES, within=segment)
            if reading.units[at].kind is None and not reading.units[at].accounted
        ]
        numbers = [
            at
            for at in range(segment.start, segment.end)
            if reading.units[at].tag == NUMBER and not reading.units[at].accounted
        ]
        if is_pair and (len(facts.items) != 2 or not (numbers or quantified)):
            continue
        denied = reading.denials(segment)
        if grades and facts.items and not denied:
            grade = DEGREES[reading.units[grades[0]].tag]
            reading.note(
                grades[0], all(item.grade is grade for item in facts.items), SpanKind.GRADE
            )
            reading.note(index, None, SpanKind.COUNT)
        elif len(numbers) == 1 and facts.items:
            kind = kind_of(reading, numbers[0])
            name = kind if kind in ("agreement", "share") else "intensity"
            found = [
                matches(reading, numbers[0], {name: getattr(item, name)}) for item in facts.items
            ]
            reading.note(numbers[0], all(found), SpanKind.NUMBER)
            reading.note(index, None, SpanKind.COUNT)
        elif numbers or is_pair:
            continue
        elif not reading.has("right", "left", "both", within=segment) and not reading.mentions:
            counted = len(facts.items)
            good = counted == 0 if denied else counted == len(Zone)
            reading.account(*denied)
            reading.note(index, good, SpanKind.COUNT, regions=float(counted))
