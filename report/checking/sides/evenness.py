"""Checks whether attention is symmetrical."""

from pipeline.types import Level, Side, Zone
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sides.sides import note_sides
from report.checking.sides.totals import stronger_side

_EVEN_TO, _UNEVEN_FROM = 0.05, 0.1


def check_evenness(reading: Reading) -> None:
    """Such as "Attention is asymmetric": one side is clearly the stronger."""
    for index in reading.tagged("asymmetric", "symmetric"):
        cues = ("intensity", "mark", "distribution", "in_favour")
        if not (reading.mentions or reading.has(*cues)):
            continue
        _check_favoured(reading)
        if reading.units[index].tag == "symmetric":
            _check_symmetric(reading, index)
            continue
        stronger = stronger_side(reading)
        denied = reading.denials(reading.segment_of(index))
        if stronger is not None:
            reading.account(*denied)
            note_sides(reading, [index], not denied)


def _check_favoured(reading: Reading) -> None:
    """Such as "... in favour of the right side": the stronger."""
    for index in reading.unaccounted("in_favour"):
        side = reading.neighbours(index, 1, skip=("of", "plain"))
        stronger = stronger_side(reading)
        if side is not None and reading.units[side].tag in SIDES and stronger is not None:
            note_sides(reading, [index, side], reading.units[side].tag == stronger)


def _check_symmetric(reading: Reading, index: int) -> None:
    """Such as "Attention is symmetrical in the lower zones": of each pair of zones, or of all."""
    named = {mention.zone.level for mention in reading.mentions} or set(Level)
    gaps = []
    for level in named:
        pair = [reading.facts.zones.get(Zone(f"{side}_{level}")) for side in Side]
        first, second = (0.0 if item is None else item.intensity for item in pair)
        gaps.append(abs(first - second))
    denied = reading.near_denials(index)
    if max(gaps) >= _UNEVEN_FROM or max(gaps) <= _EVEN_TO:
        reading.account(*denied)
        note_sides(reading, [index], (max(gaps) <= _EVEN_TO) != bool(denied))
