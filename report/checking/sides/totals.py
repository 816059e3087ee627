"""Which side is the stronger, and on which the methods agree better."""

from pipeline.types import Side
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment


def side_totals(reading: Reading) -> dict[Side, tuple[float, float, float]]:
    """Of each side its part of the map, its strongest zone and its number of zones."""
    totals = {}
    for side in Side:
        items = [item for item in reading.facts.items if item.zone.side is side]
        totals[side] = (
            sum(item.share for item in items),
            max((item.intensity for item in items), default=0.0),
            sum(item.intensity for item in items),
        )
    return totals


def stronger_side(reading: Reading) -> Side | None:
    """The side that is stronger by every measure; `None` if they disagree."""
    totals = side_totals(reading)
    right, left = totals[Side.RIGHT], totals[Side.LEFT]
    if all(a >= b for a, b in zip(right, left, strict=True)) and right != left:
        return Side.RIGHT
    if all(b >= a for a, b in zip(right, left, strict=True)) and right != left:
        return Side.LEFT
    return None


def agreeing_side(reading: Reading) -> Side | None:
    """The side where both methods agree better, in every zone; `None` if that differs."""
    values = {
        side: [item.agreement for item in reading.facts.items if item.zone.side is side]
        for side in Side
    }
    right, left = values[Side.RIGHT], values[Side.LEFT]
    if not right or not left:
        return None
    if min(right) > max(left):
        return Side.RIGHT
    return Side.LEFT if min(left) > max(right) else None


def open_sides(reading: Reading, segment: Segment) -> list[int]:
    """The sides of a segment that no check has dealt with yet."""
    return reading.unaccounted("right", "left", within=segment)
