"""Checks each probability: of the label it stands by."""

from collections.abc import Sequence

from pipeline.types import SpanKind
from report.checking.classification.labels import label_of, probability_evidence
from report.checking.sentence.quantities import is_bound, kind_of, matches
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS


def check_label_numbers(
    reading: Reading, numbers: Sequence[int], labels: Sequence[int]
) -> frozenset[int]:
    """Each probability: of the label it stands by; returns the labels that have one."""
    bound: set[int] = set()
    for place, number in enumerate(numbers):
        owner = _owner(reading, place, numbers, labels)
        bound.update(_check_number(reading, number, owner, numbers, labels))
    return frozenset(bound)


def _check_number(
    reading: Reading,
    number: int,
    owner: int | None,
    numbers: Sequence[int],
    labels: Sequence[int],
) -> Sequence[int]:
    """One probability; returns the labels that it is of."""
    near_abnormal = _is_of_abnormal(reading, number, owner, numbers, labels)
    values = _values(reading, number, owner, numbers, labels)
    if _check_neither(reading, number, labels):
        return labels
    instead = _values_of_others(reading, number, labels)
    if instead is None and reading.units[number].unit == "points":
        instead = _gaps(reading, labels)
    elif instead is not None and reading.has("no") and _bounds_others(reading, number):
        within = instead["others"] <= reading.units[number].value + 1e-9
        reading.account(*reading.tagged("no", "above", "more"))
        reading.note(number, within, SpanKind.CONFIDENCE, **instead)
        return ()
    if instead is not None:
        values, owner = instead, None
    good = matches(reading, number, values)
    shared = _shared(reading, number, owner, numbers, labels)
    if good is None:
        return ()
    if shared:
        each = [matches(reading, number, probability_evidence(reading, at)) for at in shared]
        good = all(each)
        reading.account(*reading.tagged("all", "each_side", "equal", "unlikely"))
    reading.note(number, good, SpanKind.CONFIDENCE, **values)
    if good and instead is not None and "difference" in instead:
        return labels  # "7 points between A and B"
    return shared if owner is None or near_abnormal else [*shared, owner]


def _is_of_abnormal(
    reading: Reading, number: int, owner: int | None, numbers: Sequence[int], labels: Sequence[int]
) -> bool:
    """Whether a number is of "abnormal": in its place of as many, or nearer to it than a label."""
    abnormal = reading.tagged("abnormal")
    named = sorted([*labels, *abnormal])
    if len(named) == len(numbers):
        return named[numbers.index(number)] in abnormal
    return any(owner is None or abs(at - number) < abs(owner - number) for at in abnormal)


def _values(
    reading: Reading,
    number: int,
    owner: int | None,
    numbers: Sequence[int],
    labels: Sequence[int],
) -> dict[str, float]:
    """What a number may be: the probability of its label, of any abnormality, or the highest."""
    prediction = reading.facts.prediction
    exceptions = [at for at in reading.tagged("except") if owner is not None and at < owner]
    if exceptions and owner is not None:  # "less than 0.1 for anything but tuberculosis"
        own = label_of(reading, owner)
        rest = [name for name in prediction.labels if name != own]
        reading.account(*exceptions, *reading.tagged("all"))
        return {"others": max(prediction.probability(name) for name in rest)}
    if _is_of_abnormal(reading, number, owner, numbers, labels):
        return {"abnormal_probability": prediction.abnormal_probability}
    if owner is not None:
        return _values_of_label(reading, number, owner, numbers, labels)
    values = {"confidence": reading.facts.confidence}
    if kind_of(reading, number) == "probability":
        values["abnormal_probability"] = prediction.abnormal_probability
    return values


def _values_of_label(
    reading: Reading, number: int, owner: int, numbers: Sequence[int], labels: Sequence[int]
) -> dict[str, float]:
    """What a number may be that stands by a label: its probability, or that of one listed."""
    prediction = reading.facts.prediction
    values = dict(probability_evidence(reading, owner))
    denied = [at for at in range(max(0, owner - 3), owner) if reading.units[at].tag == "no"]
    if reading.units[owner].tag == "normal" and denied:  # "not normal with 95 %"
        values = {"abnormal_probability": prediction.abnormal_probability}
        reading.account(*denied)
    between = {unit.tag for unit in reading.units[owner + 1 : number]}
    apart = bool(between - {"punctuation"}) or owner > number
    compared = reading.has("more", "less", "above", "below", "than")
    if (apart or compared) and len(labels) > len(numbers):
        for at in labels:
            values |= probability_evidence(reading, at)
    return values


