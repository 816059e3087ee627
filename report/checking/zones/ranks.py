"""Checks orders of zones: strongest, second, followed by."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from pipeline.types import Descriptor, SpanKind, Zone
from report.checking.sentence.places import SIDES, ZoneMention
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment

ROUNDED = 0.005  # the prompt states two decimals
_RANKS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
ZONE_QUANTITIES = ("agreement", "disagree", "share", "intensity", "mark")
_CLASSES = ("label", "confidence", "probability", "normal", "abnormal")


def check_order(reading: Reading) -> None:
    """Which zone is strongest, weakest, second, and in which order zones are listed."""
    extremes = reading.unaccounted("max", "min", *_RANKS)
    if _speaks_of_classes(reading):
        return
    ranked = _joined_ranks(reading, extremes)
    for place, (index, rank, least) in enumerate(ranked):
        segment = reading.segment_of(index)
        mentions = _subjects(reading, place, [one[0] for one in ranked], segment)
        if mentions:
            _check_rank(reading, index, [one.zone for one in mentions], rank=rank, least=least)
    _check_list(reading)


def _speaks_of_classes(reading: Reading) -> bool:
    return not reading.mentions and reading.has(*_CLASSES)


def _joined_ranks(reading: Reading, extremes: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Each extreme with its rank, "second strongest" as one, and whether it counts from below."""
    found: list[tuple[int, int, bool]] = []
    skip = -1
    for place, index in enumerate(extremes):
        if index == skip:
            continue
        tag = reading.units[index].tag
        rank, least = _RANKS.get(tag, 1), tag == "min"
        following = extremes[place + 1] if place + 1 < len(extremes) else None
        if following is not None and following - index <= 2 and tag in _RANKS:
            least = reading.units[following].tag == "min"
            skip = following
            reading.account(following)
        found.append((index, rank, least))
    return found


def _subjects(
    reading: Reading, place: int, extremes: Sequence[int], segment: Segment
) -> list[ZoneMention]:
    """The zones that an extreme is said of."""
    mentions = reading.mentions
    if not mentions:
        return []
    if len(mentions) == len(extremes):
        return [mentions[place]]
    index = extremes[place]
    side = reading.neighbours(index, 1, skip=("of", "plain"))
    if side is not None and reading.units[side].tag in SIDES:
        of_side = [one for one in mentions if one.last < index and not one.last >= side]
        of_side = [one for one in of_side if one.zone.side == reading.units[side].tag]
        if len(of_side) == 1 and not reading.units[side].accounted:
            reading.account(side)  # "the upper zones, mainly the right one"
            return of_side
    cut = next((at for at in reading.tagged("then") if at > index), len(reading.units))
    start = extremes[place - 1] if place else -1
    end = extremes[place + 1] if place + 1 < len(extremes) else len(reading.units)
    before = [one for one in mentions if start < one.first < index]
    after = [one for one in mentions if index < one.first < min(cut, end)]
    own = [one for one in before if one.first in segment]
    if own and not _then_between(reading, own[-1].last, index):
        return own
    here = [one for one in after if one.first in segment]
    return here or after[:1] or before[-1:]


def _then_between(reading: Reading, start: int, end: int) -> bool:
    return any(start < at < end for at in reading.tagged("then"))


def quantity_of(reading: Reading, index: int) -> Callable[[Descriptor], float]:
    """The quantity an order or a comparison is of: the nearest in its segment, else attention."""
    found = reading.tagged(*ZONE_QUANTITIES, within=reading.segment_of(index))
    found = found or reading.tagged(*ZONE_QUANTITIES)
    tag = "intensity"
    if found:
        tag = reading.units[min(found, key=lambda at: (abs(at - index), at < index))].tag
    if tag == "disagree":
        return lambda item: -item.agreement
    name = {"mark": "intensity"}.get(tag, tag)
    return lambda item: float(getattr(item, name))


def _check_rank(
    reading: Reading, index: int, zones: Sequence[Zone], *, rank: int, least: bool
) -> None:
    facts = reading.facts
    value = quantity_of(reading, index)
    items = [facts.zones[zone] for zone in zones if zone in facts.zones]
    denied = denied_before(reading, index)
    if denied is not None and len(reading.tagged("max", "min")) > len(reading.mentions):
        return  # "best in the lower zone and not in the strongest one"
    evidence = {f"{item.zone}.intensity": item.intensity for item in items}
    if len(items) < len(zones) or not items:
        if denied is None and not least:
            reading.note(index, False, SpanKind.ORDER, **evidence)
        return
    ranked = sorted(facts.items, key=value, reverse=not least)
    edge = value(ranked[min(len(ranked), rank + len(items) - 1) - 1])
    top = value(ranked[rank - 1]) if rank <= len(ranked) else None
    if top is None:
        good = False
    else:
        low, high = min(top, edge) - ROUNDED, max(top, edge) + ROUNDED
        good = all(low <= value(item) <= high for item in items)
    if denied is not None:
        reading.account(denied)
        good = not good
    reading.note(index, good, SpanKind.ORDER, **evidence)


def denied_before(reading: Reading, index: int) -> int | None:
    """The word that denies an order or a comparison right before it: "not the strongest"."""
    before = reading.neighbours(index, -1, skip=("of", "plain", "intensity", "mark"))
    if before is None or reading.units[before].tag != "no" or reading.units[before].accounted:
        return None
    return before


def _check_list(reading: Reading) -> None:
    """Such as "A, followed by B": none is weaker than those after it; from below, none stronger."""
    thens = reading.unaccounted("then", "rising", "declines")
    if not thens:
        return
    facts = reading.facts
    items = [facts.zones.get(mention.zone) for mention in reading.mentions]
    if any(item is None for item in items):
        reading.account(*thens)
        return
    value = quantity_of(reading, thens[0])
    said = [value(item) for item in items if item is not None]
    if len(said) == 1:
        previous = [value(facts.zones[zone]) for zone in reading.context if zone in facts.zones]
        said = [*previous[-1:], *said]
    if len(said) < 2:
        reading.account(*thens)  # "next comes ..." after a sentence without zones
        return
    least = [at for at in reading.tagged("min") if at < reading.mentions[-1].first]
    least = least if least and least[0] < thens[0] else []
    rising = reading.has("rising") or (bool(least) and not reading.has("max"))
    pairs = list(pairwise(said))
    good = all((b - a if rising else a - b) > -ROUNDED for a, b in pairs)
    if good and len(said) == 2 and len(reading.mentions) == 2 and reading.has("then"):
        between = [
            item for item in facts.items if said[1] + ROUNDED < value(item) < said[0] - ROUNDED
        ]
        good = not between  # what follows is the next
    for index in thens:
        reading.note(index, good, SpanKind.ORDER)
