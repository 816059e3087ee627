"""Checks orders of labels: "the second most likely", "more likely than"."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.types import SpanKind
from report.checking.classification.labels import label_of, probability_evidence
from report.checking.sentence.reading import Reading

_RANKS = {"max": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


def check_ranks(reading: Reading, labels: Sequence[int]) -> None:
    """Such as "The second most likely label is viral pneumonia", "more likely than"."""
    prediction = reading.facts.prediction
    if not labels or reading.mentions:
        return
    extremes = reading.unaccounted("max", "min", *_RANKS)
    thens = reading.unaccounted("then", "follows_it")
    if (
        thens
        and len(labels) == 1
        and any(unit.kind is SpanKind.CONFIDENCE and unit.good for unit in reading.units)
    ):
        reading.account(*thens)  # "tuberculosis follows with 9 %"
    if thens and len(labels) >= 2:  # "A, followed by B"
        said = [prediction.probability(label_of(reading, at)) for at in labels]
        turned = reading.has("follows_it")
        said = said[::-1] if turned else said
        good = all(a >= b for a, b in pairwise(said))
        if good and len(said) == 2:  # what follows is the next
            good = not any(said[1] < share < said[0] for share in prediction.probabilities)
        for at in thens:
            reading.note(at, good, SpanKind.ORDER)
        for at in labels:
            reading.note(at, None, SpanKind.LABEL, **probability_evidence(reading, at))
        reading.account(*reading.tagged("good"))
        return
    ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
    comparing = reading.unaccounted("more", "less", "above", "below")
    than = reading.tagged("than")
    comparing += [
        at
        for at in extremes
        if reading.units[at].tag == "max" and labels[0] < at < labels[-1] and len(labels) == 2
    ]
    comparing = [
        at for at in comparing if labels[0] < at < labels[-1] or (than and than[0] < labels[-1])
    ]
    if comparing and len(labels) == 2:
        first, second = labels
        if than and than[0] < first:
            first, second = second, first
        gap = prediction.probability(label_of(reading, first))
        gap -= prediction.probability(label_of(reading, second))
        is_more = reading.units[comparing[0]].tag in ("more", "above", "max")
        good = gap > 0 if is_more else gap < 0
        reading.note(comparing[0], good, SpanKind.ORDER)
        for at in labels:
            reading.note(at, None, SpanKind.LABEL, **probability_evidence(reading, at))
        reading.account(*than)
        return
    for place, at in enumerate(extremes[: len(labels)]):
        label = label_of(reading, labels[place if len(labels) == len(extremes) else 0])
        if label not in ranked:
            continue
        tag = reading.units[at].tag
        rank = len(ranked) if tag == "min" else _RANKS[tag]
        index = labels[place if len(labels) == len(extremes) else 0]
        good = ranked.index(label) + 1 == rank or (rank == 1 and label == prediction.label)
        reading.note(at, good, SpanKind.ORDER)
        reading.account(*reading.tagged("all", within=reading.segment_of(at)))
        reading.note(index, None, SpanKind.LABEL, **probability_evidence(reading, index))
