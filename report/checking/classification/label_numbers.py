"""Checks each probability: of the label it stands by."""

from collections.abc import Sequence

from pipeline.types import SpanKind
from report.checking.classification.labels import label_of, probability_evidence
from report.checking.sentence.quantities import is_bound, kind_of, matches
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS


def check_label_numbers(  # noqa: PLR0912, PLR0915
    reading: Reading, numbers: Sequence[int], labels: Sequence[int]
) -> frozenset[int]:
    """Each probability: of the label it stands by; returns the labels that have one."""
    prediction = reading.facts.prediction
    bound: set[int] = set()
    abnormal = reading.tagged("abnormal")
    for place, number in enumerate(numbers):
        values: dict[str, float] = {"confidence": reading.facts.confidence}
        owner = _owner(number, place, numbers, labels)
        near_abnormal = [
            at for at in abnormal if owner is None or abs(at - number) < abs(owner - number)
        ]
        exceptions = [at for at in reading.tagged("except") if owner is not None and at < owner]
        if exceptions and owner is not None:  # "less than 0.1 for anything but tuberculosis"
            own = label_of(reading, owner)
            rest = [name for name in prediction.labels if name != own]
            values = {"others": max(prediction.probability(name) for name in rest)}
            reading.account(*exceptions, *reading.tagged("all"))
        elif near_abnormal:
            values = {"abnormal_probability": prediction.abnormal_probability}
        elif owner is not None:
            values = dict(probability_evidence(reading, owner))
            label = label_of(reading, owner)
            denied = [at for at in range(max(0, owner - 3), owner) if reading.units[at].tag == "no"]
            if reading.units[owner].tag == "normal" and denied:  # "not normal with 95 %"
                values = {"abnormal_probability": prediction.abnormal_probability}
                reading.account(*denied)
            between = [unit.tag for unit in reading.units[owner + 1 : number]]
            apart = bool(set(between) - {"punctuation"}) or owner > number
            if apart and len(labels) > len(numbers):
                for at in labels:
                    values |= probability_evidence(reading, at)
            if label == prediction.normal_label and reading.has("label") is False:
                values["confidence"] = reading.facts.confidence
        elif kind_of(reading, number) == "probability":
            values["abnormal_probability"] = prediction.abnormal_probability
        others = [at for at in reading.tagged("other") if not reading.units[at].accounted]
        bounded = is_bound(reading, number)
        neither = _denied_before_all(reading, labels, number)
        if neither and bounded and not others:  # "neither A nor B exceeds 1 %"
            stated = reading.units[number]
            said = [prediction.probability(label_of(reading, at)) for at in labels]
            within = all(share <= stated.value + stated.tolerance for share in said)
            reading.account(*neither, *reading.tagged("above", "more", "below", "than"))
            reading.note(number, within, SpanKind.CONFIDENCE)
            for at in labels:
                reading.note(at, None, SpanKind.LABEL, **probability_evidence(reading, at))
            bound.update(labels)
            continue
        if others and bounded and reading.has("classifier"):  # "no other label exceeds 5 %"
            named = {label_of(reading, at) for at in labels} | {prediction.label}
            rest = [one for one in prediction.labels if one not in named]
            if labels and label_of(reading, labels[0]) == prediction.label:
                reading.account(*labels[:1], *reading.tagged("than"))
            values = {"others": max((prediction.probability(one) for one in rest), default=0.0)}
            reading.account(*others, *reading.tagged("all"))
            owner = None
            if reading.has("no"):
                limit = reading.units[number].value
                within = values["others"] <= limit + 1e-9
                reading.account(*reading.tagged("no", "above", "more"))
                reading.note(number, within, SpanKind.CONFIDENCE, **values)
                continue
        elif others and _beside(reading, others[0], number):  # "leaving 7 % for the other labels"
            values = {"others": 1 - reading.facts.confidence}
            reading.account(*others, *_counts_after(reading, others[0]), *reading.tagged("all"))
            owner = None
        elif reading.units[number].unit == "points":
            values = _gaps(reading, labels)
            owner = None
        good = matches(reading, number, values)
        shared = _shared(reading, owner, labels, numbers)
        if shared and good is not None:
            each = [
                matches(
                    reading,
                    number,
                    {
                        label_of(reading, at): probability_evidence(reading, at)[
                            label_of(reading, at)
                        ]
                    },
                )
                for at in shared
            ]
            good = all(each)
            bound.update(shared)
            reading.account(*reading.tagged("all", "each_side", "equal", "unlikely"))
        if good is not None:
            kind = SpanKind.CONFIDENCE
            reading.note(number, good, kind, **values)
            if owner is not None and not near_abnormal:
                bound.add(owner)
    return frozenset(bound)


def _denied_before_all(reading: Reading, labels: Sequence[int], number: int) -> list[int]:
    """The words that deny every label before a number: "neither A nor B"."""
    denials = [at for at in reading.tagged("no") if not reading.units[at].accounted]
    first = bool(denials) and len(labels) > 1 and denials[0] < labels[0]
    return denials if first and labels[-1] < number and not reading.has("except") else []


def _beside(reading: Reading, index: int, other: int) -> bool:
    """Whether two units stand near each other in one phrase."""
    between = reading.units[min(index, other) + 1 : max(index, other)]
    return len(between) <= 4 and not any(unit.text in (",", ";") for unit in between)


def _counts_after(reading: Reading, index: int) -> list[int]:
    """Such as "The other four labels": the count right after a word."""
    following = reading.neighbours(index, 1, skip=("of",))
    is_count = following is not None and reading.units[following].tag in COUNTS
    return [following] if following is not None and is_count else []


def _gaps(reading: Reading, labels: Sequence[int]) -> dict[str, float]:
    """The difference of two labels' probabilities: of those named, else of the two highest."""
    prediction = reading.facts.prediction
    named = [prediction.probability(label_of(reading, at)) for at in labels]
    ranked = sorted(prediction.probabilities, reverse=True)
    first, second = named if len(named) == 2 else ranked[:2]
    if len(named) == 1:
        first, second = named[0], ranked[1] if named[0] == ranked[0] else ranked[0]
    if not labels:
        reading.account(*reading.tagged("max", "two"))
    return {"difference": abs(first - second)}


def _shared(
    reading: Reading, owner: int | None, labels: Sequence[int], numbers: Sequence[int]
) -> list[int]:
    """The labels that one number is said of: "COVID-19 and tuberculosis each receive 1 %"."""
    if owner is None or len(numbers) != 1 or len(labels) < 2:
        return []
    if reading.has("then", "follows_it", "than", "uncertain"):
        return []
    group = [labels[0]]
    for at in labels[1:]:
        between = reading.units[group[-1] + 1 : at]
        if not all(unit.tag in ("joins", "of") or unit.text == "," for unit in between):
            break
        group.append(at)
    joined = any(unit.tag == "joins" for unit in reading.units[group[0] : group[-1]])
    return group if len(group) > 1 and joined else []


def _owner(number: int, place: int, numbers: Sequence[int], labels: Sequence[int]) -> int | None:
    if not labels:
        return None
    if len(labels) == len(numbers):
        return labels[place]
    before = [at for at in labels if at < number]
    return before[-1] if before else labels[0]
