"""Checks each zone that a sentence names: marked, or not marked where that is denied."""

from collections.abc import Sequence

from pipeline.types import Side, SpanKind
from report.checking.sentence.places import ZoneMention
from report.checking.sentence.reading import Reading


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
        contrasted = _contrasted(reading)
        for mention in mentions:
            if mention.zone in reading.excepted:
                continue
            if mention in contrasted:  # the first is the strongest, so the other is not
                reading.note(mention.first, None, SpanKind.ZONE)
                reading.note(mention.last, None, SpanKind.ZONE)
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
            reading.account(*reading.tagged("both", "each_side", within=segment))
    _account_repeated_sides(reading)


def _contrasted(reading: Reading) -> list[ZoneMention]:
    """The zones that are denied an order: "strongest in the middle zone, not in the lower"."""
    if not reading.has("max", "min"):
        return []
    found = []
    for mention in reading.mentions[1:]:
        denial = reading.neighbours(mention.first, -1, skip=("of", "plain", "contrast"))
        if denial is None or reading.units[denial].tag != "no":
            continue
        joint = reading.neighbours(denial, -1, skip=("contrast", "joins"))
        if joint is not None and reading.units[joint].text == ",":
            reading.account(denial)
            found.append(mention)
    return found


def _account_repeated_sides(reading: Reading) -> None:
    """Such as "The upper zones are not marked, neither on the right nor on the left"."""
    both = {mention.zone.side for mention in reading.mentions} == set(Side)
    sides = reading.unaccounted("right", "left")
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
