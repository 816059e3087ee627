"""Numbers of a sentence: what each is said to be, and whether it is that."""

from collections.abc import Mapping

from report.checking.sentence.lexicon import in_table
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import QUANTITIES, TIMES
from report.checking.sentence.units import LABEL, NUMBER, is_fraction

APPROXIMATELY = 0.05
_TIMES_FROM, _TIMES_TO = 0.85, 1.2
_BOUNDS_ABOVE = frozenset({"above", "more", "at_least"})
_BOUNDS_BELOW = frozenset({"below", "less", "at_most"})
_LITTLE_WORDS = ("of", "plain", "there")
_CLASSES = frozenset({LABEL, "normal", "abnormal", "confidence", "probability", "classifier"})


def is_free_number(reading: Reading, index: int) -> bool:
    """Whether a unit is a number that nothing has dealt with yet."""
    unit = reading.units[index]
    return unit.tag == NUMBER and not unit.accounted


def kind_of(reading: Reading, index: int) -> str:
    """What a number is said to be: a quantity, `class` after a label, or empty.

    A quantity right after it counts first ("0.72 agreement", "61 % of the attention"), then the
    nearest before it in its statement or the ones before, then the nearest after it.
    """
    return (
        _kind_right_after(reading, index)
        or _kind_before(reading, index)
        or _kind_after(reading, index)
    )


def _kind_right_after(reading: Reading, index: int) -> str:
    units = reading.units
    following = reading.neighbours(index, 1, skip=_LITTLE_WORDS)
    if following is None:
        return ""
    if _is_part_of_map(reading, index, following):
        return "share"
    if units[following].tag not in QUANTITIES or any(
        in_table(unit.text, "accompanying", reading.facts.language)
        for unit in units[index + 1 : following]
    ):  # "93 % with attention in ..."
        return ""
    parts = {unit.tag for unit in units[index + 1 : following]}
    is_part = "of" in parts or is_fraction(units[index])
    is_part = is_part and units[following].tag == "intensity"
    return "share" if is_part and units[index].unit == "percent" else units[following].tag


def _kind_before(reading: Reading, index: int) -> str:
    depth = 0
    for unit in reversed(reading.units[:index]):
        depth += (unit.text == ")") - (unit.text == "(")
        if unit.text == ";" or unit.tag == "contrast":
            break
        if depth > 0:
            continue
        if unit.tag in QUANTITIES:
            return unit.tag
        if unit.tag in _CLASSES and unit.tag != "classifier":
            return "class"
    return ""


def _kind_after(reading: Reading, index: int) -> str:
    units = reading.units
    for after in range(index + 1, reading.segment_of(index).end):
        if units[after].text == "(":
            break
        if units[after].tag in QUANTITIES and not _has_own_number(reading, index, after):
            return units[after].tag
        if units[after].tag in (LABEL, "classifier"):
            return "class"
    return ""


def _is_part_of_map(reading: Reading, number: int, following: int) -> bool:
    """Such as "52 % of the map"."""
    unit = reading.units[following]
    is_map = unit.tag == "methods" and in_table(unit.text, "map_itself", reading.facts.language)
    return is_map and reading.units[number].unit == "percent"


def _has_own_number(reading: Reading, number: int, quantity: int) -> bool:
    """Whether a quantity after a comma has a number of its own: "0.57, share 22 %"."""
    parted = any(unit.text in (",", ";") for unit in reading.units[number:quantity])
    own = reading.neighbours(quantity, 1, skip=("of", "plain", "methods", "approximately"))
    return parted and own is not None and reading.units[own].tag == NUMBER


def is_times(value: float, other: float, tag: str) -> bool:
    """Whether a value is about as many times another as a word says: "twice"."""
    factor = TIMES[tag]
    return other > 0 and _TIMES_FROM * factor <= value / other <= _TIMES_TO * factor


def is_inherited(reading: Reading, index: int) -> bool:
    """Whether another number already followed the quantity before a number."""
    for before in range(index - 1, -1, -1):
        if reading.units[before].tag in QUANTITIES:
            return False
        if reading.units[before].tag == NUMBER:
            return True
    return False


def is_bound(reading: Reading, index: int) -> bool:
    """Whether a word such as "above" stands right before a number, and no "of the" after it."""
    tags = {reading.units[at].tag for at in range(max(0, index - 3), index)}
    parts = [unit.tag for unit in reading.units[index + 1 : index + 4]]
    is_part = "intensity" in parts and (parts[:1] == ["of"] or is_fraction(reading.units[index]))
    return bool(tags & (_BOUNDS_ABOVE | _BOUNDS_BELOW)) and not is_part


def _bound_after(reading: Reading, index: int) -> str:
    """Such as "3 % or below", "0.5 and more"; the words are accounted for."""
    after = reading.units[index + 1 : index + 3]
    if len(after) < 2 or after[0].tag != "joins":
        return ""
    for tags, bound in ((_BOUNDS_ABOVE, "above"), (_BOUNDS_BELOW, "below")):
        following = reading.neighbours(index + 2, 1, skip=())
        ends = following is None or reading.units[following].tag in ("punctuation", "of")
        if after[1].tag in tags and ends:
            reading.account(index + 2)
            return bound
    return ""


def matches(reading: Reading, index: int, values: Mapping[str, float]) -> bool | None:
    """Whether a number is one of some values, or bounds it as "above 0.7" does.

    Returns:
        `None` where there is no value. The words that bound it are accounted for.
    """
    if not values:
        return None
    unit = reading.units[index]
    tolerance = unit.tolerance
    bound, denied = "", False
    for before in range(index - 1, max(-1, index - 4), -1):
        tag = reading.units[before].tag
        if tag in ("approximately", "near"):
            reading.account(before)
            tolerance = max(tolerance, APPROXIMATELY)
        elif tag in _BOUNDS_ABOVE or tag in _BOUNDS_BELOW:
            bound = "above" if tag in _BOUNDS_ABOVE else "below"
            denied = before > 0 and reading.units[before - 1].tag == "no"
            if denied:
                bound = "below" if bound == "above" else "above"
                reading.account(before - 1)
                doubled = before > 1 and reading.units[before - 2].tag == "no"
                reading.account(*([before - 2] if doubled else []))  # "nowhere does not exceed"
            reading.account(before)
            break
        elif tag == "than":
            reading.account(before)
        elif tag not in ("of", "plain", "joins", "difference"):
            break
    if not bound:
        bound = _bound_after(reading, index)
    near = any(
        abs(one - unit.value) <= tolerance
        for value in values.values()
        for one in (value, round(value, 2))
    )
    if not bound or (near and not denied):
        return near
    if denied and not reading.mentions:  # said of all
        edge = unit.value + tolerance * (1 if bound == "below" else -1)
        own = [value for name, value in values.items() if "_" in name or "." not in name]
        return all((value <= edge) == (bound == "below") for value in own)
    if near:
        return near
    if bound == "above":
        return any(value > unit.value for value in values.values())
    return any(value < unit.value for value in values.values())
