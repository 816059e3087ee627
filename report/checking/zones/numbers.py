"""Checks each number that is a zone's intensity, agreement or share."""

from collections.abc import Sequence

from pipeline.types import SpanKind
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
        part = part_of_other(reading, number)
        if part is not None:
            reading.note(number, part, SpanKind.COMPARISON)
            return
    zones = owners(reading, number, numbers)
    if zones is None:
        values = side_values(reading, number, kinds)
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
        group = named_together(reading, zones)
        if "share" in kinds and len(group) > 1:
            values["zones.share"] = sum(item.share for item in group)
        if not items and not kind:
            values["confidence"] = facts.confidence
    if reading.has("together") and "share" in (*kinds, *(["share"] if kind == "intensity" else [])):
        named = {mention.zone for mention in reading.mentions}
        values["share"] = sum(item.share for item in facts.items if not named or item.zone in named)
    difference = difference_of_two(reading, number, kinds)
    good = difference if difference is not None else matches(reading, number, values)
    if good is not None:
        reading.note(number, good, SpanKind.NUMBER, **values)
    if good and reading.has("together") and not reading.mentions:
        reading.account(*reading.tagged("both", "two"))  # "the sum of both shares"
    if zones is not None and len(zones) == 1:  # "the upper zones: on the right 0.86"
        beside = range(max(0, number - 2), min(len(reading.units), number + 3))
        reading.account(*[at for at in beside if reading.units[at].tag == zones[0].side])
