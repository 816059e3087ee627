"""The worklist's lines: when a case came, where it stands, and its classification."""

from datetime import datetime

from pipeline.words import Words, message
from records import CaseLine, CaseStatus


def line_text(words: Words, line: CaseLine, *, hidden: bool) -> str:
    """A case in a line, with nothing in it that Markdown would act on.

    Args:
        words: The page's language.
        line: The case.
        hidden: Whether what was found must not be shown yet.
    """
    said = words(
        "worklist.line",
        number=line.number,
        time=_time(words, line.received_at),
        status=status_name(words, line.status, line.signer or ""),
        classification=words("read_first.unread") if hidden else _classification(words, line),
    )
    more = []
    if line.quality is not None and not hidden:
        rating = message(f"rating_{line.quality}", words.language)
        more.append(words("worklist.line_quality", rating=rating))
    if line.kept:
        more.append(words("worklist.line_kept"))
    return _plain(" · ".join((said, *more)))


def status_name(words: Words, status: CaseStatus, signer: str) -> str:
    """Where a case stands, and who signed it."""
    key = f"worklist.{status}"
    return words(key, signer=signer) if status.is_signed else words(key)


def _classification(words: Words, line: CaseLine) -> str:
    if line.label is None and line.error is not None:
        return message(line.error, words.language)
    if line.label is None:
        return "–" if line.uncertain is None else words("classification.unfamiliar")
    terms = line.label_terms
    name = terms.get(words.language) or terms.get("en") or line.label
    label = words("worklist.unsure", label=name) if line.uncertain else name
    return f"{label} ({words.percent(line.probability or 0.0)})"


def _time(words: Words, at: datetime) -> str:
    """In this computer's time zone, as the language writes it."""
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(), "short", locale=words.locale)


def _plain(text: str) -> str:
    """A text with nothing in it that Markdown would act on."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+!|~:$&" else sign for sign in text)
