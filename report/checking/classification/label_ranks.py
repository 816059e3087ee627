"""Checks orders of labels: "the second most likely", "more likely than"."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.types import SpanKind
from report.checking.classification.labels import label_of, probability_evidence
from report.checking.sentence.quantities import is_times
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import TIMES

_RANKS = {"max": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


def check_ranks(reading: Reading, labels: Sequence[int]) -> None:
    """Such as "The second most likely label is viral pneumonia", "more likely than"."""
    if not labels or reading.mentions:
        return
    extremes = reading.unaccounted("max", "min", *_RANKS)
    if not _check_followed(reading, labels) and not _check_compared(reading, labels, extremes):
        _check_extremes(reading, labels, extremes)


def _check_followed(reading: Reading, labels: Sequence[int]) -> bool:
    """Such as "A, followed by B", "tuberculosis follows with 9 %"; whether it was a list."""
    prediction = reading.facts.prediction
    thens = reading.unaccounted("then", "follows_it")
    if not thens:
        return False
    if len(labels) == 1:
        if any(unit.kind is SpanKind.CONFIDENCE and unit.good for unit in reading.units):
            reading.account(*thens)
        return False
    said = [prediction.probability(label_of(reading, at)) for at in labels]
    said = said[::-1] if reading.has("follows_it") else said
    good = all(a >= b for a, b in pairwise(said))
    if good and len(said) == 2:  # what follows is the next
        good = not any(said[1] < share < said[0] for share in prediction.probabilities)
    for at in thens:
        reading.note(at, good, SpanKind.ORDER)
    _note_labels(reading, labels)
    reading.account(*reading.tagged("good"))
    return True


def _check_compared(reading: Reading, labels: Sequence[int], extremes: Sequence[int]) -> bool:
    """Such as "A is more likely than B", "four times as likely as B"; whether it was that."""
    if len(labels) != 2:
        return False
    prediction = reading.facts.prediction
    than = reading.tagged("than")
    comparing = reading.unaccounted("more", "less", "above", "below", *TIMES)
    comparing += [
        at for at in extremes if reading.units[at].tag == "max" and labels[0] < at < labels[-1]
    ]
    comparing = [
        at for at in comparing if labels[0] < at < labels[-1] or (than and than[0] < labels[-1])
    ]
    if not comparing:
        return False
    first, second = labels
    if than and than[0] < first:
        first, second = second, first
    one, other = (prediction.probability(label_of(reading, at)) for at in (first, second))
    tags = {reading.units[at].tag for at in comparing}
    if tags & {"less", "below"} or reading.has("unlikely"):
        one, other = other, one
        reading.account(*reading.tagged("unlikely"))
    times = tags & TIMES.keys()
    good = is_times(one, other, min(times)) if times else one > other
    for at in comparing:
        reading.note(at, good, SpanKind.ORDER)
    _note_labels(reading, labels)
    reading.account(*than, *(reading.tagged("hedge") if times else ()))  # "twice as likely"
    return True


def _note_labels(reading: Reading, labels: Sequence[int]) -> None:
    for at in labels:
        reading.note(at, None, SpanKind.LABEL, **probability_evidence(reading, at))


def _check_extremes(reading: Reading, labels: Sequence[int], extremes: Sequence[int]) -> None:
    """Such as "The most likely label is ...", "in second place ..."."""
    prediction = reading.facts.prediction
    ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
    for place, at in enumerate(extremes[: len(labels)]):
        own = labels[place] if len(labels) == len(extremes) else _nearest(reading, at, labels)
        label = label_of(reading, own)
        if label not in ranked:
            continue
        tag = reading.units[at].tag
        rank = len(ranked) if tag == "min" else _RANKS[tag]
        good = ranked.index(label) + 1 == rank or (rank == 1 and label == prediction.label)
        reading.note(at, good, SpanKind.ORDER)
        reading.account(*reading.tagged("all", within=reading.segment_of(at)))
        _note_labels(reading, [own])


def _nearest(reading: Reading, index: int, labels: Sequence[int]) -> int:
    """The label in the clause of an order, or the first."""
    clauses = [at for at, unit in enumerate(reading.units) if unit.text in (",", ";")]
    start = max((at for at in clauses if at < index), default=-1)
    end = min((at for at in clauses if at > index), default=len(reading.units))
    inside = [at for at in labels if start < at < end]
    return inside[0] if len(inside) == 1 else labels[0]
