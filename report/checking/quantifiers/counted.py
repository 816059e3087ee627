"""What a number counts: all zones, the marked ones, or those that an earlier count is of."""

from pipeline.types import SpanKind
from report.checking.sentence.places import LEVELS
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import NUMBER, is_fraction

_ELLIPTIC = frozenset(
    {"lung", "right", "left", "punctuation", "dash", "joins", "plain", "of", "only"}
)
_FAR = 6  # units between a number and what it counts
BETWEEN = (
    "upper",
    "middle",
    "lower",
    "plain",
    "mark",
    "of",
    "intensity",
    "lung",
    "right",
    "left",
    "there",
    *DEGREES,
)


def counts_zones(reading: Reading, index: int) -> bool:
    """Whether "both" is of zones ("both marked zones"), not of lungs."""
    noun = reading.neighbours(index, 1, skip=("mark", "of", "plain", *DEGREES))
    return noun is not None and reading.units[noun].tag == "zone_noun"


def counted_noun(reading: Reading, index: int) -> int | None:
    """The zones counted: right after a number, past what describes them; or the number itself."""
    noun = reading.neighbours(index, 1, skip=BETWEEN)
    tag = "" if noun is None else reading.units[noun].tag
    is_end = tag in ("", "punctuation", "joins", "dash", "each_side")
    if _counts_by_itself(reading, index, tag, is_end=is_end):
        return index
    if noun is None or is_end or noun - index > _FAR:
        return None
    if tag == "six" or (tag in COUNTS and is_pool(reading, noun)):  # "three of six zones"
        nested = counted_noun(reading, noun)
        return index if nested is None and _stands_after(reading, index) else nested
    return noun if tag == "zone_noun" else _announced(reading, index)


def _counts_by_itself(reading: Reading, index: int, following: str, *, is_end: bool) -> bool:
    """Whether no noun follows a number that counts zones all the same."""
    before = reading.units[index - 1].tag if index else ""
    if before == "of" and is_end and reading.has("max", "min", "more", "less"):
        return True  # "the weakest of three"
    whole = [at for at in reading.tagged("six") if at < index and is_whole(reading, at)]
    if whole and following != "zone_noun":
        return True  # "of six zones two are marked"
    if not is_end:
        return False
    if _stands_after(reading, index):
        return True  # "Marked zones: none", "the number of marked zones is two"
    segment = reading.segment_of(index)
    counted = any(unit.kind is SpanKind.COUNT for unit in reading.units[:index])
    nouns = [at for at in reading.tagged("zone_noun", within=segment) if at < index]
    of_zones = bool(nouns) and reading.has("of", within=segment) and before not in LEVELS
    of_zones = of_zones or (bool(nouns) and following == "each_side")
    sided = reading.has("right", "left", "each_side", within=segment)
    return sided and ((counted and before in _ELLIPTIC) or of_zones)  # "..., the left lung one"


def _stands_after(reading: Reading, index: int) -> bool:
    """Whether a number ends a statement that names zones and no one zone."""
    skip = ("plain", "dash", "punctuation", "of", "there", "classifier", "intensity", "equal")
    before = reading.neighbours(index, -1, skip=skip)
    if before is None or reading.mentions or reading.has("label", "methods"):
        return False
    return reading.units[before].tag in ("zone_noun", "mark")


def _announced(reading: Reading, index: int) -> int | None:
    """The colon before a number, where zones were announced: "marked zones: two"."""
    previous = reading.neighbours(index, -1, skip=("of", "plain"))
    if previous is not None and reading.units[previous].text == ":" and reading.has("zone_noun"):
        return previous
    return None


def part_before(reading: Reading, index: int) -> int | None:
    """A fraction of the zones counted: "half of the six"."""
    before = reading.neighbours(index, -1, skip=("of", "plain"))
    if before is None or reading.units[before].tag != NUMBER or before == index - 1:
        return None
    return before if is_fraction(reading.units[before]) else None


def is_pool(reading: Reading, index: int) -> bool:
    """Whether a count is of those that an earlier one is taken from: "two of the four marked"."""
    units = reading.units
    before = reading.neighbours(index, -1, skip=("of", "plain"))
    apart = before is not None and index - before > 1
    counted = before is not None and units[before].tag in COUNTS
    after = reading.neighbours(index, 1, skip=("of", "plain"))
    marked = after is not None and units[after].tag == "mark"
    joined = {unit.text.lower() for unit in units[(before or 0) + 1 : index]}
    return apart and counted and marked and not joined & {",", ";", ":"}


def is_whole(reading: Reading, index: int) -> bool:
    """Whether "six" is the number of all there are: "of six", "of the six"."""
    before = reading.units[max(0, index - 3) : index]
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    if others and before and before[-1].tag == "of":
        return True  # "of the six zones two are marked"
    return any(
        unit.tag in COUNTS or unit.tag in ("several", "no", "only") for unit in before
    ) and any(unit.tag in ("of", "plain") for unit in before)
