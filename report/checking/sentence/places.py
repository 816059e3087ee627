"""The zones that a sentence names, in whatever order side, level and part of the lung stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pipeline.types import Level, Side, SpanKind, Zone
from report.checking.sentence.units import Unit

LEVELS = {level.value: level for level in Level}
SIDES = {side.value: side for side in Side}
_ZONES = {zone.value: zone for zone in Zone}
_PLACES = frozenset({"zone_noun", "lung", "one"})
_LINKS = frozenset({"of", "within"})
_OF_MAPS = frozenset({"zone_noun", "mark", "intensity", "share", "agreement", "methods"})
_COMPARING = frozenset({"than", "above", "below", "more", "less", "equal"})
_AFTER_LEVEL = frozenset(
    {
        "punctuation",
        "dash",
        "number",
        "mark",
        "joins",
        "weak",
        "moderate",
        "strong",
        "no",
        "plain",
        "one",
        "difference",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMention:
    """A zone named by the units `first` to `last` of a sentence."""

    zone: Zone
    first: int
    last: int


def zone_mentions(units: Sequence[Unit], marked: Collection[Zone]) -> list[ZoneMention]:
    """The zones a sentence names, in reading order; their units are accounted for.

    A level belongs to the side right before it, else to the side that its part of the lung has
    ("the upper zone of the right lung"), else to the last side that is not yet another's, else to
    the last side at all; "both" and no side at all mean both, or the one side that is `marked`. A
    level next to no side and no part of the lung is none ("upper respiratory tract"), but for one
    that stands for a zone ("on the right: the lower and the middle", "first the lower").
    """
    _part_comparisons(units)
    opposite = _repeat_sides(units)
    marked_sides = {zone.side for zone in marked}
    of_maps = any(unit.tag in _OF_MAPS for unit in units)
    found: list[ZoneMention] = []
    taken: set[int] = set()
    for chain in _chains(units):
        first, last = chain[0], chain[-1]
        before = _side_before(units, first, taken)
        after = _side_after(units, last)
        earlier = _earlier_side(units, first, taken)
        alone = bool(found) or earlier is not None or of_maps
        alone = alone and _stands_alone(units, last)  # not "upper respiratory tract"
        alone = alone or (_is_excepted(units, first) and _stands_alone(units, last))
        if before is None and after is None and not _near_place(units, first, last) and not alone:
            continue
        at = before if before is not None else after
        if at is None:
            at = earlier
        sides = list(marked_sides) if len(marked_sides) == 1 else list(Side)
        if at is not None:
            sides = [SIDES[units[at].tag]] if units[at].tag in SIDES else list(Side)
        if at is not None:
            units[at].accounted = True
            taken.add(at)
        beside = at is not None and at in (before, after)
        ends = [first, last] + ([at] if at is not None and beside else [])
        for index in chain:
            units[index].accounted = True
            level = LEVELS[units[index].tag]
            shown = [zone.side for zone in marked if zone.level is level]
            only = at is None and len(shown) == 1 and not _near_place(units, first, last)
            for side in shown if only else sides:
                zone = Zone(f"{side}_{level}")
                span = (min(ends), max(ends)) if len(chain) == 1 else (index, index)
                found.append(ZoneMention(zone=zone, first=span[0], last=span[1]))
    found += _other_sides(units, found, taken, opposite)
    for index, unit in enumerate(units):
        if unit.tag in _ZONES:
            unit.accounted = True
            found.append(ZoneMention(zone=_ZONES[unit.tag], first=index, last=index))
    found.sort(key=lambda mention: mention.first)
    for mention in found:
        for unit in units[mention.first : mention.last + 1]:
            unit.kind = unit.kind or SpanKind.ZONE
    return found


def _chains(units: Sequence[Unit]) -> list[list[int]]:
    """Levels that stand together: "upper", "upper and middle", "upper, middle and lower"."""
    chains: list[list[int]] = []
    linked = False
    for index, unit in enumerate(units):
        if unit.tag in LEVELS:
            if linked and chains:
                chains[-1].append(index)
            else:
                chains.append([index])
            linked = True
        elif unit.tag not in ("joins", "of", "no") and unit.text not in (",", "/", "-"):
            linked = False
    return chains


def _part_comparisons(units: Sequence[Unit]) -> None:
    """Where "lower" means "less": before "than", or beside no side and no part of the lung."""
    for index, unit in enumerate(units):
        if unit.tag != "lower":
            continue
        after = units[index + 1] if index + 1 < len(units) else None
        before = units[index - 1] if index else None
        if after is not None and after.tag == "than" and not (before and _is_side(before)):
            unit.tag = "less"  # "lower than", but not "the left base than"
        elif before is not None and before.tag == "plain":
            beside = after is not None and (after.tag in _PLACES | {"joins"} or _is_side(after))
            unit.tag = unit.tag if beside else "less"


def _repeat_sides(units: Sequence[Unit]) -> set[int]:
    """Name "the same lung" and "the other side" where one side was named; returns the latter."""
    named: set[str] = set()
    opposite: set[int] = set()
    for index, unit in enumerate(units):
        if unit.tag in SIDES:
            named.add(unit.tag)
        elif unit.tag in ("same_side", "opposite_side") and len(named) == 1:
            same = next(iter(named))
            other = next(side for side in SIDES if side != same)
            if unit.tag == "opposite_side":
                opposite.add(index)
            unit.tag = same if unit.tag == "same_side" else other
    return opposite


def _is_side(unit: Unit) -> bool:
    return unit.tag in SIDES or unit.tag == "both"


def _side_before(units: Sequence[Unit], first: int, taken: set[int]) -> int | None:
    index = first - 1
    while index >= 0 and (
        units[index].tag in _LINKS or units[index].tag == "lung" or units[index].text == "-"
    ):
        index -= 1
    is_free = index >= 0 and _is_side(units[index]) and index not in taken
    return index if is_free else None


def _side_after(units: Sequence[Unit], last: int) -> int | None:
    index = last + 1
    while index < len(units) and (
        units[index].tag in _PLACES or units[index].tag in _LINKS or units[index].text == "-"
    ):
        index += 1
    is_side = index < len(units) and _is_side(units[index])
    # "the upper zone and, in the right ..." is not passed over; a level after it has its own side
    following = index + 1
    while following < len(units) and units[following].tag in _LINKS:
        following += 1
    claimed = following < len(units) and units[following].tag in LEVELS and index > last + 1
    return index if is_side and not claimed else None


def _other_sides(
    units: Sequence[Unit],
    found: Sequence[ZoneMention],
    taken: set[int],
    opposite: Collection[int],
) -> list[ZoneMention]:
    """Such as "More in the right upper zone than in the left": the same level of the other side."""
    added = []
    for index, unit in enumerate(units):
        if unit.tag not in SIDES or index in taken or not found:
            continue
        before = [units[at].tag for at in range(max(0, index - 4), index)]
        named = [mention for mention in found if mention.last < index]
        own = {units[at].tag for at in range(index + 1, min(len(units), index + 3))}
        if (
            named
            and (
                index in opposite
                or any(one.tag == "same_level" for one in units[max(0, index - 4) : index + 5])
                or _is_elliptic(units, index, named[-1].last)
                or _COMPARING & set(before)
            )
            and not (own & LEVELS.keys())
        ):
            zone = Zone(f"{unit.tag}_{named[-1].zone.level}")
            if zone is not named[-1].zone:
                unit.accounted = True
                taken.add(index)
                added.append(ZoneMention(zone=zone, first=index, last=index))
    return added


def _is_elliptic(units: Sequence[Unit], index: int, last: int) -> bool:
    """Such as "The right apex leads with 0.86, the left follows with 0.55"."""
    following = units[index + 1 : index + 4]
    if following and following[0].tag in _PLACES and following[0].tag != "one":
        return False
    between = units[last + 1 : index]
    parted = [at for at, unit in enumerate(between) if unit.text in (",", ";")]
    joined = [at for at, unit in enumerate(between) if unit.tag in ("joins", "contrast")]
    numbers = [at for at, unit in enumerate(between) if unit.tag == "number"]
    if parted and numbers and any(one.tag == "number" for one in following):
        return True
    joint = min([*parted, *joined], default=None)
    if joint is None:
        return False
    after = [at for at in numbers if at > joint]
    return bool(after) and len(between) - after[-1] <= 4  # "... and 25 % in the left"


def _near_place(units: Sequence[Unit], first: int, last: int) -> bool:
    after = units[last + 1].tag if last + 1 < len(units) else ""
    before = [unit.tag for unit in units[max(0, first - 3) : first] if unit.tag not in _LINKS]
    return after in _PLACES or (bool(before) and before[-1] in _PLACES)


def _stands_alone(units: Sequence[Unit], last: int) -> bool:
    """Whether a level after other zones needs no noun: "on the left the lower (0.35)"."""
    following = units[last + 1] if last + 1 < len(units) else None
    return following is None or following.tag in _AFTER_LEVEL


def _is_excepted(units: Sequence[Unit], first: int) -> bool:
    """Whether a level stands right after "except": "all zones except the upper ones"."""
    before = [unit.tag for unit in units[max(0, first - 2) : first] if unit.tag not in _LINKS]
    return bool(before) and before[-1] == "except"


def _earlier_side(units: Sequence[Unit], first: int, taken: set[int]) -> int | None:
    sides = [index for index in range(first) if _is_side(units[index])]
    free = [index for index in sides if index not in taken]
    candidates = free or sides
    return candidates[-1] if candidates else None
