"""Checks the sides that a sentence speaks of without a zone."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Side, SpanKind
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import DEGREES
from report.checking.sides.totals import agreeing_side, open_sides, stronger_side


def note_sides(reading: Reading, indices: Sequence[int], good: bool | None) -> None:
    listed = ", ".join(side.value for side in Side if side in reading.facts.sides)
    for at in indices:
        reading.note(at, good, SpanKind.SIDE, sides=listed)


def check_sides(reading: Reading) -> None:  # noqa: PLR0912
    """The sides that a sentence speaks of without a zone."""
    facts = reading.facts
    for index in reading.tagged("one_sided"):
        segment = reading.segment_of(index)
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        note_sides(reading, [index], (len(facts.sides) == 1) != bool(denied))
    for segment in reading.segments:
        both = [
            at for at in reading.tagged("both", within=segment) if not reading.units[at].accounted
        ]
        sides = open_sides(reading, segment)
        paired = [at for at in both if len(sides) == 1 and 0 < sides[0] - at <= 3]
        both = [] if paired else both  # "two zones, both on the right"
        whole = [
            at for at in reading.tagged("all", within=segment) if not reading.units[at].accounted
        ]
        extremes = [
            at
            for at in reading.tagged("max", "min", within=segment)
            if not reading.units[at].accounted
        ]
        compared = [
            at
            for at in reading.tagged("more", "less", within=segment)
            if not reading.units[at].accounted
        ]
        denied = reading.denials(segment)
        if sides and not denied:  # "neither the upper zones nor any on the left"
            last = max((one.last for one in reading.zones_in(segment)), default=sides[0])
            denied = [at for at in reading.tagged("no", within=segment) if last < at < sides[0]]
        grades = [
            at
            for at in reading.tagged(*DEGREES, within=segment)
            if reading.units[at].kind is None and not reading.units[at].accounted
        ]
        if both:
            good = facts.sides == set(Side)
            if denied:
                good = (not facts.sides) if _reaches_each(reading, denied, both) else not good
                reading.account(*denied)
            note_sides(reading, both, good)
            reading.account(*whole)
            if grades:
                _check_side_grade(reading, grades[0], facts.items)
            if len(sides) == 1 and (extremes or compared):
                _check_stronger(reading, segment, [*extremes, *compared], sides[0])
        elif len(sides) == 2 and not denied and not extremes:
            note_sides(reading, sides, facts.sides == set(Side))
        elif len(sides) == 2 and not denied and sides[0] < extremes[0] < sides[1]:
            _check_stronger(reading, segment, extremes, sides[0])  # "predominates over the left"
            note_sides(reading, sides[1:], None)
        elif len(sides) == 1 and paired:
            note_sides(
                reading, [*paired, *sides], facts.sides == {Side(reading.units[sides[0]].tag)}
            )
        elif len(sides) == 1 and extremes:
            _check_stronger(reading, segment, extremes, sides[0])
        elif len(sides) == 1 and compared and not denied:
            _check_stronger(reading, segment, compared, sides[0])
        elif len(sides) == 1:
            _check_one_side(reading, sides[0], whole, denied, grades)


def _check_stronger(reading: Reading, segment: Segment, words: Sequence[int], side: int) -> None:
    """Whether a side is the stronger, or the weaker, as a word says."""
    about_agreement = reading.has("agreement", within=segment)
    stronger = agreeing_side(reading) if about_agreement else stronger_side(reading)
    is_less = reading.units[words[0]].tag in ("min", "less")
    if stronger is not None:
        said = Side(reading.units[side].tag)
        note_sides(reading, [*words, side], (stronger is said) != is_less)


def _reaches_each(reading: Reading, denied: Sequence[int], both: Sequence[int]) -> bool:
    """Whether a denial after "both" denies each ("both lungs are free"), not their being two."""
    return reading.units[denied[0]].tag == "absent" or denied[0] > both[0]


def _check_one_side(
    reading: Reading, index: int, whole: Sequence[int], denied: Sequence[int], grades: Sequence[int]
) -> None:
    facts = reading.facts
    side = Side(reading.units[index].tag)
    items = [item for item in facts.items if item.zone.side is side]
    if grades:
        _check_side_grade(reading, grades[0], items)
        note_sides(reading, [index], bool(items))
        return
    if whole and not denied:
        marks = reading.tagged("mark")
        if [at for at in marks if at > index or at < whole[0]] and whole[0] < index:
            note_sides(reading, [index, *whole], len(items) == 3)  # "all zones of the right lung"
        else:
            note_sides(reading, [index, *whole], facts.sides == {side})  # "all lie on the right"
        return
    good = (not items) if denied else bool(items)
    if reading.has("distribution") and not denied:  # "the distribution is left-sided"
        good = facts.sides == {side}
    note_sides(reading, [index], good)
    reading.account(*denied, *whole)


def _check_side_grade(reading: Reading, index: int, items: Sequence[Descriptor]) -> None:
    grade = DEGREES[reading.units[index].tag]
    right = [item.grade is grade for item in items]
    if right and len(set(right)) == 1:
        reading.note(index, right[0], SpanKind.GRADE)
    elif right:
        return
    else:
        reading.note(index, False, SpanKind.GRADE)
