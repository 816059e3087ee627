"""Checks what a sentence says of zones: which are marked, how strongly, by which number."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Grade, Side, SpanKind, Zone
from report.checking.lexicon import is_fraction
from report.checking.places import ZoneMention
from report.checking.quantities import is_bound, is_free_number, is_inherited, kind_of, matches
from report.checking.reading import DEGREES, Reading, Segment

_WELL_FROM, _POOR_TO = 0.55, 0.5
_PART = (0.3, 0.75)
_ZONE_KINDS = ("intensity", "agreement", "share")
_CLASS_KINDS = ("confidence", "probability", "class")
_QUALITIES = {"good": "strong", "poor": "weak", "partial": "moderate"}
_EXTREMES = ("more", "less", "max", "min", "above", "below", "near", "equal")
_OPENING = ("(", ":", "=", "–", "-")


def check_numbers(reading: Reading) -> None:
    """Each number that is a zone's intensity, agreement or share."""
    by_kind: dict[str, list[int]] = {}
    for index in range(len(reading.units)):
        if not is_free_number(reading, index):
            continue
        unit = reading.units[index]
        kind = kind_of(reading, index)
        is_share = unit.unit in ("", "percent", "points") and unit.value <= 1
        if kind in _CLASS_KINDS or not is_share or unit.text.isdigit():
            continue
        by_kind.setdefault(kind, []).append(index)
    for kind, numbers in by_kind.items():
        for number in numbers:
            _check_number(reading, number, kind, numbers)


def _check_number(  # noqa: PLR0912
    reading: Reading, number: int, kind: str, numbers: Sequence[int]
) -> None:
    facts = reading.facts
    kinds = list(_ZONE_KINDS) if not kind else [kind]
    if not kind and reading.has("mark") and not reading.units[number].unit:
        kinds = ["intensity"]  # "the classifier looked at the left lower zone, 0.35"
    if (
        kind == "intensity"
        and reading.units[number].unit == "percent"
        and not is_bound(reading, number)
    ):
        kinds.append("share")
    if kind and kind != "intensity" and is_inherited(reading, number):
        kinds.append("intensity")  # "0.72 (agreement 0.81), the left one 0.35"
    if is_fraction(reading.units[number]) and kind in ("intensity", "share"):
        bounding = {unit.tag for unit in reading.units[max(0, number - 3) : number]}
        if not bounding & {"above", "below", "more", "less"}:
            kinds = ["intensity", "share"]  # "four fifths of the attention"
        part = _part_of_other(reading, number)
        if part is not None:
            reading.note(number, part, SpanKind.COMPARISON)
            return
    zones = _owners(reading, number, numbers)
    if zones is None:
        values = _side_values(reading, number, kinds)
    else:
        items = [facts.zones[zone] for zone in zones if zone in facts.zones]
        if zones and not items:
            reading.note(number, False, SpanKind.NUMBER)
            return
        values = {
            f"{item.zone}.{name}": getattr(item, name)
            for item in items or facts.items
            for name in kinds
        }
        group = _named_together(reading, zones)
        if "share" in kinds and len(group) > 1:
            values["zones.share"] = sum(item.share for item in group)
        if not items and not kind:
            values["confidence"] = facts.confidence
    if reading.has("together") and "share" in (*kinds, *(["share"] if kind == "intensity" else [])):
        named = {mention.zone for mention in reading.mentions}
        values["share"] = sum(item.share for item in facts.items if not named or item.zone in named)
    difference = _difference(reading, number, kinds)
    good = difference if difference is not None else matches(reading, number, values)
    if good is not None:
        reading.note(number, good, SpanKind.NUMBER, **values)
    if good and reading.has("together") and not reading.mentions:
        reading.account(*reading.tagged("both", "two"))  # "the sum of both shares"
    if zones is not None and len(zones) == 1:  # "the upper zones: on the right 0.86"
        beside = range(max(0, number - 2), min(len(reading.units), number + 3))
        reading.account(*[at for at in beside if reading.units[at].tag == zones[0].side])


def _named_together(reading: Reading, zones: Sequence[Zone]) -> list[Descriptor]:
    """The descriptors that one word names with the owner of a number: "the lower zones"."""
    firsts = {one.first for one in reading.mentions if one.zone in zones}
    named = [one.zone for one in reading.mentions if one.first in firsts]
    return [reading.facts.zones[zone] for zone in named if zone in reading.facts.zones]


def _part_of_other(reading: Reading, number: int) -> bool | None:
    """Such as "A receives about half the share of B": a fraction between two zones."""
    before = [one.zone for one in reading.mentions if one.last < number]
    after = [one.zone for one in reading.mentions if one.first > number]
    between = reading.units[number + 1 : reading.mentions[-1].first] if after else []
    if len(before) != 1 or len(after) != 1 or any(unit.text in (",", ";") for unit in between):
        return None
    if any(unit.tag in ("joins", "contrast") for unit in between):
        return None
    first, second = (reading.facts.zones.get(zone) for zone in (*before, *after))
    if first is None or second is None:
        return None
    unit = reading.units[number]
    parts = (first.share / second.share, first.intensity / second.intensity)
    return any(abs(part - unit.value) <= 2 * unit.tolerance for part in parts)


