"""Checks a measurement of both sides: a value for each, or one against the other."""

from pipeline.types import Side, SpanKind
from report.checking.measurements.mentions import FREE_WORDS, MeasurementMention, named_side
from report.checking.measurements.relations import denial_of, is_beyond, said_rightly
from report.checking.measurements.values import check_value
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import NUMBER


def check_both_sides(reading: Reading, mention: MeasurementMention) -> bool:  # noqa: PLR0912, PLR0915
    """A value for each side, or one side against the other; whether it was that."""
    units = reading.units
    span = range(len(units))
    sides = [index for index in span if units[index].tag in SIDES]
    named = named_side(reading, mention)
    order = [Side(units[index].tag) for index in sides]
    if named is not None:
        order.insert(sum(index < mention.at for index in sides), named)
    said = set(order)
    same = [one for one in reading.facts.all_measurements if one.name == mention.name and one.side]
    valued = {one.side: one for one in same if one.value is not None and one.side is not None}
    numbers = [index for index in span if units[index].tag == NUMBER]
    both = [index for index in span if units[index].tag == "both"]
    if not sides and not both and reading.has("each_side"):
        both = reading.tagged("each_side")
    pair = [index for index in numbers if not _is_bound(reading, index)]
    if len(said) != 2 and not both and (order or len(pair) != 2):
        return False
    if len(valued) != 2 or reading.mentions:
        return False
    evidence = {mention.name: next(iter(valued.values())).value or 0.0}
    own = [index for index in numbers if not _is_bound(reading, index)]
    if not order and len(own) == 2:
        order = [Side.RIGHT, Side.LEFT]
    if len(order) == len(own):
        for side, number in zip(order, own, strict=True):
            good = check_value(reading, number, valued[side], frozenset(), mention)
            reading.note(number, bool(good), SpanKind.MEASUREMENT, **evidence)
    elif own:
        return False
    limits = [index for index in numbers if index not in own]
    for index in span:
        tag = units[index].tag
        if tag in ("more", "less", "above", "below") and not units[index].accounted:
            if len(order) == 2 and not limits:
                first, second = (valued[side].value or 0.0 for side in order)
                good = first > second if tag in ("more", "above") else first < second
            else:
                relations = [
                    said_rightly(reading, index, one, denied=False) for one in valued.values()
                ]
                if None in relations:
                    continue
                good = all(relations)
            reading.note(index, good, SpanKind.MEASUREMENT, **evidence)
    for index in span:
        if is_beyond(reading, index, f"{mention.name}_beyond") and not units[index].accounted:
            denial = denial_of(reading, index, 0)
            found = [
                said_rightly(reading, index, one, denied=denial is not None)
                for one in valued.values()
            ]
            if None not in found:
                reading.note(index, all(found), SpanKind.MEASUREMENT, **evidence)
                reading.account(*([] if denial is None else [denial]))
    for number in limits:
        values = [one.threshold.value for one in valued.values() if one.threshold is not None]
        unit = units[number]
        good = bool(values) and abs(values[0] - unit.value) <= unit.tolerance
        reading.note(number, good, SpanKind.MEASUREMENT, **evidence)
    if both and not own and not limits and not any(unit.good is not None for unit in units):
        return False
    reading.account(mention.at, *sides, *both)
    reading.account(
        *[at for at in span if units[at].tag in FREE_WORDS | {"than", "strong", "each_side"}]
    )
    return True


def _is_bound(reading: Reading, index: int) -> bool:
    before = set()
    for at in range(index - 1, max(-1, index - 5), -1):
        if reading.units[at].tag == NUMBER:
            break
        before.add(reading.units[at].tag)
    return bool(before & {"above", "below", "threshold", "more", "less"}) and reading.units[
        index - 1
    ].text not in (",", "(")
