"""Fold a language model's tokens into spans that people read: whole words, or whole phrases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpan:
    """Some text and the sum of its tokens' values.

    Attributes:
        text: The text with the space before it: spans joined give the whole text.
        value: The sum.
        key: The key of the part of the prompt that it stands in; empty for fixed text.
    """

    text: str
    value: float
    key: str = ""


def token_spans(
    token_ids: Sequence[int], text_of: Callable[[tuple[int, ...]], str]
) -> tuple[Span, ...]:
    """Where each token's characters stand in the text of all of them.

    A character whose bytes are split over tokens is the last one's; the others' spans are empty.

    Args:
        token_ids: The tokens.
        text_of: The text of some tokens; bytes that are no character come out as U+FFFD.
    """
    ends = [0]
    for count in range(1, len(token_ids) + 1):
        ends.append(len(text_of(tuple(token_ids[:count])).rstrip("\ufffd")))
    return tuple(pairwise(ends))


def part_spans(parts: Sequence[tuple[str, str]], start: int) -> tuple[tuple[str, Span], ...]:
    """Where each `(key, text)` part stands in a text that holds all of them from `start` on."""
    spans = []
    for key, text in parts:
        spans.append((key, (start, start + len(text))))
        start += len(text)
    return tuple(spans)


def sentence_spans(text: str, sentences: Sequence[str]) -> tuple[Span, ...]:
    """Cut a text after each of its sentences, in order; what stands between belongs to the next.

    Args:
        text: The whole text.
        sentences: What to look for; one that does not follow the one before is left out.

    Returns:
        Spans that tile the text, one a sentence found, or one for all of it.
    """
    ends = []
    at = 0
    for sentence in sentences:
        place = text.find(sentence, at)
        if place >= 0:
            at = place + len(sentence)
            ends.append(at)
    cuts = [0, *ends[:-1], len(text)]
    return tuple(pairwise(cuts))


def key_of(span: Span, text: str, parts: Sequence[tuple[str, Span]]) -> str:
    """The key of the part in which a token's first character that is no space stands."""
    start, end = span
    place = next((at for at in range(start, end) if not text[at].isspace()), start)
    return next((key for key, (first, last) in parts if first <= place < last), "")


def fold(
    text: str, tokens: Sequence[Span], values: Sequence[float], keys: Sequence[str] | None = None
) -> tuple[TextSpan, ...]:
    """Sum token values over words.

    A span ends before a space, before a token of several words and where the key changes.

    Args:
        text: The text of all tokens.
        tokens: Each token's characters.
        values: Each token's value.
        keys: Each token's key; all empty if `None`.
    """
    spans: list[TextSpan] = []
    waiting = 0.0
    for index, ((start, end), value) in enumerate(zip(tokens, values, strict=True)):
        waiting += float(value)
        if start == end and index + 1 < len(tokens):
            continue  # the rest of this character is in the tokens that follow
        key = "" if keys is None else keys[index]
        shown = text[start:end]
        if spans and spans[-1].key == key and not _ends(spans[-1].text, shown):
            last = spans.pop()
            shown, waiting = last.text + shown, last.value + waiting
        spans.append(TextSpan(text=shown, value=waiting, key=key))
        waiting = 0.0
    return tuple(spans)


def _ends(span: str, following: str) -> bool:
    """Whether a span ends before the text that follows it.

    Leading spaces belong to the word after them; a token of several words begins a span.
    """
    several = len(following.split()) > 1
    return not span.isspace() and (several or span[-1:].isspace() or following[:1].isspace())
