"""Taking a model's raw text apart: thoughts out, headings found, a cut-off end trimmed."""

import re
from collections.abc import Mapping
from functools import cache

from pipeline.types import Language, Section
from pipeline.words import words_of
from report.writing.sentences import sentences

_OPEN, _CLOSE = "<think>", "</think>"
_CLOSED = re.compile(r"<think>(.*?)</think>", re.DOTALL)
_MARKDOWN = re.compile(r"\*\*|__|`+|^\s*#{1,6}\s*|^\s*[-*_]{3,}\s*$", re.MULTILINE)


def split_thoughts(text: str, *, opened: bool = False) -> tuple[str, str]:
    """Part a reasoning model's text from its thoughts.

    Args:
        text: The raw text, or what has come of it so far.
        opened: Whether the prompt itself ended in `<think>`, as some chat templates have it.

    Returns:
        The text without thoughts, and the thoughts. An unclosed thought reaches to the end, and a
        tag that has only begun is held back.
    """
    whole = (_OPEN if opened else "") + text
    thoughts = [match.group(1).strip() for match in _CLOSED.finditer(whole)]
    body = _CLOSED.sub("", whole)
    body, tag, rest = body.partition(_OPEN)
    if tag:
        thoughts.append(rest.strip())
    else:
        begun = next((n for n in range(len(_OPEN) - 1, 0, -1) if body.endswith(_OPEN[:n])), 0)
        body = body[: len(body) - begun]
    return body, "\n\n".join(thought for thought in thoughts if thought)


def parse_sections(text: str, language: Language) -> dict[Section, str]:
    """Find the sections by their headings, whatever their case and Markdown.

    Returns:
        The sections that are there and hold text, without Markdown emphasis. What stands before
        the first heading is left out; a heading that comes again adds to its section.
    """
    clean = _MARKDOWN.sub("", text)
    found: dict[Section, list[str]] = {}
    marks = [
        (match.start(), match.end(), section)
        for section in Section
        for match in _heading(section, language).finditer(clean)
    ]
    marks.sort()
    for at, (_, end, section) in enumerate(marks):
        until = marks[at + 1][0] if at + 1 < len(marks) else len(clean)
        body = clean[end:until].strip()
        if body:
            found.setdefault(section, []).append(body)
    return {section: "\n".join(bodies) for section, bodies in found.items()}


def sections_with_preface(text: str, language: Language) -> dict[Section, str]:
    """The sections of any text; what stands before the first heading counts as findings.

    Args:
        text: The text, with headings or without.
        language: Whose headings.
    """
    clean = _MARKDOWN.sub("", text)
    starts = [
        match.start()
        for section in Section
        for match in _heading(section, language).finditer(clean)
    ]
    found = parse_sections(text, language)
    preface = clean[: min(starts, default=len(clean))].strip()
    if preface:
        findings = [part for part in (preface, found.get(Section.FINDINGS)) if part]
        found[Section.FINDINGS] = "\n".join(findings)
    return found


@cache
def _heading(section: Section, language: Language) -> re.Pattern[str]:
    names = words_of(language).report["headings"][section.value]
    spelled = "|".join(re.escape(name) for name in names)
    number = r"(?:(?:\d|[IVX]{1,3})[.)]\s*)?"
    return re.compile(
        rf"^[ \t>•]*{number}(?:{spelled})[ \t]*(?::|[-–—](?=\s)|$)", re.IGNORECASE | re.MULTILINE
    )


def trimmed(sections: Mapping[Section, str], language: Language) -> dict[Section, str]:
    """Cut the last section of a text that was stopped back to its last whole sentence."""
    kept = dict(sections)
    last = next((section for section in reversed(Section) if section in kept), None)
    if last is not None:
        whole = list(sentences(kept[last], language))
        if whole and whole[-1][-1:] not in set('.!?…"»”)'):
            whole.pop()
        kept[last] = " ".join(whole)
        if not whole:
            del kept[last]
    return kept