def _difference(reading: Reading, number: int, kinds: Sequence[str]) -> bool | None:
    """Such as "by 0.37" beside a comparison is the difference of its two zones."""
    unit = reading.units[number]
    items = [reading.facts.zones.get(mention.zone) for mention in reading.mentions]
    if not (reading.has("difference") or unit.unit == "points") or len(items) != 2:
        return None
    first, second = items
    if first is None or second is None:
        return None
    gap = abs(getattr(first, kinds[0]) - getattr(second, kinds[0]))
    rounded = abs(round(getattr(first, kinds[0]), 2) - round(getattr(second, kinds[0]), 2))
    if any(abs(one - unit.value) <= unit.tolerance for one in (gap, rounded)):
        reading.account(*reading.tagged("difference"))
        return True
    return None


def _owners(reading: Reading, number: int, numbers: Sequence[int]) -> list[Zone] | None:  # noqa: PLR0911
    """The zones that a number may belong to; `None` if it is a side's."""
    mentions = reading.mentions
    if not mentions:
        if reading.has("right", "left", "both"):
            return None
        return list(reading.context)
    if len(mentions) == 1:
        return [mentions[0].zone]
    before = reading.units[number - 1].text if number else ""
    nearest = [mention for mention in mentions if mention.last < number]
    if len(numbers) == len(mentions) and numbers[0] > mentions[-1].last:
        return [mentions[numbers.index(number)].zone]  # "A is stronger than B (0.86 vs 0.55)"
    direct = nearest and (
        nearest[-1].last == number - 1 or (before in _OPENING and nearest[-1].last == number - 2)
    )
    if direct:
        return [nearest[-1].zone]
    if len(numbers) == len(mentions):
        return [mentions[numbers.index(number)].zone]
    segment = reading.segment_of(number)
    here = reading.zones_in(segment)
    if len(here) == 1:
        return [here[0].zone]
    if reading.has("than", "above", "below", within=segment):
        return [mention.zone for mention in here or mentions]
    if nearest:
        # "the right upper and middle zones: 0.72" is said of each of them
        return [nearest[-1].zone]
    return [mentions[0].zone]


def _side_values(reading: Reading, number: int, kinds: Sequence[str]) -> dict[str, float]:
    """What a number may be that is said of a lung: its part of the map, or one of its zones'."""
    sides = reading.tagged("right", "left")
    before = [at for at in sides if at < number]
    if not sides:
        return {}
    side = reading.units[before[-1] if before else sides[0]].tag
    items = [item for item in reading.facts.items if item.zone.side == side]
    values = {f"{item.zone}.{kind}": getattr(item, kind) for item in items for kind in kinds}
    if "share" in kinds:
        values[f"{side}.share"] = sum(item.share for item in items)
    return values


def check_degrees(reading: Reading) -> None:
    """Weak, moderate, strong: of attention in zones, or of the methods' agreement."""
    grades: list[int] = []
    for index in reading.tagged(*DEGREES, *_QUALITIES):
        unit = reading.units[index]
        following = reading.units[index + 1].tag if index + 1 < len(reading.units) else ""
        if unit.accounted:
            continue
        if following in _EXTREMES:
            reading.account(index)
            continue
        quantity = quantity_near(reading, index)
        if quantity == "agreement" or unit.tag in _QUALITIES:
            if quantity == "agreement" or reading.has("methods", "agreement"):
                _check_agreement(reading, index, _QUALITIES.get(unit.tag, unit.tag))
        elif quantity not in ("confidence", "probability"):
            grades.append(index)
    for index in grades:
        _check_grade(reading, index, grades)


def quantity_near(reading: Reading, index: int) -> str:
    """The quantity that a degree is said of: the nearest in its segment."""
    segment = reading.segment_of(index)
    names = ("agreement", "disagree", "confidence", "probability", "intensity", "mark")
    found = reading.tagged(*names, within=segment)
    if not found:
        return ""
    nearest = min(found, key=lambda at: (abs(at - index), at < index))
    tag = reading.units[nearest].tag
    return {"disagree": "agreement", "mark": "intensity"}.get(tag, tag)


def _check_agreement(reading: Reading, index: int, degree: str) -> None:
    items = _items_near(reading, index)
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
            unit.kind is SpanKind.NUMBER for unit in reading.units[segment.start : segment.end]
        )
        numbers = numbers and unit.tag == "agreement"
        if unit.accounted or numbers or reading.has(*COMPARING, within=segment):
            continue
        if unit.tag == "agreement" and not reading.has("methods"):
            continue
        items = _items_near(reading, index)
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


def _items_near(reading: Reading, index: int) -> list[Descriptor]:
    """The descriptors that a word is of: its segment's, the sentence's, those before, or all."""
    facts = reading.facts
    zones = [mention.zone for mention in reading.zones_in(reading.segment_of(index))]
    zones = zones or [mention.zone for mention in reading.mentions] or list(reading.context)
    found = [facts.zones[zone] for zone in zones if zone in facts.zones]
    return found or ([] if zones else list(facts.items))


