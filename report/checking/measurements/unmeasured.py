"""Checks what is said not to have been measured: one measurement, a structure's, or all of them."""

from pipeline.types import SpanKind
from report.checking.measurements.mentions import measurement_names
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import LABEL, NUMBER

_OF_STRUCTURE = {
    "heart_itself": ("cardiothoracic_ratio", "heart_width"),
    "lungs_themselves": ("lung_height", "lung_height_to_chest_width", "lung_share"),
    "dome_itself": ("dome_height", "dome_height_ratio"),
}
_OF_OTHERS = ("intensity", "mark", "zone_noun", LABEL, "normal", "abnormal", "confidence")
_HIDDEN = frozenset(
    {"finding", "anatomy", "heart", "lung", "no", "all", "each_side", "both", "right", "left"}
)


def check_unmeasured(reading: Reading) -> None:
    """Such as "The CTR was not determined", "no chest measurements were made"."""
    said = reading.unaccounted("not_measured_word")
    if not said or reading.mentions or reading.has(NUMBER, *_OF_OTHERS):
        return
    named = _named(reading)
    excepted = reading.tagged("except", "only")
    measured = {one.name for one in reading.facts.all_measurements if one.value is not None}
    names = set().union(*named.values())
    good = measured.isdisjoint(names) if names else not measured
    if excepted:  # "apart from the CTR, nothing was measured"
        good = measured == names
    for at in said:
        reading.note(at, good, SpanKind.MEASUREMENT)
    reading.account(*named, *excepted)
    if named or reading.has("chest_measurements"):
        reading.account(*reading.tagged(*_HIDDEN, "chest_measurements", *_beyond(reading)))


def _named(reading: Reading) -> dict[int, set[str]]:
    """The units that name a measurement or a structure, and what is measured of it."""
    names = measurement_names(reading.facts.language)
    found: dict[int, set[str]] = {}
    for index, unit in enumerate(reading.units):
        if unit.tag in names:
            found[index] = {unit.tag}
        for table, of_structure in _OF_STRUCTURE.items():
            if unit.tag not in names and in_table(unit.text, table, reading.facts.language):
                found[index] = set(of_structure)
    return found


def _beyond(reading: Reading) -> list[str]:
    """The words for what lies beyond a threshold: "whether it is flattened"."""
    return [unit.tag for unit in reading.units if unit.tag.endswith("_beyond")]
