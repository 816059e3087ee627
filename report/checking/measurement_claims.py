"""Checks what a sentence says of the chest measurements: value, threshold, meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.types import (
    Language,
    Measurement,
    MeasurementName,
    MeasurementUnit,
    ThresholdRelation,
)
from pipeline.words import words_of
from report.checking.mentions import is_denied, pattern, says, zone_mentions
from report.checking.tally import Tally
from report.writing.facts import Facts, Hyperinflation

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)\s?(%|mm|мм)?(?!\w*\d)")
_LONG = {
    MeasurementUnit.CM: 10.0,
    MeasurementUnit.RATIO: 100.0,
}  # millimetres or percent in one of the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """What a sentence says of one measurement, from its name on."""

    name: MeasurementName
    start: int
    end: int


def check_measurements(found: Tally, sentence: str, facts: Facts) -> str:
    """Check what a sentence says of measurements.

    Args:
        found: Where the outcome goes; a measurement's value is noted under its name.
        sentence: The sentence.
        facts: What was measured.

    Returns:
        The sentence with what was said of measurements blanked out: it speaks of no zone.
    """
    rest = sentence
    for span in _spans(sentence, facts.language):
        _check_measurement(found, sentence[span.start : span.end], span.name, facts)
        blank = " " * (span.end - span.start)
        rest = rest[: span.start] + blank + rest[span.end :]
    _check_hyperinflation(found, sentence, facts)
    return rest


def _spans(sentence: str, language: Language) -> Iterator[_Span]:
    """Each measurement's part of a sentence: to the next measurement, to a zone, or to the end."""
    starts = sorted(
        (match.start(), name)
        for name in words_of(language).report["measurements"]["names"]
        for match in pattern(language, name).finditer(sentence)
    )
    zones = [mention.at for mention in zone_mentions(sentence, language)]
    for index, (start, name) in enumerate(starts):
        following = [place for place, _ in starts[index + 1 :]] + zones
        end = min((place for place in following if place > start), default=len(sentence))
        yield _Span(name=name, start=start, end=end)


def _check_measurement(found: Tally, text: str, name: MeasurementName, facts: Facts) -> None:
    measurement = facts.measures.get(name)
    language = facts.language
    relation = _said_relation(text, language)
    numbers = [match for match in _NUMBER.finditer(text) if match.group(1)]
    if measurement is None or measurement.value is None:
        if relation is not None or numbers:
            found.note(False, **{name: "absent"})
        return
    evidence = {name: measurement.value}
    for match in numbers:
        found.note(_is_of(measurement, match), **evidence)
    if relation is not None:
        found.note(relation is measurement.relation, **evidence)
    clear = bool(measurement.beyond_threshold) and not measurement.is_borderline
    within = pattern(language, "measurement_within").search(text)
    if within is not None and relation is None:
        outside = says(language, "denied", text[: within.start()])
        found.note(clear if outside else _is_within(measurement), **evidence)
    beyond = pattern(language, f"{name}_beyond").search(text)
    if beyond is not None:
        found.note(clear != is_denied(text, beyond.start(), language), **evidence)


def _is_within(measurement: Measurement) -> bool:
    """Whether the value lies clearly on the normal side of its threshold."""
    return measurement.beyond_threshold is False and not measurement.is_borderline


def _said_relation(text: str, language: Language) -> ThresholdRelation | None:
    """Where a text says that the value lies; "not above" is below."""
    if says(language, "measurement_near", text):
        return ThresholdRelation.NEAR
    above, below = ThresholdRelation.ABOVE, ThresholdRelation.BELOW
    for relation, other in ((above, below), (below, above)):
        match = pattern(language, f"measurement_{relation}").search(text)
        if match is not None:
            return other if says(language, "denied", text[: match.start()]) else relation
    return None


def _is_of(measurement: Measurement, match: re.Match[str]) -> bool:
    """Whether a number is the measurement's value, an end of its interval or its threshold."""
    digits, unit = match.group(1).replace(",", "."), match.group(2)
    scale = _LONG.get(measurement.unit, 1.0) if unit else 1.0
    tolerance = 0.5 * 10.0 ** -len(digits.partition(".")[2]) / scale
    threshold = measurement.threshold.value if measurement.threshold else None
    stated = [
        value
        for value in (measurement.value, measurement.low, measurement.high, threshold)
        if value is not None
    ]
    return any(
        abs(one - float(digits) / scale) <= tolerance + 1e-9
        for value in stated
        for one in (value, round(value, measurement.unit.digits))  # the prompt states it rounded
    )


def _check_hyperinflation(found: Tally, sentence: str, facts: Facts) -> None:
    """What is said of over-inflated lungs, where measurements could say it."""
    match = pattern(facts.language, "hyperinflation").search(sentence)
    if match is None or facts.hyperinflation is None:
        return
    said = Hyperinflation.FITS
    if says(facts.language, "undecided", sentence):
        said = Hyperinflation.OPEN
    elif is_denied(sentence, match.start(), facts.language):
        said = Hyperinflation.NONE
    found.note(said is facts.hyperinflation, hyperinflation=facts.hyperinflation.value)
