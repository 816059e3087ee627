"""Taking a sentence apart into units of known meaning, by the language's `report.lexicon`.

The check knows a closed list of words. What is in none of its tables is an `unknown` unit, and a
sentence that holds one is never called supported (`docs/adr/0016-a-closed-world-of-words.md`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from pipeline.types import Language, Prediction
from report.checking.sentence.lexicon import (
    INDEXED,
    entries,
    in_table,
    label_names,
    same_letters,
    table_order,
)
from report.checking.sentence.numbers import number_at, with_spelled_numbers
from report.checking.sentence.units import (
    COUNT_WORDS,
    DASH,
    LABEL,
    NUMBER,
    PUNCTUATION,
    UNKNOWN,
    Unit,
)

_WORD = re.compile(r"[^\W_]\w*(?:'\w+)*")
_SIGNS = {
    ">": "above",
    "<": "below",
    "≥": "at_least",
    "≤": "at_most",
    "≈": "approximately",
    "→": "then",
}


def units_of(sentence: str, prediction: Prediction, language: Language) -> list[Unit]:
    """Take a sentence apart, from its first character to its last."""
    text = same_letters(sentence)
    tables, order = entries(language), table_order(language)
    names = label_names(prediction, language)
    found: list[Unit] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        unit = number_at(text, at, language) or _known(text, at, tables, order, names)
        if unit is None:
            word = _WORD.match(text, at)
            tag = UNKNOWN if word else PUNCTUATION
            end = word.end() if word else at + 1
            tag = _SIGNS.get(text[at], tag)
            if not word and text[at] in "–—-" and text[at - 1 : at].isspace():
                tag = DASH
            unit = Unit(tag, "", at, end)
        found.append(unit)
        at = unit.end
    found = with_spelled_numbers(found, text, language)
    _number_lists(found, text)
    for index, unit in enumerate(found):
        written = text[unit.start : unit.end]
        is_part = unit.tag == NUMBER and in_table(written, "zone_noun", language)
        if is_part or in_table(written, "third", language):
            _read_third(found, index)
        if unit.tag in ("at_most", "at_least"):
            nearby = {one.tag for one in found[index + 1 : index + 4]}
            if not nearby & {NUMBER, *COUNT_WORDS} and unit.end - unit.start > 1:
                unit.tag = "max" if unit.tag == "at_most" else "plain"  # "looked at most"
    for unit in found:
        unit.text = sentence[unit.start : unit.end]
        unit.is_denial = unit.tag == "below" and in_table(unit.text.split()[0], "no", language)
    return found


def _read_third(units: list[Unit], index: int) -> None:
    """Whether "third" is a part of the lung ("the upper third"), a fraction, or an order."""
    unit = units[index]
    before = {one.tag for one in units[max(0, index - 3) : index]}
    is_part = before & {"upper", "middle", "lower"} or any(
        one.tag == "zone_noun" and one.is_third for one in units[:index]
    )
    if is_part:
        unit.tag, unit.unit, unit.is_third = "zone_noun", "", True
    elif unit.tag == "zone_noun":
        unit.tag = "third"


def _number_lists(units: list[Unit], text: str) -> None:
    """Read "1) ... 2) ..." as a list in order: the first number is nothing, the next "then"."""
    for unit, following in pairwise(units):
        is_item = unit.tag == NUMBER and text[unit.start : unit.end].isdigit()
        if is_item and text[following.start] == ")" and "(" not in text[: unit.start]:
            unit.tag = PUNCTUATION if unit.value == 1 else "then"


def _known(
    text: str,
    at: int,
    tables: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]],
    order: Mapping[str, int],
    names: Iterable[tuple[str, re.Pattern[str]]],
) -> Unit | None:
    """The longest known unit that begins at a character, if one does."""
    if at and text[at - 1].isalnum() and text[at].isalnum():
        return None
    best: Unit | None = None
    for label, shape in names:
        match = shape.match(text, at)
        if match and (best is None or match.end() > best.end):
            best = Unit(LABEL, "", at, match.end(), label=label)
    for begin in (text[at : at + INDEXED], ""):
        for tag, shape in tables.get(begin, ()):
            match = shape.match(text, at)
            if match is None or match.end() <= at or (best and match.end() < best.end):
                continue
            if best and match.end() == best.end and order[tag] >= order.get(best.tag, 0):
                continue
            label = tag.removeprefix("label_") if tag.startswith("label_") else ""
            best = Unit(LABEL if label else tag, "", at, match.end(), label=label)
    return best
