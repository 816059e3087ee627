"""Checks labels: asserted, denied, found."""

from collections.abc import Mapping, Sequence

from pipeline.types import SpanKind
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import LABEL, NUMBER

_UNLIKELY_TO = 0.2
_NEAR = 1  # units between a denial and the label that it denies
_CUES = ("classifier", "likeliest", "confidence", "probability", "uncertain", "sure")


def label_of(reading: Reading, index: int) -> str:
    """The label that a unit names."""
    unit = reading.units[index]
    return reading.facts.prediction.normal_label if unit.tag == "normal" else unit.label


def probability_evidence(reading: Reading, index: int) -> Mapping[str, float]:
    """The probability of the label that a unit names, by its name."""
    label = label_of(reading, index)
    return {label: reading.facts.prediction.probability(label)}


def check_label(reading: Reading, index: int, *, named_with_number: bool) -> None:
    """A label asserted or denied."""
    if reading.units[index].accounted:
        return
    prediction = reading.facts.prediction
    label = label_of(reading, index)
    found = label in prediction.found_labels
    denials = _denials(reading, index)
    if reading.has("uncertain") and len(reading.tagged(LABEL)) == 2:
        ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
        evidence = probability_evidence(reading, index)
        reading.note(index, label in ranked[:2], SpanKind.LABEL, **evidence)
    elif _is_cautious(reading, index, found=found) and not named_with_number:
        return
    elif denials and reading.units[index].tag != "normal":
        _check_denied(reading, index, denials, named_with_number=named_with_number)
    elif found:
        _check_found(reading, index, named_with_number=named_with_number)
    elif named_with_number and not _is_asserted(reading, index):
        reading.note(index, None, SpanKind.LABEL, **probability_evidence(reading, index))
    else:
        reading.note(index, False, SpanKind.LABEL, label=prediction.label)


def _is_cautious(reading: Reading, index: int, *, found: bool) -> bool:
    """Whether a label is advised to be excluded, or is no more than possible."""
    segment = reading.segment_of(index)
    possible = reading.has("hedge", within=segment) and (found or not reading.has("classifier"))
    return possible or reading.has("advice", "excludes", within=segment)


def _denials(reading: Reading, index: int) -> list[int]:
    """The words that deny a label: before it with no comma between, or "unlikely"."""
    return [
        at
        for at in reading.unaccounted("no", "unlikely", within=reading.segment_of(index))
        if (reading.units[at].tag == "unlikely" or at < index)
        and not any(part.text in (":", ",", "(") for part in reading.units[at:index])
    ]


def _check_denied(
    reading: Reading, index: int, denials: Sequence[int], *, named_with_number: bool
) -> None:
    """Such as "not tuberculosis": wrong of the label found, right of an unlikely one."""
    prediction = reading.facts.prediction
    label = label_of(reading, index)
    compared = len(reading.tagged(LABEL)) > 1 and reading.has("than", "less", "more", "of")
    if label in prediction.found_labels and compared and index - denials[-1] > _NEAR:
        return  # "A is less likely than B"
    if label in prediction.found_labels:
        reading.note(index, False, SpanKind.LABEL, label=prediction.label)
    elif _has_cue(reading, named_with_number) and prediction.probability(label) <= _UNLIKELY_TO:
        reading.note(index, True, SpanKind.LABEL, **probability_evidence(reading, index))
    else:
        return
    reading.account(*denials)


def _check_found(reading: Reading, index: int, *, named_with_number: bool) -> None:
    """The label found: right where the sentence says that it is the classification."""
    if not _has_cue(reading, named_with_number) or _is_placed(reading, index):
        return
    segment = reading.segment_of(index)
    reading.note(index, True, SpanKind.LABEL, label=label_of(reading, index))
    reading.account(*reading.tagged("fits", "good", within=segment))
    if not reading.zones_in(segment):  # "First", "leading" beside it is right, too
        for at in reading.unaccounted("max", within=segment):
            reading.note(at, True, SpanKind.ORDER)


def _has_cue(reading: Reading, named_with_number: bool) -> bool:
    return named_with_number or reading.has(*_CUES)


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
    denials = reading.unaccounted("no")
    for at in denials:
        noun = reading.neighbours(at, 1, skip=("one", "of", "plain", "all", "other"))
        if noun is None or not _is_of_labels(reading, noun):
            continue
        segment = reading.segment_of(at)
        excepting = reading.has("except")
        numbers = [
            index
            for index in range(segment.start, segment.end)
            if reading.units[index].tag == NUMBER
            and index > noun
            and (excepting or not any(noun < at < index for at in reading.tagged(LABEL)))
        ]
        if not numbers:
            continue
        beyond = reading.has("above", "more")  # "none exceeds 3 %" is right of 3 %
        limit = reading.units[numbers[0]].value + (1e-9 if beyond else 0.0)
        prediction = reading.facts.prediction
        excepted: list[int] = []
        if reading.has("except", "other"):  # "no label but tuberculosis reaches 10 %"
            excepted = reading.tagged(LABEL, "normal")
        kept = {label_of(reading, one) for one in excepted}
        if reading.has("other") and not kept:
            kept = {prediction.label}
        if reading.units[noun].tag != "classifier":
            kept.add(prediction.normal_label)
            reading.account(noun)
        rest = [prediction.probability(one) for one in prediction.labels if one not in kept]
        good = max(rest) < limit
        for one in excepted:
            reading.units[one].good = None
        reading.account(*excepted, *reading.tagged("except", "other"))
        reading.units[numbers[0]].good = None
        reading.note(numbers[0], good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)
        reading.account(*denials, *reading.tagged("above", "more", "at_least", "than", "one"))


def _is_of_labels(reading: Reading, index: int) -> bool:
    """Whether a noun means the labels: "no label", "none of the diseases"."""
    unit = reading.units[index]
    ill = unit.tag in ("disease", "advice_object", "abnormal")
    return unit.tag == "classifier" or (
        ill and in_table(unit.text, "illness", reading.facts.language)
    )


def check_abnormal(reading: Reading) -> None:
    """Such as "The model calls the radiograph abnormal"."""
    prediction = reading.facts.prediction
    for index in reading.unaccounted("abnormal"):
        numbered = any(
            "abnormal_probability" in other.evidence and other.good is not None
            for other in reading.units
        )
        if numbered:
            reading.note(index, None, SpanKind.LABEL)
            reading.account(*reading.tagged("all", within=reading.segment_of(index)))
        elif reading.has(*_CUES):
            segment = reading.segment_of(index)
            denied = [at for at in reading.denials(segment) if at < index]
            reading.account(*denied)
            reading.note(index, prediction.is_abnormal != bool(denied), SpanKind.LABEL)
