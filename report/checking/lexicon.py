"""Taking a sentence apart into units of known meaning, by the language's `report.lexicon`.

The check knows a closed list of words. What is in none of its tables is an `unknown` unit, and a
sentence that holds one is never called supported (`docs/adr/0016-a-closed-world-of-words.md`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pipeline.types import Language, Prediction, SpanKind
from pipeline.words import words_of

COUNT_WORDS = ("zero", "one", "two", "three", "four", "five", "six")
UNKNOWN, NUMBER, LABEL, PUNCTUATION, DASH = "unknown", "number", "label", "punctuation", "dash"
UNMEASURED_KINDS: Mapping[str, SpanKind] = {
    kind.value: kind
    for kind in (
        SpanKind.FINDING,
        SpanKind.DISEASE,
        SpanKind.DEVICE,
        SpanKind.ANATOMY,
        SpanKind.TIME,
        SpanKind.CAUSE,
        SpanKind.PATIENT,
        SpanKind.TREATMENT,
    )
}
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4}(?:[.,]\d+)?|[.,]\d+)")
_WORD = re.compile(r"[^\W_]\w*(?:'\w+)*")
_INDEXED = 2  # letters that an entry is looked up by
_BEGINS = re.compile(r"[^\W\d_]{2}(?![?|])(?!\w?\|)")
_ANY_ENDING = re.compile(r"(?<!\\[wd])(?<=\w)\*")
_UNITS = ("points", "percent", "cm", "mm", "degrees")
_FRACTION = "hundredths_"  # a table's name before its value: `hundredths_50` is a half
_FRACTION_TOLERANCE = 0.035
_TENS = "spelled_"  # likewise: `spelled_20` is twenty
_COUNTED = {word: number for number, word in enumerate(COUNT_WORDS)}
_STRUCTURES = ("chest_itself", "heart_itself", "lungs_themselves", "dome_itself")
_DENYING = "denying_prefixes"
_NOT_TABLES = frozenset(
    {
        _DENYING,
        "reaching",
        *_STRUCTURES,
        *(f"unit_{unit}" for unit in (*_UNITS, "hundredths", "tenths")),
    }
)
_SIGNS = {">": "above", "<": "below", "≥": "at_least", "≤": "at_most", "≈": "approximately"}
_COUNT_AFTER = re.compile(r"[^\W\d_]+")
_SAME = str.maketrans("ёЁ’ʼ‘`´\u00a0\u2011\u2010", "еЕ'''''\u0020--")


@dataclass(slots=True, eq=False)
class Unit:
    """Some characters of a sentence that mean one thing.

    Attributes:
        tag: The table it stands in, or `number`, `label`, `punctuation`, `dash`, `unknown`.
        text: Its characters, `start` up to `end`.
        value: Of a number, its value as written; of a percentage, a hundredth of it.
        tolerance: Of a number, half of its last decimal, in the same terms.
        unit: Of a number, `percent`, `cm`, `mm`, `degrees`, or empty.
        label: Of a label, which.
        accounted: Whether a check has dealt with it.
        kind: What it was checked as.
        good: What the check found; `None` if it decided nothing.
        evidence: The measured values it was compared with, by name.
        is_denial: Whether it holds its own denial: "not reach".
    """

    tag: str
    text: str
    start: int
    end: int
    value: float = 0.0
    tolerance: float = 0.0
    unit: str = ""
    label: str = ""
    accounted: bool = False
    kind: SpanKind | None = None
    good: bool | None = None
    evidence: dict[str, float | str] = field(default_factory=dict)
    is_denial: bool = False


def is_fraction(unit: Unit) -> bool:
    """Whether a number was written as "half", "two thirds" and the like."""
    return unit.tag == NUMBER and unit.tolerance == _FRACTION_TOLERANCE


def same_letters(text: str) -> str:
    """A text of the same length with one kind of apostrophe, hyphen, blank and `е`."""
    return text.translate(_SAME).lower()


def units_of(sentence: str, prediction: Prediction, language: Language) -> list[Unit]:
    """Take a sentence apart, from its first character to its last."""
    text = same_letters(sentence)
    tables, order = _entries(language), _order(language)
    names = _label_names(prediction, language)
    found: list[Unit] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        unit = _number(text, at, language) or _known(text, at, tables, order, names)
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
    found = _spelled_numbers(found, text, language)
    for index, unit in enumerate(found):
        following = next((one for one in found[index + 1 : index + 3] if one.tag == NUMBER), None)
        if (
            unit.tag == NUMBER
            and unit.unit == ""
            and unit.value > 1
            and following is not None
            and following.unit == "percent"
        ):  # "64 and 16 %"
            unit.value, unit.tolerance, unit.unit = (
                unit.value / 100,
                unit.tolerance / 100,
                "percent",
            )
        if unit.tag == NUMBER and unit.unit == "" and following and following.unit in ("cm", "mm"):
            unit.unit = following.unit  # "1.8 and 2.1 cm"
        if unit.tag == "zone_noun" and in_table(text[unit.start : unit.end], "third", language):
            before = found[index - 1].tag if index else ""
            if before not in ("upper", "middle", "lower"):
                unit.tag = "third"
        if unit.tag in ("at_most", "at_least"):
            nearby = {one.tag for one in found[index + 1 : index + 4]}
            if not nearby & {NUMBER, *COUNT_WORDS} and unit.end - unit.start > 1:
                unit.tag = "max" if unit.tag == "at_most" else "plain"  # "looked at most"
    for unit in found:
        unit.text = sentence[unit.start : unit.end]
        unit.is_denial = unit.tag == "below" and in_table(unit.text.split()[0], "no", language)
    return found


def _spelled_numbers(units: list[Unit], text: str, language: Language) -> list[Unit]:
    """Numbers in words, such as "fifty-four hundredths", "two thirds", "seven points"."""
    joined: list[Unit] = []
    for unit in units:
        before = joined[-1] if joined else None
        tens = None if before is None else _spelled(before)
        value = _spelled(unit)
        if unit.tag.startswith(_FRACTION):
            unit.value = int(unit.tag.removeprefix(_FRACTION)) / 100
            unit.tolerance = _FRACTION_TOLERANCE
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
    return found


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
        sign = _unit(language, name).match(text, unit.end)
        if sign:
            parts = {"points": 100.0, "percent": 100.0, "hundredths": 100.0, "tenths": 10.0}
            own = {"hundredths": "percent", "tenths": "percent"}.get(name, name)
            return own, sign.end(), parts.get(name, 1.0)
    return None


def table_names(language: Language) -> frozenset[str]:
    """The names of a language's tables."""
    return frozenset(words_of(language).report["lexicon"])


