"""What a sentence names: zones, sides, numbers, labels, in every inflected form of a language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.types import Language, Level, Prediction, Side, Zone
from pipeline.words import words_of

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)(\s?%)?(?![\w%]|[.,]\d)")
_WORD = re.compile(r"[\w'’-]+")
_NEAR_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMention:
    """A zone named in a sentence, at a character, said to be there or to be free."""

    zone: Zone
    at: int
    absent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMention:
    """A number of a sentence: its value in [0, 1] terms where it is a percentage.

    Attributes:
        value: The value.
        at: Its character.
        tolerance: Half of its last decimal.
        kind: `intensity`, `agreement`, `share`, `confidence`, `probability`, or empty where no word
            says.
    """

    value: float
    at: int
    tolerance: float
    kind: str


@cache
def pattern(language: Language, name: str) -> re.Pattern[str]:
    """One of a language's `claims` expressions, whole words, without case."""
    source = words_of(language).report["claims"][name]
    return re.compile(rf"(?<!\w)(?:{source})(?!\w)", re.IGNORECASE)


def says(language: Language, name: str, text: str) -> bool:
    """Whether an expression of `claims` occurs in a text."""
    return pattern(language, name).search(text) is not None


@cache
def _clause_cuts() -> re.Pattern[str]:
    """Where a clause ends: at punctuation, or at a word such as "but" in any of the languages."""
    joints = "|".join(words_of(language).report["claims"]["clause"] for language in Language)
    return re.compile(rf"[;:]\s|,\s(?!\d)|\s[-–—]\s|\b(?:{joints})\b")


def clauses(sentence: str) -> Iterator[tuple[int, str]]:
    """The clauses of a sentence, each with its first character's place."""
    start = 0
    for cut in _clause_cuts().finditer(sentence):
        yield start, sentence[start : cut.start()]
        start = cut.end()
    yield start, sentence[start:]


def zone_mentions(sentence: str, language: Language) -> tuple[ZoneMention, ...]:
    """The zones a sentence names, in order.

    A level belongs to the side next to it or to the part of the lung it names, else to the nearest
    side before it in its clause, else to the nearest after it; "both" gives both sides. A level
    that stands near no word for a part of the lung is none ("upper respiratory tract").
    """
    found: list[ZoneMention] = []
    last_side: Side | None = None
    all_absent = _denies_all(sentence, language)
    for start, clause in clauses(sentence):
        words = [(match.start(), match.group()) for match in _WORD.finditer(clause)]
        sides = {at: side for at, (_, word) in enumerate(words) if (side := _side(word, language))}
        for at, (place, word) in enumerate(words):
            level = _level(word, language)
            if level is None or not _near_place(words, at, language):
                continue
            if at + 1 < len(words) and pattern(language, "than").fullmatch(words[at + 1][1]):
                continue  # "lower than" compares
            side = _side_of(at, words, sides, language)
            if side is None and says(language, "both_level", clause):
                named = list(Side)
            elif side is None and last_side is not None:
                named = [last_side]
            else:
                named = [side] if side is not None else []
            found += [
                ZoneMention(
                    zone=Zone(f"{one}_{level}"),
                    at=start + place,
                    absent=all_absent or is_denied(clause, place, language),
                )
                for one in named
            ]
        if sides:
            last_side = sides[max(sides)]
    return tuple(found)


def is_denied(clause: str, at: int, language: Language) -> bool:
    """Whether a clause says of what it names at a character that nothing is there.

    Words such as "spared" deny anywhere in the clause, "no" and "without" only what follows them.
    """
    return says(language, "absent", clause) or says(language, "denied", clause[:at])


def _denies_all(sentence: str, language: Language) -> bool:
    """Whether a sentence without numbers says of its whole list that nothing is there."""
    if re.search(r"\d", sentence) or says(language, "contrast", sentence):
        return False
    return says(language, "absent", sentence)


def _side(word: str, language: Language) -> Side | None:
    for side in Side:
        if pattern(language, side.value).fullmatch(word):
            return side
    for side in Side:
        if pattern(language, f"{side}_adverb").fullmatch(word):
            return side
    return None


def _level(word: str, language: Language) -> Level | None:
    return next((item for item in Level if pattern(language, item.value).fullmatch(word)), None)


