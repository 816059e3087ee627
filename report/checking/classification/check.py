"""Checks what a sentence says of the classification: label, probability, confidence, doubt."""

from collections.abc import Collection, Sequence

from pipeline.types import SpanKind
from report.checking.classification.confidence import check_confidence, check_doubt, check_sure
from report.checking.classification.label_numbers import check_label_numbers
from report.checking.classification.label_ranks import check_ranks
from report.checking.classification.labels import (
    check_abnormal,
    check_label,
    check_none_reaches,
    label_of,
)
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.quantities import is_free_number, kind_of
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import LABEL, NUMBER

_UNLIKELY_TO = 0.2
_CLASS_KINDS = ("confidence", "probability", "class")


def check_classification(reading: Reading) -> None:
    """Labels with their numbers, the abnormal probability, confidence and doubt."""
    labels = [
        index
        for index in reading.tagged(LABEL, "normal")
        if not reading.units[index].accounted and _is_known(reading, index)
    ]
    numbers = [
        index
        for index in range(len(reading.units))
        if is_free_number(reading, index) and _is_of_class(reading, index, labels)
    ]
    for index in reading.tagged("max"):  # "the leading label has 38 %"
        noun = reading.neighbours(index, 1, skip=("of", "plain"))
        if (
            noun is not None
            and reading.units[noun].tag in ("classifier", "probability", "confidence")
            and not (labels or reading.mentions)
        ):
            reading.account(index)
    _check_either(reading)
    bound = check_label_numbers(reading, numbers, labels)
    check_ranks(reading, labels)
    for index in labels:
        check_label(reading, index, named_with_number=index in bound)
    check_none_reaches(reading)
    check_abnormal(reading)
    check_sure(reading)
    check_confidence(reading)
    check_doubt(reading)
    _account_hedges(reading, bound)


def _account_hedges(reading: Reading, bound: Collection[int]) -> None:
    """Such as "suspects", "in favour of" beside a probability: it is said how likely."""
    right = [unit for unit in reading.units if unit.kind is SpanKind.CONFIDENCE and unit.good]
    if not right or reading.mentions or not (bound or reading.has("abnormal", "classifier")):
        return
    reading.account(*reading.tagged("hedge", "in_favour", "fits"))
    for index in reading.unaccounted("below", "less"):  # "pneumonia trails behind at 0.08"
        clause = reading.clause_of(index)
        trailing = [at for at in bound if at in clause]
        found = reading.facts.prediction.found_labels
        if trailing and label_of(reading, trailing[0]) not in found:
            reading.account(index)
    for index in reading.tagged("disease"):  # "viral (0.38) and bacterial (0.31) pneumonia"
        before = reading.units[index - 1] if index else None
        numbered = before is not None and (before.text == ")" or before.tag == NUMBER)
        if numbered and in_table(reading.units[index].text, "pneumonia", reading.facts.language):
            reading.account(index)
    if all(unit.value <= _UNLIKELY_TO for unit in right):
        reading.account(*reading.tagged("unlikely"))


def _check_either(reading: Reading) -> None:
    """Such as "It is more likely normal than abnormal"."""
    pair, than = reading.tagged("normal", "abnormal"), reading.tagged("than")
    if len(pair) != 2 or len(than) != 1 or not pair[0] < than[0] < pair[1]:
        return
    first, second = pair
    good = (reading.units[first].tag == "abnormal") == reading.facts.prediction.is_abnormal
    if reading.units[first].tag == reading.units[second].tag:
        return
    reading.account(second, *than, *reading.tagged("more"))
    reading.note(first, good, SpanKind.LABEL)


def _is_known(reading: Reading, index: int) -> bool:
    prediction = reading.facts.prediction
    return label_of(reading, index) in {*prediction.labels, prediction.normal_label}


def _is_of_class(reading: Reading, index: int, labels: Sequence[int]) -> bool:
    unit = reading.units[index]
    if unit.unit not in ("", "percent", "points") or unit.value > 1:
        return False
    if unit.value == int(unit.value) and not unit.unit and unit.text.isdigit():
        return False
    kind = kind_of(reading, index)
    if unit.unit == "points" and reading.mentions and not labels:
        return False
    if kind in _CLASS_KINDS:
        return True
    places = reading.mentions or reading.has("right", "left", "both")
    return not kind and not places and bool(labels or reading.has("classifier", "abnormal"))
