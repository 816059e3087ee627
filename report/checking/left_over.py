"""What no check accounts for: findings, devices, earlier radiographs, advice, unknown words."""

from pipeline.types import SpanKind
from report.checking.lexicon import (
    PUNCTUATION,
    UNKNOWN,
    UNMEASURED_KINDS,
    Unit,
    denies_by_prefix,
    in_table,
)
from report.checking.reading import Reading

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
