"""Checks confidence and doubt in words."""

from pipeline.types import SpanKind
from report.checking.classification.labels import label_of, probability_evidence
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import DEGREES
from report.checking.sentence.units import LABEL

_HIGH_FROM, _LOW_TO = 0.75, 0.7
_MODERATE = (0.5, 0.9)
_HALF = 0.5


def check_sure(reading: Reading) -> None:
    """Such as "The model is sure", "there is no doubt", where no number says how sure."""
    prediction = reading.facts.prediction
    for index in reading.tagged("sure"):
        segment = reading.segment_of(index)
        clause = reading.clause_of(index)
        beside = reading.units[index + 1 : min(index + 4, clause.end)]
        beside += reading.units[max(index - 1, clause.start) : index]  # "47 % confident"
        if any(unit.kind is SpanKind.CONFIDENCE for unit in beside):
            reading.account(index)
            continue
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        is_sure = reading.facts.confidence >= _HIGH_FROM and not prediction.is_uncertain
        good = is_sure != bool(denied)
        if is_sure or prediction.is_uncertain or reading.facts.confidence < _HALF:
            reading.note(index, good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)


def check_confidence(reading: Reading) -> None:
    """Such as "With high confidence", "the probability of tuberculosis is low"."""
    confidence = reading.facts.confidence
    prediction = reading.facts.prediction
    for index in reading.tagged(*DEGREES):
        unit = reading.units[index]
        if unit.accounted:
            continue
        segment = reading.segment_of(index)
        cues = reading.tagged(
            "confidence", "probability", "intensity", "mark", "agreement", within=segment
        )
        if not cues:
            continue
        nearest = min(cues, key=lambda at: (abs(at - index), at < index))
        if reading.units[nearest].tag not in ("confidence", "probability"):
            continue
        denied = [at for at in reading.denials(segment) if at < index]
        beside = [at for at in reading.tagged(LABEL) if index < at < index + 5]
        named = reading.tagged(LABEL, "normal", within=segment)
        beside = beside or (named if len(named) == 1 else [])
        if beside and reading.units[nearest].tag == "probability":
            share = prediction.probability(label_of(reading, beside[0]))
            good = {
                "strong": share >= _HALF,
                "moderate": 0.2 <= share <= 0.6,
                "weak": share <= 0.3,
            }[unit.tag]
            reading.account(*denied)
            reading.note(
                index,
                good != bool(denied),
                SpanKind.CONFIDENCE,
                **probability_evidence(reading, beside[0]),
            )
            if not reading.units[beside[0]].accounted or reading.units[beside[0]].good is False:
                reading.units[beside[0]].good = None
                reading.account(beside[0])
            continue
        if reading.has("abnormal", within=segment) and reading.units[nearest].tag == "probability":
            confidence = prediction.abnormal_probability
        good = {
            "strong": confidence >= _HIGH_FROM,
            "moderate": _MODERATE[0] <= confidence <= _MODERATE[1],
            "weak": confidence <= _LOW_TO,
        }[unit.tag]
        reading.account(*denied)
        reading.note(index, good != bool(denied), SpanKind.CONFIDENCE, confidence=confidence)


def check_doubt(reading: Reading) -> None:
    """Such as "The classification is uncertain", or not."""
    prediction = reading.facts.prediction
    for index in reading.tagged("uncertain"):
        unit = reading.units[index]
        if unit.accounted or reading.has("measurement"):
            continue
        denied = reading.near_denials(index)
        said = not denied
        good: bool | None = None
        if prediction.is_uncertain == said:
            good = True
        elif (
            prediction.is_uncertain
            or reading.facts.confidence >= _HIGH_FROM
            or (reading.has("mark", "classifier") and not reading.mentions)
        ):  # "flagged as uncertain" is said of the program's own flag
            good = False
        if good is not None:
            reading.account(*denied)
            reading.note(index, good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)
