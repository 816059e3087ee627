"""What a sentence says of one measurement: where its name stands, and how far it reaches."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.types import Language, MeasurementName, Side
from pipeline.words import words_of
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
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
    """What a sentence says of one measurement.

    Attributes:
        name: The measurement.
        at: The unit that names it.
        start: The first unit of what is said of it.
        end: The unit after the last.
        reach: All that may be said of it, on either side: from its name to the next one's.
    """

    name: MeasurementName
    at: int
    start: int
    end: int
    reach: Segment


def measurement_names(language: Language) -> frozenset[MeasurementName]:
    """The measurements that have a name."""
    return frozenset(words_of(language).table["measurements"]["names"])


def name_structures(reading: Reading) -> None:
    """Such as "The heart is 12.4 cm wide", "lungs 24.3 cm", as the measurements that they are."""
    units = reading.units
    names = measurement_names(reading.facts.language)
    for index in reading.tagged("heart_width"):
        units[index].tag = _name_of_width(reading, index)
    for table, name in _STRUCTURES.items():
        for index, unit in enumerate(units):
            if unit.tag in names or unit.accounted or (index and units[index - 1].tag == name):
                continue  # "the right dome of the diaphragm" is one name
            if not in_table(unit.text, table, reading.facts.language):
                continue
            if table == "dome_itself" and not reading.has(NUMBER, *names):
                beyond = f"{name}_beyond"  # "the diaphragm is not flattened on either side"
                if any(in_table(one.text, beyond, reading.facts.language) for one in units):
                    unit.tag = name
                    break
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


def _name_of_width(reading: Reading, index: int) -> MeasurementName:
    """The ratio, where "the width of the heart is 41 % of the chest's"; else the width."""
    after = reading.units[index + 1 :]
    numbers = [unit for unit in after if unit.tag == NUMBER]
    chest = any(in_table(one.text, "chest_itself", reading.facts.language) for one in after)
    is_ratio = chest and bool(numbers) and numbers[0].unit == "percent"
    return "cardiothoracic_ratio" if is_ratio else "heart_width"


def measurement_mentions(reading: Reading) -> Iterator[MeasurementMention]:
    """Each measurement's part of a sentence: to the next one, a zone, a label, or the end."""
    names = measurement_names(reading.facts.language)
    found = [index for index, unit in enumerate(reading.units) if unit.tag in names]
    for place, at in enumerate(found):
        last = found[place + 1] if place + 1 < len(found) else len(reading.units)
        if place + 1 < len(found) and reading.units[last - 1].tag in SIDES:
            last -= 1  # "R dome 1.8 cm, L dome 2.1 cm"
        end = next(
            (index for index in range(at + 1, last) if _is_end(reading, index, at)),
            last,
        )
        start = at - 1 if at and reading.units[at - 1].tag in SIDES else at
        if place == 0 and at:
            ends = [index for index in range(at) if _is_end(reading, index, at)]
            start = start if ends else 0
        reach = Segment(start=start if place else 0, end=last)
        yield MeasurementMention(
            name=reading.units[at].tag, at=at, start=start, end=end, reach=reach
        )


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