def in_table(text: str, table: str, language: Language) -> bool:
    """Whether a text stands in a table, whichever table it was found in."""
    return _table(language, table).fullmatch(same_letters(text)) is not None


def denies_by_prefix(word: str, language: Language) -> bool:
    """Whether a word may be the denial of another, by its first letters."""
    prefixes: str = words_of(language).report["lexicon"][_DENYING]
    begins = tuple(prefix.strip() for prefix in prefixes.split(","))
    return len(word) > 4 and same_letters(word).startswith(begins)


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
    for begin in (text[at : at + _INDEXED], ""):
        for tag, shape in tables.get(begin, ()):
            match = shape.match(text, at)
            if match is None or match.end() <= at or (best and match.end() < best.end):
                continue
            if best and match.end() == best.end and order[tag] >= order.get(best.tag, 0):
                continue
            label = tag.removeprefix("label_") if tag.startswith("label_") else ""
            best = Unit(LABEL if label else tag, "", at, match.end(), label=label)
    return best


def _number(text: str, at: int, language: Language) -> Unit | None:
    match = _NUMBER.match(text, at)
    if match is None or text[match.end() : match.end() + 1].isalpha():
        return None
    digits = match.group(1).replace(",", ".")
    unit, end = "", match.end()
    for name in _UNITS:
        sign = _unit(language, name).match(text, match.end())
        if sign:
            unit, end = name, sign.end()
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


@cache
def _order(language: Language) -> Mapping[str, int]:
    """Where each table stands in the file; of equally long entries the first table's counts."""
    tables = words_of(language).report["lexicon"]
    named = [name for name in tables if name not in _NOT_TABLES]
    return {name: place for place, name in enumerate([LABEL, *named])}


@cache
def _entries(language: Language) -> Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]:
    """Every entry with its table, by its first letters; those that begin otherwise under ""."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name in _order(language):
        text = "" if name == LABEL else words_of(language).report["lexicon"][name]
        for clean in _parted(text):
            if clean:
                begin = clean[:_INDEXED] if _BEGINS.match(clean) else ""
                found.setdefault(begin, []).append((name, _shape(clean)))
    return found


def _parted(text: str) -> list[str]:
    """The entries of a table: parted by commas, and by bars outside parentheses."""
    entries = [""]
    depth = 0
    for letter in same_letters(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," or (letter == "|" and depth == 0):
            entries.append("")
        else:
            entries[-1] += letter
    return [entry.strip() for entry in entries]


@cache
def _table(language: Language, name: str) -> re.Pattern[str]:
    return _shape(words_of(language).report["lexicon"][name])


@cache
def _unit(language: Language, name: str) -> re.Pattern[str]:
    text: str = words_of(language).report["lexicon"][f"unit_{name}"]
    return re.compile(rf"[ -]?(?:{_alternatives(text)})(?!\w)")


def _shape(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(text)})(?!\w)")


def _alternatives(text: str) -> str:
    """The entries of a table as alternatives, longer ones first."""
    entries = sorted({same_letters(entry.strip()) for entry in text.split(",")}, key=len)
    return "|".join(
        _ANY_ENDING.sub(r"\\w*", entry.replace(" ?", "( )?")).replace(" ", r"[\s-]+")
        for entry in reversed(entries)
        if entry
    )


def _label_names(
    prediction: Prediction, language: Language
) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The classifier's own names of its labels, in any inflection."""
    words = words_of(language)
    labels = sorted({*prediction.labels, prediction.normal_label})
    return tuple((label, _inflected(words.label(prediction, label))) for label in labels)


@cache
def _inflected(name: str) -> re.Pattern[str]:
    """A term with any endings: words of over five letters may end otherwise."""
    words = []
    for word in re.findall(r"[\w'-]+", same_letters(name)):
        if len(word) > 5 and word.isalpha() and not word.isascii():
            words.append(rf"{re.escape(word[:-2])}\w*")
        elif word.isalpha() and word.isascii():
            words.append(rf"{re.escape(word)}s?")
        else:
            words.append(re.escape(word))
    source = r"[\W_]+".join(words)
    return re.compile(rf"(?:{source})(?!\w)")
