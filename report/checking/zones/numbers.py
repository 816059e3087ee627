"""Checks each number that is a zone's intensity, agreement or share."""

from collections.abc import Sequence

from pipeline.types import SpanKind, Zone
from report.checking.sentence.quantities import (
    is_bound,
    is_free_number,
    is_inherited,
    kind_of,
    matches,
)
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import is_fraction
from report.checking.zones.owners import (
    difference_of_two,
    named_together,
    owners,
    part_of_other,
    side_values,
)

_ZONE_KINDS = ("intensity", "agreement", "share")
_CLASS_KINDS = ("confidence", "probability", "class")


def check_numbers(reading: Reading) -> None:
    """Each number that is a zone's intensity, agreement or share."""
    by_kind: dict[str, list[int]] = {}
    for index in range(len(reading.units)):
        if not is_free_number(reading, index):
            continue
        unit = reading.units[index]
        kind = kind_of(reading, index)
        is_share = unit.unit in ("", "percent", "points") and unit.value <= 1
        if kind in _CLASS_KINDS or not is_share or (unit.text.isdigit() and not unit.unit):
            continue
        by_kind.setdefault(kind, []).append(index)
    for kind, numbers in by_kind.items():
        for number in numbers:
            _check_number(reading, number, kind, numbers)


def _check_number(reading: Reading, number: int, kind: str, numbers: Sequence[int]) -> None:
    facts = reading.facts
    part = _part(reading, number, kind)
    if part is not None:
        reading.note(number, part, SpanKind.COMPARISON)
        return
    if _check_outside(reading, number, kind) or _check_greatest(reading, number, kind):
        return
    kinds = _kinds(reading, number, kind)
    zones = owners(reading, number, numbers)
    if zones and not any(zone in facts.zones for zone in zones):
        reading.note(number, False, SpanKind.NUMBER)
        return
    values = (
        side_values(reading, number, numbers, kinds)
        if zones is None
        else _zone_values(reading, zones, kinds, is_named=bool(kind))
    )
    if (
        zones == []
        and {"share", "intensity"} & set(kinds)
        and (reading.has("both", "all") or not is_bound(reading, number))
    ):
        values["share"] = sum(item.share for item in facts.items)  # "three zones cover 82 %"
    if reading.has("together") and ("share" in kinds or kind == "intensity"):
        named = {mention.zone for mention in reading.mentions}
        values["share"] = sum(item.share for item in facts.items if not named or item.zone in named)
    difference = difference_of_two(reading, number, kinds)
    good = difference if difference is not None else matches(reading, number, values)
    if good:  # of all that it could be, what it is
        right = {name: one for name, one in values.items() if matches(reading, number, {name: one})}
        values = right or values
    if good is not None:
        reading.note(number, good, SpanKind.NUMBER, **values)
    if good and reading.has("together") and not reading.mentions:
        reading.account(*reading.tagged("both", "two"))  # "the sum of both shares"
    if zones is not None and len(zones) == 1:  # "the upper zones: on the right 0.86"
        beside = range(max(0, number - 2), min(len(reading.units), number + 3))
        reading.account(*[at for at in beside if reading.units[at].tag == zones[0].side])


def _part(reading: Reading, number: int, kind: str) -> bool | None:
    """Whether a fraction of another zone's attention is right; `None` if it is no such number."""
    if kind not in ("intensity", "share") or not is_fraction(reading.units[number]):
        return None
    return part_of_other(reading, number)


def _kinds(reading: Reading, number: int, kind: str) -> list[str]:
    """The quantities that a number may be, said to be one or none."""
    unit = reading.units[number]
    bounding = {one.tag for one in reading.units[max(0, number - 3) : number]}
    if (
        is_fraction(unit)
        and kind in ("intensity", "share")
        and not bounding & {"above", "below", "more", "less"}
    ):
        return ["intensity", "share"]  # "four fifths of the attention"
    if not kind:
        parts = any(is_fraction(one) for one in reading.units[:number])
        marked = reading.has("mark") and not unit.unit and not parts
        return ["intensity"] if marked else list(_ZONE_KINDS)  # "looked at the left zone, 0.35"
    kinds = [kind]
    if kind == "intensity" and _may_be_part(reading, number):
        kinds.append("share")
    if kind != "intensity" and is_inherited(reading, number):
        kinds.append("intensity")  # "0.72 (agreement 0.81), the left one 0.35"
    return kinds


def _may_be_part(reading: Reading, number: int) -> bool:
    """Whether a number of attention may be a share: a percentage, or "0.27 of the attention"."""
    if is_bound(reading, number):
        return False
    following = reading.neighbours(number, 1, skip=("of", "plain"))
    is_part = following is not None and reading.units[following].tag == "intensity"
    fraction = any(is_fraction(unit) for unit in reading.units[:number])
    return reading.units[number].unit == "percent" or is_part or fraction


def _zone_values(
    reading: Reading, zones: Sequence[Zone], kinds: Sequence[str], *, is_named: bool
) -> dict[str, float]:
    """What a number may be that is said of some zones, or of all where none is named."""
    facts = reading.facts
    items = [facts.zones[zone] for zone in zones if zone in facts.zones]
    values = {
        f"{item.zone}.{name}": getattr(item, name)
        for item in items or facts.items
        for name in kinds
    }
    group = named_together(reading, zones)
    if "share" in kinds and len(group) > 1:
        values["zones.share"] = sum(item.share for item in group)
    if not items and not is_named:
        values["confidence"] = facts.confidence
    return values


def _check_greatest(reading: Reading, number: int, kind: str) -> bool:
    """Such as "The highest attention is 0.83", with no zone; whether it was that."""
    extremes = reading.unaccounted("max", "min")
    if reading.mentions or len(extremes) != 1 or kind not in _ZONE_KINDS or not reading.facts.items:
        return False
    noun = reading.neighbours(extremes[0], 1, skip=("of", "plain", "classifier"))
    if noun is None or reading.units[noun].tag not in (*_ZONE_KINDS, "mark"):
        return False
    if reading.has("right", "left", "both"):
        return False
    values = [float(getattr(item, kind)) for item in reading.facts.items]
    edge = max(values) if reading.units[extremes[0]].tag == "max" else min(values)
    reading.note(number, matches(reading, number, {kind: edge}), SpanKind.NUMBER, **{kind: edge})
    reading.account(*extremes)
    return True


def _check_outside(reading: Reading, number: int, kind: str) -> bool:
    """Such as "15 % lies outside the marked zones"; whether it was that."""
    outside = reading.tagged("except", "other")
    denied = reading.unaccounted("no") if reading.has("mark") else []
    of_zones = bool(reading.mentions) or kind not in ("", "share", "intensity")
    if of_zones or not (outside or denied) or is_bound(reading, number):
        return False
    if reading.units[number].unit != "percent":
        return False
    rest = 1 - sum(item.share for item in reading.facts.items)
    good = matches(reading, number, {"share": rest})
    if not outside and not good:
        return False
    reading.note(number, good, SpanKind.NUMBER, share=rest)
    reading.account(*outside, *reading.tagged("all", "two", "three", "four", "five", "absent"))
    reading.account(*denied, *reading.tagged("above", "below"))
    return True
