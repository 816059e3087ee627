"""How the report's text came to be: who wrote it, what was checked, what was replaced."""

from collections import Counter

from pipeline.presentation.claims import ClaimMark, claim_mark
from pipeline.types import Report
from pipeline.words import Words


def draft_origin(words: Words, report: Report) -> str:
    """Who wrote the text: a language model, or nobody but the templates."""
    if report.is_template:
        return words("draft.template", language=words.language_name(report.language))
    return words("draft.written_by", model=report.model, attempts=report.attempts, seed=report.seed)


def draft_notes(words: Words, report: Report) -> tuple[str, ...]:
    """What is wrong with the text as the model left it: sentences replaced, an end cut off."""
    notes = []
    replaced = sum(claim.replaced for claim in report.claims)
    if replaced:
        notes.append(words.plural("draft.replaced_count", replaced))
    if report.truncated:
        notes.append(words("draft.truncated"))
    return tuple(notes)


def draft_summary(words: Words, report: Report) -> str:
    """How many sentences were checked, and with what outcome."""
    marks = Counter(claim_mark(claim) for claim in report.claims if not claim.removed)
    return words(
        "draft.checked",
        supported=marks[ClaimMark.SUPPORTED],
        general=marks[ClaimMark.GENERAL],
        suggested=marks[ClaimMark.SUGGESTED],
        replaced=marks[ClaimMark.REPLACED],
        removed=sum(claim.removed for claim in report.claims),
    )
