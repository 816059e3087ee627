"""Checks what a sentence says of the agreement of the methods, without a number."""

from pipeline.types import Descriptor, Grade, SpanKind
from report.checking.sentence.reading import Reading

_WELL_FROM, _POOR_TO = 0.55, 0.5
_PART = (0.3, 0.75)


def check_agreement(reading: Reading, index: int, degree: str) -> None:
    """Such as "The methods agree well there": by degree."""
    items = items_near(reading, index)
    if not items:
        return
    cue = reading.tagged("agreement", "disagree", within=reading.segment_of(index))
    before = reading.units[index - 1] if index else None
    denied = before is not None and before.tag == "no"
    if denied:
        reading.account(index - 1)
    value = max(item.agreement for item in items)
    if degree == Grade.WEAK:
        value = min(item.agreement for item in items)
        good = value <= _POOR_TO
    elif degree == Grade.STRONG:
        good = value >= _WELL_FROM
    else:
        good = any(_PART[0] <= item.agreement <= _PART[1] for item in items)
    evidence = {f"{item.zone}.agreement": item.agreement for item in items}
    reading.note(index, good != denied, SpanKind.AGREEMENT, **evidence)
    reading.account(*cue)


def check_agreement_words(reading: Reading) -> None:
    """Such as "The methods agree there", "they differ": without number or degree."""
    for index in reading.tagged("agreement", "disagree"):
        unit = reading.units[index]
        segment = reading.segment_of(index)
        numbers = any(
            one.kind is SpanKind.NUMBER
            and (at in segment or any(name.endswith(".agreement") for name in one.evidence))
            for at, one in enumerate(reading.units)
        )
        numbers = numbers and unit.tag == "agreement"
        if unit.accounted or numbers or reading.has(*COMPARING, within=segment):
            continue
        if unit.tag == "agreement" and not reading.has("methods"):
            continue
        items = items_near(reading, index)
        denied = [at for at in reading.denials(segment) if at < index]
        if not items:
            continue
        differs = (unit.tag == "disagree") != bool(denied)
        reading.account(*denied)
        value = (
            min(item.agreement for item in items)
            if differs
            else max(item.agreement for item in items)
        )
        good: bool | None = value <= _POOR_TO if differs else value >= _PART[0]
        evidence = {f"{item.zone}.agreement": item.agreement for item in items}
        reading.note(index, good, SpanKind.AGREEMENT, **evidence)


COMPARING = ("max", "min", "more", "less", "equal")


def items_near(reading: Reading, index: int) -> list[Descriptor]:
    """The descriptors that a word is of: its segment's, the sentence's, those before, or all."""
    facts = reading.facts
    zones = [mention.zone for mention in reading.zones_in(reading.segment_of(index))]
    zones = zones or [mention.zone for mention in reading.mentions] or list(reading.context)
    found = [facts.zones[zone] for zone in zones if zone in facts.zones]
    return found or ([] if zones else list(facts.items))
