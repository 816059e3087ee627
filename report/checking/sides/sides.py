"""Checks the sides that a sentence speaks of without a zone."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Side, SpanKind
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import DEGREES
from report.checking.sides.totals import agreeing_side, open_sides, stronger_side

_LITTLE_WORDS = ("of", "plain", "mark", "lung")


def note_sides(reading: Reading, indices: Sequence[int], good: bool | None) -> None:
    """Account for units that state a side, with the sides that hold anything."""
    listed = ", ".join(side.value for side in Side if side in reading.facts.sides)
    for at in indices:
        reading.note(at, good, SpanKind.SIDE, sides=listed)


def check_sides(reading: Reading) -> None:
    """The sides that a sentence speaks of without a zone."""
    for index in reading.tagged("one_sided"):
        segment = reading.segment_of(index)
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        note_sides(reading, [index], (len(reading.facts.sides) == 1) != bool(denied))
    for segment in reading.segments:
        _check_segment(reading, segment)


def _check_segment(reading: Reading, segment: Segment) -> None:
    both = reading.unaccounted("both", within=segment)
    sides = open_sides(reading, segment)
    paired = [at for at in both if _pairs(reading, at)]
    if both and not paired:
        _check_both(reading, segment, both, sides)
    elif paired:  # "two zones, both on the right"
        side = reading.neighbours(paired[0], 1, skip=_LITTLE_WORDS)
        if side is not None:
            said = {SIDES[reading.units[side].tag]}
            note_sides(reading, [*paired, side], reading.facts.sides == said)
    elif len(sides) == len(Side):
        _check_two(reading, segment, sides)
    elif len(sides) == 1:
        _check_single(reading, segment, sides[0])


def _pairs(reading: Reading, index: int) -> bool:
    """Whether one side, and no zone of it, follows "both": they lie on that side."""
    side = reading.neighbours(index, 1, skip=_LITTLE_WORDS)
    if side is None or reading.units[side].tag not in SIDES:
        return False
    inside = any(one.first <= side <= one.last for one in reading.mentions)
    named = len({one.tag for one in reading.units[index:] if one.tag in SIDES})
    return not inside and named == 1


def _check_both(
    reading: Reading, segment: Segment, both: Sequence[int], sides: Sequence[int]
) -> None:
    """Such as "Both lungs are marked", "on both sides, more on the right"."""
    facts = reading.facts
    side = reading.neighbours(both[-1], 1, skip=_LITTLE_WORDS)
    if side is not None and reading.units[side].tag == "one_sided":
        reading.account(*both)  # "two zones, both in one lung"
        return
    denied = reading.denials(segment)
    good = facts.sides == set(Side)
    if denied:
        good = (not facts.sides) if _reaches_each(reading, denied, both) else not good
        reading.account(*denied)
    words = reading.unaccounted("max", "min", within=segment)
    words += reading.unaccounted("more", "less", within=segment)
    grades = _free_grades(reading, segment)
    note_sides(reading, both, good)
    reading.account(*reading.tagged("all", within=segment))
    if grades:
        _check_side_grade(reading, grades[0], facts.items)
    if len(sides) == 1 and words:
        _check_stronger(reading, segment, words, sides[0])


def _check_two(reading: Reading, segment: Segment, sides: Sequence[int]) -> None:
    """Such as "On the right and on the left", "the right predominates over the left"."""
    extremes = reading.unaccounted("max", "min", within=segment)
    denied = _denied_side(reading, segment, sides)
    if len(denied) == len(Side) and denied[0] < sides[0] < denied[1] < sides[1]:
        reading.account(*denied)  # "neither the right nor the left lung"
        note_sides(reading, sides, not reading.facts.sides)
        return
    if denied:
        return
    if not extremes:
        note_sides(reading, sides, reading.facts.sides == set(Side))
    elif sides[0] < extremes[0] < sides[1]:
        _check_stronger(reading, segment, extremes, sides[0])
        note_sides(reading, sides[1:], None)


def _check_single(reading: Reading, segment: Segment, side: int) -> None:
    """One side: stronger or weaker than the other, or marked, or not."""
    denied = _denied_side(reading, segment, [side])
    words = reading.unaccounted("max", "min", within=segment)
    if not words and not denied:
        words = reading.unaccounted("more", "less", within=segment)
    if words:
        _check_stronger(reading, segment, words, side)
    else:
        whole = reading.unaccounted("all", within=segment)
        _check_one_side(reading, side, whole, denied, _free_grades(reading, segment))


def _denied_side(reading: Reading, segment: Segment, sides: Sequence[int]) -> list[int]:
    """What denies a side: "neither the upper zones nor any on the left"."""
    denied = reading.denials(segment)
    if denied:
        return denied
    last = max((one.last for one in reading.zones_in(segment)), default=sides[0])
    return [at for at in reading.tagged("no", within=segment) if last < at < sides[0]]


def _free_grades(reading: Reading, segment: Segment) -> list[int]:
    """The degrees that no check has used."""
    degrees = reading.unaccounted(*DEGREES, within=segment)
    return [at for at in degrees if reading.units[at].kind is None]


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
