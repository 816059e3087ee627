"""Cutting a text into sentences without tripping over decimals, abbreviations and lists."""

import re
from functools import cache

from pipeline.types import Language
from pipeline.words import words_of

_END = re.compile(r"(?<=[.!?…])(?:[\"»”)]*)\s+(?=[\"«“(*\-–—•]*[^\W_])|\s*\n+\s*")
_LETTER = re.compile(r"[^\W_]")
_UNIT = re.compile(r"\d\s\w+\.$")  # "30,0 см." ends a sentence, "см. рис." does not
_BULLET = re.compile(r"^(?:\d{1,2}[.)]|[-–—•*])$")


def sentences(text: str, language: Language) -> tuple[str, ...]:
    """The sentences of a text, in order, stripped; a line's end ends a sentence too.

    Args:
        text: One section of a report.
        language: Whose abbreviations do not end a sentence.
    """
    found: list[str] = []
    start = 0
    pieces = []
    for end in _END.finditer(text):
        if "\n" not in end.group() and (
            _is_small(text, end.end()) or _abbreviated(text[start : end.start()], language)
        ):
            continue
        pieces.append(text[start : end.end()].strip())
        start = end.end()
    pieces.append(text[start:].strip())
    for piece in pieces:
        if found and _BULLET.match(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
    return tuple(found)


def _is_small(text: str, start: int) -> bool:
    """Whether what follows begins with a small letter, of any alphabet."""
    letter = _LETTER.search(text, start)
    return letter is not None and letter.group().islower()


def _abbreviated(text: str, language: Language) -> bool:
    return text.lower().endswith(_endings(language)) and _UNIT.search(text) is None


@cache
def _endings(language: Language) -> tuple[str, ...]:
    listed = words_of(language).report["claims"]["abbreviations"]
    return tuple(f"{before}{word.lower()}" for word in listed for before in (" ", "("))