def _check_grade(reading: Reading, index: int, grades: Sequence[int]) -> None:
    facts = reading.facts
    segment = reading.segment_of(index)
    grade = DEGREES[reading.units[index].tag]
    denied = _denied_directly(reading, index)
    zones = _graded(reading, index, grades, segment)
    if zones is None:
        return
    items = [facts.zones[zone] for zone in zones if zone in facts.zones]
    evidence = {f"{item.zone}.grade": item.grade.value for item in items}
    if not items or len(items) < len(zones):
        if denied is None:
            reading.note(index, False, SpanKind.GRADE, **evidence)
        return
    right = all(item.grade is grade for item in items)
    if denied is not None:
        right = all(item.grade is not grade for item in items)
        reading.account(denied)
    reading.note(index, right, SpanKind.GRADE, **evidence)


def _denied_directly(reading: Reading, index: int) -> int | None:
    """The word that denies a degree right before it: "not weak", "no strong attention"."""
    before = reading.neighbours(index, -1, skip=("of", "plain", "intensity"))
    if before is None or reading.units[before].tag != "no" or reading.units[before].accounted:
        return None
    return before


def _graded(  # noqa: PLR0911
    reading: Reading, index: int, grades: Sequence[int], segment: Segment
) -> list[Zone] | None:
    """The zones that a grade is said of; `None` if a side's, a count's or nobody's."""
    mentions = reading.mentions
    if not mentions:
        if reading.has("right", "left", "both", "other", "all", *_COUNTS):
            return None
        return list(reading.context) or None
    if len(mentions) == 1:
        return [mentions[0].zone]
    if len(grades) == 1:
        here = reading.zones_in(segment)
        return [mention.zone for mention in here or mentions]
    if len(grades) == len(mentions):
        return [mentions[grades.index(index)].zone]
    place = grades.index(index)
    if grades[0] < mentions[0].first:  # "strong in A, moderate in B and C"
        end = grades[place + 1] if place + 1 < len(grades) else len(reading.units)
        return [mention.zone for mention in mentions if index < mention.first < end]
    start = grades[place - 1] if place else -1
    return [mention.zone for mention in mentions if start < mention.first < index]


_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "several")


def check_presence(reading: Reading) -> None:
    """Each zone named: marked, or not marked where its segment denies it."""
    facts = reading.facts
    for segment in reading.segments:
        mentions = reading.zones_in(segment)
        if not mentions:
            continue
        compared = reading.has("than", within=segment) or (
            len(mentions) > 1 and reading.has("more", "less", "above", "below", within=segment)
        )
        denials = reading.denials(segment)
        if compared and denials:
            denials = []
        for mention in mentions:
            if mention.zone in reading.excepted:
                continue
            denied = _is_denied(reading, mention, denials, mentions)
            item = facts.zones.get(mention.zone)
            if item is None:
                good: bool | None = denied
                if compared and not denied:
                    good = None
                evidence: dict[str, float | str] = {mention.zone.value: "absent"}
            else:
                good = not denied
                evidence = {f"{mention.zone}.intensity": item.intensity}
            reading.note(mention.first, good, SpanKind.ZONE, **evidence)
            reading.note(mention.last, good, SpanKind.ZONE, **evidence)
        reading.account(*denials)
        if {mention.zone.side for mention in mentions} == set(Side):
            reading.account(*reading.tagged("both", within=segment))
    _account_repeated_sides(reading)


def check_favour(reading: Reading) -> None:
    """Such as "the difference is 21 points, in favour of the left": of two zones of one level."""
    for index in reading.tagged("in_favour"):
        side = reading.neighbours(index, 1, skip=("of", "lung", "plain"))
        zones = [reading.facts.zones.get(mention.zone) for mention in reading.mentions]
        pair = [item for item in zones if item is not None]
        if side is None or reading.units[side].tag not in ("right", "left") or len(pair) != 2:
            continue
        greater = max(pair, key=lambda item: item.intensity).zone.side
        good = reading.units[side].tag == greater
        reading.note(index, good, SpanKind.COMPARISON)
        reading.note(side, good, SpanKind.COMPARISON)


def _account_repeated_sides(reading: Reading) -> None:
    """Such as "The upper zones are not marked, neither on the right nor on the left"."""
    both = {mention.zone.side for mention in reading.mentions} == set(Side)
    sides = [at for at in reading.tagged("right", "left") if not reading.units[at].accounted]
    if both and len({reading.units[at].tag for at in sides}) == 2:
        reading.account(*sides)
        reading.account(*[at for at in reading.tagged("no") if at > sides[0] - 3])


def _is_denied(
    reading: Reading,
    mention: ZoneMention,
    denials: Sequence[int],
    mentions: Sequence[ZoneMention],
) -> bool:
    """Whether a denial of its segment reaches a zone: one before it, or one after the list."""
    return bool(denials) and (
        any(at < mention.first for at in denials) or any(at > mentions[0].first for at in denials)
    )
