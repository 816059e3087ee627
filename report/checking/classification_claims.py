"""Checks what a sentence says of the classification: label, probability, confidence, doubt."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pipeline.types import SpanKind
from report.checking.lexicon import LABEL, NUMBER
from report.checking.quantities import is_bound, is_free_number, kind_of, matches
from report.checking.reading import COUNTS, DEGREES, Reading

_HIGH_FROM, _LOW_TO = 0.75, 0.7
_MODERATE = (0.5, 0.9)
_UNLIKELY_TO = 0.2
_HALF = 0.5
_CUES = ("classifier", "likeliest", "confidence", "probability", "uncertain", "sure")
_RANKS = {"max": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_CLASS_KINDS = ("confidence", "probability", "class")


def label_of(reading: Reading, index: int) -> str:
    """The label that a unit names."""
    unit = reading.units[index]
    return reading.facts.prediction.normal_label if unit.tag == "normal" else unit.label


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
            and reading.units[noun].tag == "classifier"
            and not (labels or reading.mentions)
        ):
            reading.account(index)
    _check_either(reading)
    bound = _check_numbers(reading, numbers, labels)
    _check_ranks(reading, labels)
    for index in labels:
        _check_label(reading, index, named_with_number=index in bound)
    _check_none_reaches(reading)
    _check_abnormal(reading)
    _check_sure(reading)
    _check_confidence(reading)
    _check_doubt(reading)


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


def _check_numbers(  # noqa: PLR0912, PLR0915
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
            values = dict(_evidence(reading, owner))
            label = label_of(reading, owner)
            denied = [at for at in range(max(0, owner - 3), owner) if reading.units[at].tag == "no"]
            if reading.units[owner].tag == "normal" and denied:  # "not normal with 95 %"
                values = {"abnormal_probability": prediction.abnormal_probability}
                reading.account(*denied)
            between = [unit.tag for unit in reading.units[owner + 1 : number]]
            apart = bool(set(between) - {"punctuation"}) or owner > number
            if apart and len(labels) > len(numbers):
                for at in labels:
                    values |= _evidence(reading, at)
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
                reading.note(at, None, SpanKind.LABEL, **_evidence(reading, at))
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
                    {label_of(reading, at): _evidence(reading, at)[label_of(reading, at)]},
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


def _check_ranks(reading: Reading, labels: Sequence[int]) -> None:
    """Such as "The second most likely label is viral pneumonia", "more likely than"."""
    prediction = reading.facts.prediction
    if not labels or reading.mentions:
        return
    extremes = [
        at for at in reading.tagged("max", "min", *_RANKS) if not reading.units[at].accounted
    ]
    thens = [at for at in reading.tagged("then", "follows_it") if not reading.units[at].accounted]
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
            reading.note(at, None, SpanKind.LABEL, **_evidence(reading, at))
        reading.account(*reading.tagged("good"))
        return
    ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
    comparing = [
        at
        for at in reading.tagged("more", "less", "above", "below")
        if not reading.units[at].accounted
    ]
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
            reading.note(at, None, SpanKind.LABEL, **_evidence(reading, at))
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
        reading.note(index, None, SpanKind.LABEL, **_evidence(reading, index))


def _evidence(reading: Reading, index: int) -> Mapping[str, float]:
    label = label_of(reading, index)
    prediction = reading.facts.prediction
    return {label: prediction.probability(label)}


def _check_label(reading: Reading, index: int, *, named_with_number: bool) -> None:  # noqa: PLR0911
    """A label asserted or denied."""
    unit = reading.units[index]
    if unit.accounted:
        return
    prediction = reading.facts.prediction
    if reading.has("uncertain") and len(reading.tagged(LABEL)) == 2:
        ranked = sorted(prediction.labels, key=lambda name: -prediction.probability(name))
        good = label_of(reading, index) in ranked[:2]
        reading.note(index, good, SpanKind.LABEL, **_evidence(reading, index))
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
            reading.note(index, True, SpanKind.LABEL, **_evidence(reading, index))
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
        reading.note(index, None, SpanKind.LABEL, **_evidence(reading, index))
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


def _check_none_reaches(reading: Reading) -> None:
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


def _check_sure(reading: Reading) -> None:
    """Such as "The model is sure", "there is no doubt", where no number says how sure."""
    prediction = reading.facts.prediction
    for index in reading.tagged("sure"):
        segment = reading.segment_of(index)
        beside = reading.units[index + 1 : index + 4]
        if any(unit.kind is SpanKind.CONFIDENCE for unit in beside):
            reading.account(index)
            continue
        denied = [at for at in reading.denials(segment) if at < index]
        reading.account(*denied)
        is_sure = reading.facts.confidence >= _HIGH_FROM and not prediction.is_uncertain
        good = is_sure != bool(denied)
        if is_sure or prediction.is_uncertain or reading.facts.confidence < _HALF:
            reading.note(index, good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)


def _check_abnormal(reading: Reading) -> None:
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


def _check_confidence(reading: Reading) -> None:
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
        if beside and reading.units[nearest].tag == "probability":
            share = prediction.probability(label_of(reading, beside[0]))
            good = {
                "strong": share >= _HALF,
                "moderate": 0.2 <= share <= 0.6,
                "weak": share <= 0.3,
            }[unit.tag]
            reading.account(*denied)
            reading.note(
                index, good != bool(denied), SpanKind.CONFIDENCE, **_evidence(reading, beside[0])
            )
            if not reading.units[beside[0]].accounted or reading.units[beside[0]].good is False:
                reading.units[beside[0]].good = None
                reading.account(beside[0])
            continue
        good = {
            "strong": confidence >= _HIGH_FROM,
            "moderate": _MODERATE[0] <= confidence <= _MODERATE[1],
            "weak": confidence <= _LOW_TO,
        }[unit.tag]
        reading.account(*denied)
        reading.note(index, good != bool(denied), SpanKind.CONFIDENCE, confidence=confidence)


def _check_doubt(reading: Reading) -> None:
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
            or (reading.has("mark") and not reading.mentions)
        ):  # "flagged as uncertain" is said of the program's own flag
            good = False
        if good is not None:
            reading.account(*denied)
            reading.note(index, good, SpanKind.CONFIDENCE, confidence=reading.facts.confidence)
