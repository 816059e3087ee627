"""Numbers of a sentence, in digits and in words, with their units and how exact they are."""

import re

from pipeline.types import Language
from report.checking.sentence.lexicon import unit_sign
from report.checking.sentence.units import (
    COUNT_WORDS,
    FRACTION_TOLERANCE,
    NUMBER,
    NUMBER_UNITS,
    PUNCTUATION,
    Unit,
)

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4}(?:[.,]\d+)?|[.,]\d+)")
_FRACTION = "hundredths_"  # a table's name before its value: `hundredths_50` is a half
_TENS = "spelled_"  # likewise: `spelled_20` is twenty
_COUNTED = {word: number for number, word in enumerate(COUNT_WORDS)}
_IN_LISTS = frozenset(
    {"joins", "than", "of", "at_most", "dash", PUNCTUATION}
)  # between numbers of one unit
_COUNT_AFTER = re.compile(r"[^\W\d_]+")


def with_spelled_numbers(units: list[Unit], text: str, language: Language) -> list[Unit]:
    """Numbers in words, such as "fifty-four hundredths", "two thirds", "seven points"."""
    joined: list[Unit] = []
    for unit in units:
        before = joined[-1] if joined else None
        tens = None if before is None else _spelled(before)
        value = _spelled(unit)
        if unit.tag.startswith(_FRACTION):
            unit.value = int(unit.tag.removeprefix(_FRACTION)) / 100
            unit.tolerance = FRACTION_TOLERANCE
            unit.tag, unit.unit = NUMBER, "percent"
        if tens is not None and text[unit.start] == "-" and _COUNT_AFTER.match(text, unit.end):
            continue  # the hyphen of fifty-four
        if before is not None and tens is not None and value is not None and tens >= 20 > 2 * value:
            before.end, before.tag = unit.end, f"{_TENS}{tens + value}"
            continue
        joined.append(unit)
    found: list[Unit] = []
    for unit in joined:
        if not found or unit.start >= found[-1].end:
            found.append(_as_number(unit, text, language))
    _share_units(found)
    return [_as_percent(unit, found) for unit in found]


def _as_percent(unit: Unit, units: list[Unit]) -> Unit:
    """A spelled number after a percentage as another: "seventy-one per cent, eighteen for ..."."""
    value = _spelled(unit)
    before = [one for one in units if one.tag == NUMBER and one.start < unit.start]
    if value is None or value <= _COUNTED["six"] or not before or before[-1].unit != "percent":
        return unit
    share = value / 100
    return Unit(NUMBER, "", unit.start, unit.end, value=share, tolerance=0.005, unit="percent")


def _share_units(units: list[Unit]) -> None:
    """Give numbers of a list the unit that only its last one has: "47, 24 and 11 per cent"."""
    following: Unit | None = None
    for unit in reversed(units):
        if unit.tag == NUMBER:
            if following is not None and not unit.unit:
                if following.unit in ("cm", "mm"):
                    unit.unit = following.unit
                elif following.unit == "percent" and unit.value > 1:
                    unit.value, unit.tolerance = unit.value / 100, unit.tolerance / 100
                    unit.unit = "percent"
            following = unit
        elif unit.tag not in _IN_LISTS and unit.text != ",":
            following = None


def _as_number(unit: Unit, text: str, language: Language) -> Unit:
    """A spelled number with the unit that follows it as one number; any other unit as it is."""
    value, ending = _spelled(unit), _ending(unit, text, language)
    if value is None or ending is None:
        return unit
    name, end, parts = ending
    return Unit(
        NUMBER,
        "",
        unit.start,
        end,
        value=value / parts,
        tolerance=0.5 / parts + 1e-9,
        unit=name,
    )


def _spelled(unit: Unit) -> int | None:
    """The whole number that a word is."""
    if unit.tag.startswith(_TENS):
        return int(unit.tag.removeprefix(_TENS))
    return _COUNTED.get(unit.tag)


def _ending(unit: Unit, text: str, language: Language) -> tuple[str, int, float] | None:
    """What a spelled number is of: its unit, where that ends, and by what it is divided."""
    if _spelled(unit) is None:
        return None
    for name in ("points", "percent", "hundredths", "tenths", "cm", "mm"):
        sign = unit_sign(language, name).match(text, unit.end)
        if sign:
            parts = {"points": 100.0, "percent": 100.0, "hundredths": 100.0, "tenths": 10.0}
            own = {"hundredths": "percent", "tenths": "percent"}.get(name, name)
            return own, sign.end(), parts.get(name, 1.0)
    return None


def number_at(text: str, at: int, language: Language) -> Unit | None:
    """The number in digits that begins at a character, with its unit, if one does."""
    match = _NUMBER.match(text, at)
    if match is None or text[match.end() : match.end() + 1].isalpha():
        return None
    digits = match.group(1).replace(",", ".")
    unit, end = "", match.end()
    for name in NUMBER_UNITS:
        sign = unit_sign(language, name).match(text, match.end())
        if sign:
            unit, end = {"of_hundred": "percent"}.get(name, name), sign.end()
            break
    scale = 100.0 if unit in ("percent", "points") else 1.0
    decimals = len(digits.partition(".")[2])
    return Unit(
        NUMBER,
        "",
        at,
        end,
        value=float(digits) / scale,
        tolerance=0.5 * 10.0**-decimals / scale + 1e-9,
        unit=unit,
    )
