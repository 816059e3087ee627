"""What a sentence says of one measurement: where its name stands, and how far it reaches."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.types import Language, MeasurementName, Side
from pipeline.words import words_of
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import LABEL, NUMBER

_ENDS = frozenset({LABEL, "classifier", "confidence", "probability", "intensity", "mark", "share"})
_STRUCTURES = {
    "heart_itself": "heart_width",
    "lungs_themselves": "lung_height",
    "dome_itself": "dome_height",
}  # a table of structures, and what a length beside them is
FREE_WORDS = frozenset(
    {"one", "heart", "equal", "threshold", "interval", "for_adults", "fits", "approximately"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementMention:
    """What a sentence says of one measurement: the units `start` up to `end`, its name at `at`."""

    name: MeasurementName
    at: int
    start: int
    end: int


def measurement_names(language: Language) -> frozenset[MeasurementName]:
    """The measurements that have a name."""
    return frozenset(words_of(language).table["measurements"]["names"])


def name_structures(reading: Reading) -> None:
    """Such as "The heart is 12.4 cm wide", "lungs 24.3 cm", as the measurements that they are."""
    units = reading.units
    names = measurement_names(reading.facts.language)
    for table, name in _STRUCTURES.items():
        for index, unit in enumerate(units):
            if unit.tag in names or unit.accounted:
                continue
            if not in_table(unit.text, table, reading.facts.language):
                continue
            for after in range(index + 1, min(index + 8, len(units))):
                if units[after].tag in names or units[after].text == ";":
                    break
                if units[after].tag == NUMBER:
                    if units[after].unit in ("cm", "mm"):
                        unit.tag = name
                    elif table == "heart_itself" and any(
                        in_table(one.text, "chest_itself", reading.facts.language)
                        for one in units[after:]
                    ):
                        unit.tag = "cardiothoracic_ratio"  # "takes up half of the chest"
                    break


def measurement_mentions(reading: Reading) -> Iterator[MeasurementMention]:
    """Each measurement's part of a sentence: to the next one, a zone, a label, or the end."""
    names = measurement_names(reading.facts.language)
    found = [index for index, unit in enumerate(reading.units) if unit.tag in names]
    for place, at in enumerate(found):
        last = found[place + 1] if place + 1 < len(found) else len(reading.units)
        end = next(
            (index for index in range(at + 1, last) if _is_end(reading, index, at)),
            last,
        )
        start = at
        if place == 0 and at:
            ends = [index for index in range(at) if _is_end(reading, index, at)]
            start = at if ends else 0
        yield MeasurementMention(name=reading.units[at].tag, at=at, start=start, end=end)


def _is_end(reading: Reading, index: int, at: int) -> bool:
    unit = reading.units[index]
    if unit.tag in SIDES or unit.tag == "both":
        # "the angle on the right"; far from the name it begins a statement of its own
        return not at < index <= at + 3
    mentioned = any(mention.first <= index <= mention.last for mention in reading.mentions)
    return mentioned or unit.tag in _ENDS or unit.text == ";"


def named_side(reading: Reading, mention: MeasurementMention) -> Side | None:
    """A side inside the name itself: "height of the right lung"."""
    language = reading.facts.language
    parts = reading.units[mention.at].text.split()
    found = [side for side in Side if any(in_table(part, side.value, language) for part in parts)]
    return found[0] if len(found) == 1 else None