def _check_neither(reading: Reading, number: int, labels: Sequence[int]) -> bool:
    """Such as "Neither A nor B exceeds 1 %"; whether it was that."""
    denials = reading.unaccounted("no")
    first = bool(denials) and len(labels) > 1 and denials[0] < labels[0]
    if not first or labels[-1] > number or reading.has("except"):
        return False
    if reading.unaccounted("other") or not is_bound(reading, number):
        return False
    prediction = reading.facts.prediction
    stated = reading.units[number]
    said = [prediction.probability(label_of(reading, at)) for at in labels]
    within = all(share <= stated.value + stated.tolerance for share in said)
    reading.account(*denials, *reading.tagged("above", "more", "below", "than"))
    reading.note(number, within, SpanKind.CONFIDENCE)
    for at in labels:
        reading.note(at, None, SpanKind.LABEL, **probability_evidence(reading, at))
    return True


def _is_parted(reading: Reading, index: int, number: int, labels: Sequence[int]) -> bool:
    """Whether a semicolon, or a label that has the number, parts a word from a number."""
    first, last = min(index, number), max(index, number)
    own = [at for at in labels if first < at < last and not reading.has("than", "no", "except")]
    return bool(own) or any(unit.text == ";" for unit in reading.units[first:last])


def _bounds_others(reading: Reading, number: int) -> bool:
    return is_bound(reading, number) and reading.has("classifier")


def _values_of_others(
    reading: Reading, number: int, labels: Sequence[int]
) -> dict[str, float] | None:
    """Such as "No other label exceeds 5 %", "leaving 7 % for the other labels"."""
    others = [
        at for at in reading.unaccounted("other") if not _is_parted(reading, at, number, labels)
    ]
    prediction = reading.facts.prediction
    if others and _bounds_others(reading, number):
        named = {label_of(reading, at) for at in labels} | {prediction.label}
        rest = [one for one in prediction.labels if one not in named]
        if labels and label_of(reading, labels[0]) == prediction.label:
            reading.account(*labels[:1], *reading.tagged("than"))
        reading.account(*others, *reading.tagged("all"))
        return {"others": max((prediction.probability(one) for one in rest), default=0.0)}
    clause = reading.clause_of(number)
    if (
        others
        and _beside(reading, others[0], number)
        and not any(at in clause and at < others[0] for at in labels)
    ):
        reading.account(*others, *_counts_after(reading, others[0]), *reading.tagged("all"))
        return {"others": 1 - reading.facts.confidence}
    return None


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
    reading: Reading,
    number: int,
    owner: int | None,
    numbers: Sequence[int],
    labels: Sequence[int],
) -> list[int]:
    """The labels that one number is said of: "COVID-19 and tuberculosis each receive 1 %"."""
    previous = max((at for at in numbers if at < number), default=-1)
    own = [at for at in labels if at < number and at > previous] if len(numbers) > 1 else labels
    if owner is None or len(own) < 2 or len(numbers) == len(labels):
        return []
    if reading.has("then", "follows_it", "than", "uncertain"):
        return []
    group = [own[0]]
    for at in own[1:]:
        between = reading.units[group[-1] + 1 : at]
        if not all(unit.tag in ("joins", "of") or unit.text == "," for unit in between):
            break
        group.append(at)
    joined = any(unit.tag == "joins" for unit in reading.units[group[0] : group[-1]])
    return group if len(group) > 1 and joined else []


def _owner(
    reading: Reading, place: int, numbers: Sequence[int], labels: Sequence[int]
) -> int | None:
    """The label that a number is of: in its place of as many, or the last before it."""
    if not labels:
        return None
    if len(labels) == len(numbers):
        return labels[place]
    named = sorted([*labels, *reading.tagged("abnormal")])
    if len(named) == len(numbers) and named[place] in labels:
        return named[place]
    before = [at for at in labels if at < numbers[place]]
    return before[-1] if before else labels[0]
