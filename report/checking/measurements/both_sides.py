"""Checks a measurement of both sides: a value for each, or one against the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.types import Measurement, MeasurementName, Side, SpanKind
from report.checking.measurements.mentions import FREE_WORDS, MeasurementMention, named_side
from report.checking.measurements.relations import denial_of, is_beyond, said_rightly
from report.checking.measurements.values import SCALES, check_value
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import MORE
from report.checking.sentence.units import NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class _BothSides:
    """What a sentence says of a measurement of both sides.

    Attributes:
        name: The measurement's.
        reach: Where it is said.
        valued: The measurement of each side.
        sides: The units that name a side.
        both: The units that mean both.
        order: The sides in the order in which they are said.
        own: The numbers that may be values.
        limits: The numbers that bound them.
    """

    name: MeasurementName
    reach: Segment
    valued: Mapping[Side, Measurement]
    sides: Sequence[int]
    both: Sequence[int]
    order: Sequence[Side]
    own: Sequence[int]
    limits: Sequence[int]

    @property
    def evidence(self) -> dict[str, float]:
        """The value of the first side that was measured, by the measurement's name."""
        return {self.name: next(iter(self.valued.values())).value or 0.0}


def check_both_sides(reading: Reading, mention: MeasurementMention) -> bool:
    """A value for each side, or one side against the other; whether it was that."""
    said = _said_of_both(reading, mention)
    if said is None:
        return False
    if len(said.order) == len(said.own):
        for side, number in zip(said.order, said.own, strict=True):
            good = check_value(reading, number, said.valued[side], frozenset(), mention)
            reading.note(number, bool(good), SpanKind.MEASUREMENT, **said.evidence)
    elif len(said.own) == 1 and _is_side_gap(reading, said):
        reading.note(said.own[0], True, SpanKind.MEASUREMENT, **said.evidence)
    elif said.own:
        return False
    _check_compared(reading, said)
    _check_beyond(reading, said)
    for number in said.limits:
        limits = [one.threshold.value for one in said.valued.values() if one.threshold is not None]
        unit = reading.units[number]
        good = bool(limits) and abs(limits[0] - unit.value) <= unit.tolerance
        reading.note(number, good, SpanKind.MEASUREMENT, **said.evidence)
    checked = (
        said.own
        or said.limits
        or any(unit.good is not None for unit in reading.units[said.reach.start : said.reach.end])
    )
    if said.both and not checked:
        return False
    reading.account(mention.at, *said.sides, *said.both)
    reading.account(*[at - 1 for at in said.sides if at and reading.units[at - 1].tag == "no"])
    words = (*FREE_WORDS, "than", "strong", "each_side")
    reading.account(*reading.tagged(*words, within=said.reach))
    return True


def _is_side_gap(reading: Reading, said: _BothSides) -> bool:
    """Such as "The left dome is higher than the right by 3 mm"."""
    first, second = (one.value or 0.0 for one in said.valued.values())
    unit = reading.units[said.own[0]]
    scale = SCALES.get((next(iter(said.valued.values())).unit, unit.unit))
    if scale is None or len(set(said.order)) != len(Side):
        return False
    return abs(abs(first - second) - unit.value * scale) <= unit.tolerance * scale + 1e-9


def _said_of_both(reading: Reading, mention: MeasurementMention) -> _BothSides | None:
    """What is said of both sides; `None` if one is meant, or not both were measured."""
    same = [one for one in reading.facts.all_measurements if one.name == mention.name]
    valued = {one.side: one for one in same if one.value is not None and one.side is not None}
    if len(valued) != len(Side) or reading.mentions:
        return None
    reach = mention.reach
    sides = reading.tagged(*SIDES, within=reach)
    both = reading.tagged("both", within=reach)
    both = both or ([] if sides else reading.tagged("each_side", within=reach))
    order = [SIDES[reading.units[index].tag] for index in sides]
    named = named_side(reading, mention)
    if named is not None:
        order.insert(sum(index < mention.at for index in sides), named)
    numbers = reading.tagged(NUMBER, within=reach)
    if len(order) == 1 and len(numbers) == len(Side) and reading.has(*MORE, "less", within=reach):
        order.append(next(side for side in Side if side is not order[0]))  # "left is higher, ..."
    own = [index for index in numbers if not _is_bound(reading, index, reach.start)]
    if len(set(order)) != len(Side) and not both and (order or len(own) != len(Side)):
        return None
    if not order and len(own) == len(Side):
        order = [Side.RIGHT, Side.LEFT]
    return _BothSides(
        name=mention.name,
        reach=reach,
        valued=valued,
        sides=sides,
        both=both,
        order=order,
        own=own,
        limits=[index for index in numbers if index not in own],
    )


def _check_compared(reading: Reading, said: _BothSides) -> None:
    """Such as "The right dome is higher than the left", "both lie above the threshold"."""
    words = ("more", "less", "above", "below", "within", "normal")
    for index in reading.unaccounted(*words, within=said.reach):
        compares = reading.units[index].tag in words[:4]
        is_more = reading.units[index].tag in ("more", "above")
        if compares and len(said.order) == len(Side) and not said.limits:
            first, second = (said.valued[side].value or 0.0 for side in said.order)
            good = first > second if is_more else first < second
        else:
            found = [
                said_rightly(reading, index, one, denied=False) for one in said.valued.values()
            ]
            if None in found:
                continue
            good = all(found)
        reading.note(index, good, SpanKind.MEASUREMENT, **said.evidence)


def _check_beyond(reading: Reading, said: _BothSides) -> None:
    """Such as "Neither dome is flattened"."""
    for index in range(said.reach.start, said.reach.end):
        beyond = is_beyond(reading, index, f"{said.name}_beyond")
        if reading.units[index].accounted or not beyond:
            continue
        denial = denial_of(reading, index, said.reach.start)
        found = [
            said_rightly(reading, index, one, denied=denial is not None)
            for one in said.valued.values()
        ]
        if None not in found:
            reading.note(index, all(found), SpanKind.MEASUREMENT, **said.evidence)
            reading.account(*([] if denial is None else [denial]))


def _is_bound(reading: Reading, index: int, start: int) -> bool:
    """Whether a word such as "above" stands before a number, and no other number between."""
    if index and reading.units[index - 1].tag == "difference":
        return False
    before = set()
    for at in range(index - 1, max(start, index - 4) - 1, -1):
        if reading.units[at].tag == NUMBER:
            break
        before.add(reading.units[at].tag)
    bounds = bool(before & {"above", "below", "threshold", "more", "less"})
    return bounds and reading.units[index - 1].text not in (",", "(", ":")