def _near_place(words: list[tuple[int, str]], at: int, language: Language) -> bool:
    near = words[max(0, at - 3) : at + 5]
    return any(pattern(language, "place").fullmatch(word) for _, word in near)


def _side_of(
    at: int, words: list[tuple[int, str]], sides: Mapping[int, Side], language: Language
) -> Side | None:
    for there in (at - 1, at + 1, _after_place(at, words, language)):
        if there in sides:
            return sides[there]
    before = [there for there in sides if at - _NEAR_WORDS <= there < at]
    after = [there for there in sides if at < there <= at + _NEAR_WORDS]
    if before:
        return sides[max(before)]
    return sides[min(after)] if after else None


def _after_place(at: int, words: list[tuple[int, str]], language: Language) -> int:
    """Where a side would stand that belongs to a level's part of the lung.

    "верхний отдел правого лёгочного поля", "the upper and middle zones of the right lung": past
    other levels and what joins them, the part itself, and the little words after it.
    """
    there = at + 1
    while there < len(words) and _joins_levels(words[there][1], language):
        there += 1
    if there == len(words) or not pattern(language, "place").fullmatch(words[there][1]):
        return at
    there += 1
    while there < len(words) and pattern(language, "of_place").fullmatch(words[there][1]):
        there += 1
    return there


def _joins_levels(word: str, language: Language) -> bool:
    return _level(word, language) is not None or says(language, "joins", word)


def side_mentions(sentence: str, language: Language) -> frozenset[Side]:
    """The sides a sentence speaks of: "right lung", "on the left", "both lungs"."""
    if says(language, "both", sentence):
        return frozenset(Side)
    found = set()
    for side in Side:
        source = words_of(language).report["claims"]
        near = rf"(?:{source[side.value]})(?:\W+\w+)?\W+(?:{source['side_place']})"
        whole = rf"(?<!\w)(?:{near}|{source[f'{side}_adverb']})(?!\w)"
        if re.search(whole, sentence, re.IGNORECASE):
            found.add(side)
    return frozenset(found)


def number_mentions(sentence: str, language: Language) -> tuple[NumberMention, ...]:
    """The decimals in [0, 1] and the percentages of a sentence, with what they are said to be."""
    kinds = ("intensity", "agreement", "share", "confidence", "probability")
    cues = [
        (match.start(), kind)
        for kind in kinds
        for match in pattern(language, kind).finditer(sentence)
    ]
    found = []
    for match in _NUMBER.finditer(sentence):
        digits, percent = match.groups()
        digits = digits.replace(",", ".")
        decimals = len(digits.partition(".")[2])
        value = float(digits)
        if not percent and (decimals == 0 or value > 1):
            continue
        scale = 100.0 if percent else 1.0
        before = [cue for cue in cues if cue[0] < match.start()]
        after = [cue for cue in cues if cue[0] > match.start()]
        nearest = max(before) if before else min(after, default=(0, ""))
        found.append(
            NumberMention(
                value=value / scale,
                at=match.start(),
                tolerance=0.5 * 10.0**-decimals / scale,
                kind=nearest[1],
            )
        )
    return tuple(found)


def label_mentions(sentence: str, prediction: Prediction, language: Language) -> frozenset[str]:
    """The classifier's labels a sentence names, in any case; longer names first."""
    named: dict[str, str] = {}
    for label in {*prediction.labels, prediction.normal_label}:
        ours = words_of(language).labels.get(label)
        for name in {words_of(language).label(prediction, label), ours} - {None}:
            named[str(name)] = label
    found = set()
    left = sentence
    for name in sorted(named, key=lambda name: (-len(name), name)):
        shape = _inflected(name)
        if shape.search(left):
            found.add(named[name])
            left = shape.sub(" ", left)
    if pattern(language, "normal").search(left):
        found.add(prediction.normal_label)
    return frozenset(found)


@cache
def _inflected(name: str) -> re.Pattern[str]:
    """A term with any endings: words of over five letters may end otherwise."""
    words = []
    for word in re.findall(r"[\w'’-]+", name):
        if len(word) > 5 and word.isalpha() and not word.isascii():
            words.append(rf"{re.escape(word[:-2])}\w*")
        elif word.isalpha() and word.isascii() and word.islower():
            words.append(rf"{re.escape(word)}s?")
        else:
            words.append(re.escape(word))
    source = r"\W+".join(words)
    return re.compile(rf"(?<!\w){source}(?!\w)", re.IGNORECASE)
