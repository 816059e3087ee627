"""Checks what is said to lie below or above a part of the lung."""

from pipeline.types import Level, SpanKind
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.places import ZoneMention
from report.checking.sentence.reading import Reading

_DOWN = list(Level)  # from the apex to the base


def check_positions(reading: Reading) -> None:
    """Such as "No marked zone lies below the upper third", "below the middle zone, the lower"."""
    for index in reading.unaccounted("below", "above", "less", "more"):
        if not in_table(reading.units[index].text, "lying", reading.facts.language):
            continue
        at = reading.neighbours(index, 1, skip=("of", "plain"))
        named = [one for one in reading.mentions if one.first == at]
        others = [one for one in reading.mentions if one.first != at]
        if not named or reading.has("than", "intensity", "agreement"):
            continue
        if index == 0 and others and all(_is_beyond(reading, index, one, named) for one in others):
            reading.account(index, *_units(named))
            reading.mentions = others
        elif not others and reading.has("mark"):
            _check_beyond(reading, index, named)


def _is_beyond(reading: Reading, index: int, one: ZoneMention, named: list[ZoneMention]) -> bool:
    """Whether a zone lies on the said side of another of its lung."""
    steps = [_DOWN.index(one.zone.level) - _DOWN.index(other.zone.level) for other in named]
    down = 1 if reading.units[index].tag in ("below", "less") else -1
    return all(step * down > 0 for step in steps)


def _check_beyond(reading: Reading, index: int, named: list[ZoneMention]) -> None:
    """Whether any zone is marked there, or none where that is denied."""
    sides = {one.zone.side for one in named}
    found = [
        item
        for item in reading.facts.items
        if item.zone.side in sides
        and _is_beyond(reading, index, ZoneMention(zone=item.zone, first=index, last=index), named)
    ]
    denied = reading.unaccounted("no", "absent")
    reading.excepted |= {one.zone for one in named}
    reading.note(index, bool(found) != bool(denied), SpanKind.ZONE)
    reading.account(*denied, *reading.tagged("several", "all", "each_side", "both"))
    reading.account(*_units(named))


def _units(mentions: list[ZoneMention]) -> list[int]:
    return [at for one in mentions for at in range(one.first, one.last + 1)]
