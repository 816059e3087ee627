"""The language's tables of words, `report.lexicon`, as patterns.

Entries are alternatives parted by commas, `word*` stands for any ending; `docs/claims.md`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.types import Language, Prediction
from pipeline.words import words_of
from report.checking.sentence.units import LABEL, NUMBER_UNITS

INDEXED = 2  # letters that an entry is looked up by
_BEGINS = re.compile(r"[^\W\d_]{2}(?![?|])(?!\w?\|)")
_ANY_ENDING = re.compile(r"(?<!\\[wd])(?<=\w)\*")
_STRUCTURES = ("chest_itself", "heart_itself", "lungs_themselves", "dome_itself")
_DENYING = "denying_prefixes"
_NOT_TABLES = frozenset(
    {
        _DENYING,
        "reaching",
        "map_itself",
        "pneumonia",
        "lying",
        "illness",
        "accompanying",
        *_STRUCTURES,
        *(f"unit_{unit}" for unit in (*NUMBER_UNITS, "hundredths", "tenths")),
    }
)
_SAME = str.maketrans("ёЁ’ʼ‘`´\u00a0\u2011\u2010", "еЕ'''''\u0020--")


def same_letters(text: str) -> str:
    """A text of the same length with one kind of apostrophe, hyphen, blank and `е`."""
    return text.translate(_SAME).lower()


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


@cache
def table_order(language: Language) -> Mapping[str, int]:
    """Where each table stands in the file; of equally long entries the first table's counts."""
    tables = words_of(language).report["lexicon"]
    named = [name for name in tables if name not in _NOT_TABLES]
    return {name: place for place, name in enumerate([LABEL, *named])}


@cache
def entries(language: Language) -> Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]:
    """Every entry with its table, by its first letters; those that begin otherwise under ""."""
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name in table_order(language):
        text = "" if name == LABEL else words_of(language).report["lexicon"][name]
        for clean in _parted(text):
            if clean:
                begin = clean[:INDEXED] if _BEGINS.match(clean) else ""
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
def unit_sign(language: Language, name: str) -> re.Pattern[str]:
    """What a unit of numbers is written as, right after the number."""
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


def label_names(
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
