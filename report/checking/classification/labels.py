"""Checks labels: asserted, denied, found."""

from collections.abc import Mapping

from pipeline.types import SpanKind
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import LABEL, NUMBER

_UNLIKELY_TO = 0.2
_CUES = ("classifier", "likeliest", "confidence", "probability", "uncertain", "sure")


def label_of(reading: Reading, index: int) -> str:
    """The label that a unit names."""
    unit = reading.units[index]
    return reading.facts.prediction.normal_label if unit.tag == "normal" else unit.label


def probability_evidence(reading: Reading, index: int) -> Mapping[str, float]:
    label = label_of(reading, index)
    prediction = reading.facts.prediction
    return {label: prediction.probability(label)}


def check_label(reading: Reading, index: int, *, named_with_number: bool) -> None:  # noqa: PLR0911
    """A label asserted or denied."""
    unit = reading.units[index]
    if unit.accounted:
        return
    prediction = reading.facts.prediction
    if reading.has("uncertain") and len(reading.tagged(LABEL)) == 2:
        ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
        good = label_of(reading, index) in ranked[:2]
        reading.note(index, good, SpanKind.LABEL, **probability_evidence(reading, index))
        return
    label = label_of(reading, index)
    found = label in prediction.found_labels
    segment = reading.segment_of(index)
    cautious = reading.has("advice", "excludes", within=segment) or (
        reading.has("hedge", within=segment) and (found or not reading.has("classifier"))
    )
    denials = [
        at
        for at in reading.tagged("no", "unlikely", within=segment)
        if not reading.units[at].accounted
        and (reading.units[at].tag == "unlikely" or at < index)
        and not any(part.text in (":", ",", "(") for part in reading.units[at:index])
    ]
    fits = reading.tagged("fits", "good", within=segment)
    has_cue = bool(reading.tagged(*_CUES)) or named_with_number
    if cautious and not named_with_number:
        return
    if denials and unit.tag != "normal":
        if found:
            reading.note(index, False, SpanKind.LABEL, label=prediction.label)
        elif has_cue and prediction.probability(label) <= _UNLIKELY_TO:
            reading.note(index, True, SpanKind.LABEL, **probability_evidence(reading, index))
        else:
            return
        reading.account(*denials)
        return
    if found:
        if has_cue and not _is_placed(reading, index):
            reading.note(index, True, SpanKind.LABEL, label=label)
            reading.account(*fits)
            _check_lead(reading, index)
        return
    if named_with_number and not _is_asserted(reading, index):
        reading.note(index, None, SpanKind.LABEL, **probability_evidence(reading, index))
        return
    reading.note(index, False, SpanKind.LABEL, label=prediction.label)


def _check_lead(reading: Reading, index: int) -> None:
    """Such as "First", "leading" beside the found label is right."""
    segment = reading.segment_of(index)
    if reading.zones_in(segment):
        return
    for at in reading.tagged("max", within=segment):
        if not reading.units[at].accounted:
            reading.note(at, True, SpanKind.ORDER)


def _is_placed(reading: Reading, index: int) -> bool:
    """Whether a label stands in a place with no word of the maps: "pneumonia in the left zone"."""
    segment = reading.segment_of(index)
    places = bool(reading.zones_in(segment)) or reading.has("right", "left", "both", within=segment)
    return places and not reading.has("intensity", "mark", within=segment)


def _is_asserted(reading: Reading, index: int) -> bool:
    """Whether a label with its probability is also said to be the classification."""
    segment = reading.segment_of(index)
    found = reading.tagged("likeliest", within=segment)
    others = [
        at
        for at in reading.tagged(LABEL, "normal")
        if at != index and label_of(reading, at) in reading.facts.prediction.found_labels
    ]
    return bool(found) and not others


def check_none_reaches(reading: Reading) -> None:
    """Such as "No label reaches one half", "no single label has a majority"."""
    denials = [at for at in reading.tagged("no") if not reading.units[at].accounted]
    for at in denials:
        noun = reading.neighbours(at, 1, skip=("one", "of", "plain", "all", "other"))
        if noun is None or reading.units[noun].tag != "classifier":
            continue
        segment = reading.segment_of(at)
        numbers = [
            index
            for index in range(segment.start, segment.end)
            if reading.units[index].tag == NUMBER and index > noun
        ]
        if not numbers:
            continue
        limit = reading.units[numbers[0]].value
        prediction = reading.facts.prediction
        excepted: list[int] = []
        if reading.has("except", "other"):  # "no label but tuberculosis reaches 10 %"
            excepted = reading.tagged(LABEL, "normal")
        kept = {label_of(reading, one) for one in excepted}
        if reading.has("other") and not kept:
            kept = {prediction.label}
        rest = [prediction.probability(one) for one in prediction.labels if one not in kept]
        good = max(rest) < limit
        for one in excepted:
            reading.units[one].good = None
        reading.account(*excepted, *reading.tagged("except", "other"))
        reading.units[numbers[0]].good = None
        reading.note(numbers[0], good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)
        reading.account(*denials, *reading.tagged("above", "more", "at_least", "than", "one"))


def check_abnormal(reading: Reading) -> None:
    prediction = reading.facts.prediction
    for index in reading.tagged("abnormal"):
        unit = reading.units[index]
        if unit.accounted:
            continue
        numbered = any(
            "abnormal_probability" in other.evidence and other.good is not None
            for other in reading.units
        )
        if numbered:
            reading.note(index, None, SpanKind.LABEL)
            continue
        if not reading.has(*_CUES):
            continue
        segment = reading.segment_of(index)
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        reading.note(index, prediction.is_abnormal != bool(denied), SpanKind.LABEL)
