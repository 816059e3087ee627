"""What no check accounts for: findings, devices, earlier radiographs, advice, unknown words."""

from collections.abc import Mapping

from pipeline.types import SpanKind
from report.checking.sentence.lexicon import denies_by_prefix, in_table
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import PUNCTUATION, UNKNOWN, UNMEASURED_KINDS, Unit

FREE = frozenset(
    {
        PUNCTUATION,
        "dash",
        "zone_noun",
        "lung",
        "joins",
        "of",
        "there",
        "intensity",
        "mark",
        "share",
        "confidence",
        "probability",
        "classifier",
        "methods",
        "plain",
        "contrast",
        "not_only",
        "approximately",
        "caution",
        "agreement",
        "difference",
        "distribution",
        "together",
        "one",
        "follows_it",
        "likeliest",
        "chest_measurements",
        "same_level",
    }
)
"""The tables whose words claim nothing by themselves."""
_SPECULATION = frozenset({"hedge", "fits", "unlikely"})
_ADVICE = frozenset({"advice", "advice_object", "excludes"})
_STRUCTURE = frozenset(
    {
        "right",
        "left",
        "upper",
        "middle",
        "lower",
        "both",
        "one_sided",
        "number",
        "raised",
        "reduced",
    }
)
_VALUES = frozenset({SpanKind.NUMBER, SpanKind.CONFIDENCE, SpanKind.MEASUREMENT, SpanKind.LABEL})
_TURNING = (
    frozenset({"no", "absent", "other", "except", "only", "all", "than", "twice", "equal"})
    | frozenset({"upper", "middle", "lower", "max", "min", "above", "below", "more", "less"})
    | frozenset({"at_least", "at_most", "second", "third", "fourth", "several"})
    | DEGREES.keys()
    | COUNTS.keys()
) - {"one"}
_DOUBLES: frozenset[str] = frozenset(COUNTS.keys())
_REPEATING: Mapping[SpanKind, frozenset[str]] = {  # what may say the same again
    SpanKind.ORDER: frozenset({"max", "min", "second"}),
    SpanKind.COUNT: _DOUBLES,
    SpanKind.AGREEMENT: frozenset({"above", "below", "more", "less"}),
    SpanKind.GRADE: frozenset({"above", "below"}),
    SpanKind.NUMBER: _DOUBLES,
    SpanKind.CONFIDENCE: _DOUBLES | {"max"},
    SpanKind.MEASUREMENT: _DOUBLES | DEGREES.keys() | {"upper", "middle", "lower", "max", "min"},
}
_OF_ZONES = frozenset({SpanKind.GRADE, SpanKind.NUMBER, SpanKind.ORDER, SpanKind.ZONE})
_NAMED_DISEASE = frozenset({SpanKind.DISEASE, SpanKind.LABEL, SpanKind.FINDING})


def left_over(reading: Reading) -> list[tuple[Unit, SpanKind]]:
    """The units that nothing measured accounts for, each with what it is."""
    return [
        (unit, kind_of_rest(unit))
        for unit in reading.units
        if not unit.accounted and unit.tag not in FREE
    ]


def kind_of_rest(unit: Unit) -> SpanKind:
    """What a unit is that no check accounts for."""
    if unit.tag in UNMEASURED_KINDS:
        return UNMEASURED_KINDS[unit.tag]
    if unit.tag in _SPECULATION:
        return SpanKind.SPECULATION
    if unit.tag in _ADVICE:
        return SpanKind.ADVICE
    if unit.tag in ("label", "normal", "abnormal"):
        return SpanKind.DISEASE
    if unit.tag.endswith("_beyond") or unit.tag in ("hyperinflation", "heart"):
        return SpanKind.FINDING
    return SpanKind.NUMBER if unit.tag == "number" else SpanKind.UNKNOWN


