"""Checks a difference "in favour of the left"."""

from pipeline.types import SpanKind
from report.checking.sentence.reading import Reading


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
