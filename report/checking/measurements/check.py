"""Checks what a sentence says of the chest measurements: value, threshold, meaning."""

from collections.abc import Sequence

from pipeline.types import Measurement, MeasurementName, Side, SpanKind
from report.checking.measurements.both_sides import check_both_sides
from report.checking.measurements.mentions import (
    FREE_WORDS,
    MeasurementMention,
    measurement_mentions,
    name_structures,
    named_side,
)
from report.checking.measurements.relations import check_relation
from report.checking.measurements.unmeasured import check_unmeasured
from report.checking.measurements.values import check_value
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import NUMBER
from report.writing.facts import Hyperinflation

_BOUND_WORDS = frozenset(
    {
        "threshold",
        "above",
        "below",
        "more",
        "less",
        "than",
        "near",
        "within",
        "at_most",
        "at_least",
        "for_adults",
        "equal",
    }
)


def check_measurements(reading: Reading) -> None:
    """Check what is said of measurements; their units are accounted for."""
    check_unmeasured(reading)
    name_structures(reading)
    for mention in measurement_mentions(reading):
        if reading.units[mention.at].accounted:
            continue
        if not check_both_sides(reading, mention):
            _check_measurement(reading, mention)
    _check_hyperinflation(reading)


def _check_measurement(reading: Reading, mention: MeasurementMention) -> None:
    units = reading.units
    span = range(mention.start, mention.end)
    sides = [index for index in span if units[index].tag in SIDES]
    sided = any(one.side for one in reading.facts.all_measurements if one.name == mention.name)
    if sided and not sides and not reading.mentions:  # "on the left, the dome measures 2.5 cm"
        elsewhere = reading.tagged(*SIDES)
        sides = elsewhere if len(elsewhere) == 1 else []
    side = Side(units[sides[0]].tag) if sides else named_side(reading, mention)
    measurement = _measurement_of(reading, mention.name, side)
    numbers = [index for index in span if units[index].tag == NUMBER]
    if measurement is None or measurement.value is None:
        unmeasured = [index for index in span if units[index].tag == "not_measured_word"]
        for index in unmeasured:
            reading.note(index, True, SpanKind.MEASUREMENT)
            reading.account(mention.at, *[at for at in span if units[at].tag == "no"])
        for index in [] if unmeasured else numbers:  # a value of what was not measured
            reading.note(index, False, SpanKind.MEASUREMENT)
        return
    evidence = {mention.name: measurement.value}
    reading.note(mention.at, None, SpanKind.MEASUREMENT, **evidence)
    reading.account(*sides, *[index for index in span if units[index].tag in FREE_WORDS])
    if mention.name == "cardiothoracic_ratio":
        reading.account(*[index for index in span if _is_chest(reading, index)])
    bounds = {number: _bound_words(reading, number, mention, numbers) for number in numbers}
    for number in numbers:
        good = check_value(reading, number, measurement, bounds[number], mention)
        if good is not None:
            reading.note(number, good, SpanKind.MEASUREMENT, **evidence)
    check_relation(reading, mention, measurement, bounds)


def _is_chest(reading: Reading, index: int) -> bool:
    return in_table(reading.units[index].text, "chest_itself", reading.facts.language)


def _measurement_of(
    reading: Reading, name: MeasurementName, side: Side | None
) -> Measurement | None:
    same = [one for one in reading.facts.all_measurements if one.name == name]
    sided = [one for one in same if side is None or one.side in (side, None)]
    valued = [one for one in sided if one.value is not None]
    return next(iter(valued or sided), None)


def _bound_words(
    reading: Reading, number: int, mention: MeasurementMention, numbers: Sequence[int]
) -> frozenset[str]:
    """The words between the number before, or the name, and a number, that make it a bound."""
    previous = [one for one in numbers if one < number]
    start = previous[-1] + 1 if previous else min(mention.at + 1, number)
    if number < mention.at and not previous:
        start = mention.start
    tags = {unit.tag for unit in reading.units[start:number]}
    return frozenset(tags & (_BOUND_WORDS | {"interval"}))


def _check_hyperinflation(reading: Reading) -> None:
    """What is said of over-inflated lungs, where measurements could say it."""
    facts = reading.facts
    for index in reading.tagged("hyperinflation"):
        if facts.hyperinflation is None:
            continue
        said = Hyperinflation.FITS
        undecided = reading.tagged("undecided", "uncertain")
        denials = reading.unaccounted("no")
        if undecided:
            said = Hyperinflation.OPEN
            reading.account(*undecided, *denials)
        elif denials:
            said = Hyperinflation.NONE
        reading.account(*denials, *reading.tagged("fits", "for_adults", "threshold"))
        good = said is facts.hyperinflation
        reading.note(index, good, SpanKind.MEASUREMENT, hyperinflation=facts.hyperinflation.value)