def is_half_understood(reading: Reading, unit: Unit, rest: list[tuple[Unit, SpanKind]]) -> bool:
    """Whether something of a wrong unit's sentence was not understood that may turn its meaning.

    Words that place, count, compare, limit or deny, and that no check could use, turn anything; a
    word that nobody listed turns all but a value or a label that is said to be something.
    """
    turns = _TURNING - _REPEATING.get(unit.kind or SpanKind.UNKNOWN, frozenset())
    if unit.kind in _OF_ZONES and _names_other_place(reading, unit):
        return True
    if unit.kind is SpanKind.COMPARISON and _stands_alone(reading, unit):
        return True
    if unit.kind is SpanKind.COMPARISON:
        rest = _of_clause(reading, unit, rest)
    turning = any(one.tag in turns for one, _ in rest)
    unknown = any(one.tag == UNKNOWN for one, _ in rest)
    return turning or (unknown and unit.kind not in _VALUES)


def _names_other_place(reading: Reading, unit: Unit) -> bool:
    """Whether a unit's own clause speaks of a place that could not be told."""
    parts = [one.start for one in reading.units if one.text in (",", ";")]
    first = max((at for at in parts if at < unit.start), default=-1)
    last = min((at for at in parts if at > unit.start), default=reading.units[-1].end)
    inside = [at for at, one in enumerate(reading.units) if first < one.start < last]
    named = {at for one in reading.mentions for at in range(one.first, one.last + 1)}
    if not reading.mentions or named & set(inside):
        return False
    if unit.kind in (SpanKind.ORDER, SpanKind.ZONE):
        return any(reading.units[at].tag in ("no", "absent") for at in inside)
    return any(reading.units[at].tag in ("zone_noun", "third") for at in inside)


def _stands_alone(reading: Reading, unit: Unit) -> bool:
    """Whether a comparison's clause names nothing that could be compared: "..., and a bit more"."""
    index = next(at for at, one in enumerate(reading.units) if one is unit)
    clause = reading.clause_of(index)
    named = {at for one in reading.mentions for at in (one.first, one.last)}
    sides = reading.tagged("right", "left", within=clause)
    return not sides and not any(at in clause for at in named)


def _of_clause(
    reading: Reading, unit: Unit, rest: list[tuple[Unit, SpanKind]]
) -> list[tuple[Unit, SpanKind]]:
    """What is left over between the commas that a unit stands between."""
    parts = [one.start for one in reading.units if one.text in (",", ";")]
    first = max((at for at in parts if at < unit.start), default=-1)
    last = min((at for at in parts if at > unit.start), default=reading.units[-1].end)
    return [(one, kind) for one, kind in rest if first < one.start < last]


def negates_itself(reading: Reading, rest: list[tuple[Unit, SpanKind]]) -> bool:
    """Whether an unknown word may deny what it stands by: "un-", "non-" and the like."""
    return any(
        unit.tag == UNKNOWN and denies_by_prefix(unit.text, reading.facts.language)
        for unit, _ in rest
    )


def denies_rest(reading: Reading, rest: list[tuple[Unit, SpanKind]]) -> bool:
    """Whether a denial stands right before something unmeasured: it denies that, and no zone."""
    unmeasured = {id(unit) for unit, _ in rest}
    for index in reading.tagged("no", "absent"):
        following = reading.neighbours(index, 1, skip=("of", "plain", "all"))
        if following is not None and id(reading.units[following]) in unmeasured:
            return True
    return False


def is_general(reading: Reading, rest: list[tuple[Unit, SpanKind]]) -> bool:
    """Whether a sentence advises or cautions, beside what was measured if it says any of that.

    What it advises may name tests, specialists and, after "exclude", diseases; a zone, a side or
    a number in it is a claim.
    """
    cautions = reading.has("caution")
    advises = reading.has("advice", "excludes")
    if not (cautions or advises):
        return False
    excludes = reading.has("excludes")
    for unit, kind in rest:
        if unit.tag in _STRUCTURE and not _is_delay(reading, unit):
            return False
        if kind is SpanKind.ADVICE or (kind in _NAMED_DISEASE and excludes):
            continue
        if unit.tag in ("no", "more", "less", "above", "all", "other", "only", "then", "absent"):
            continue
        if not _is_advised(reading, unit):
            return False
    return True


def _is_delay(reading: Reading, unit: Unit) -> bool:
    return unit.tag == "number" and unit.unit == ""


def _is_advised(reading: Reading, unit: Unit) -> bool:
    """Whether advice may name a unit though another table has it, too."""
    return in_table(unit.text, "advice_object", reading.facts.language)
