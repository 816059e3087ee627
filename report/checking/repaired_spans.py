"""Tell apart, in a section's text, what the model wrote from what stands in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.types import Claim, ClaimStatus


class Mark(StrEnum):
    """How a span of text is marked."""

    PLAIN = "plain"
    REPLACED = "replaced"
    CONTRADICTED = "contradicted"
    SUGGESTED = "suggested"
    CLINICIAN = "clinician"
    REMOVED = "removed"


MARK_SYMBOLS = {
    Mark.REPLACED: "†",
    Mark.CONTRADICTED: "✗",
    Mark.SUGGESTED: "◇",
    Mark.CLINICIAN: "✎",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A span of text under one mark."""

    text: str
    mark: Mark = Mark.PLAIN


def runs_of(text: str, claims: Sequence[Claim], *, edited: bool) -> tuple[Run, ...]:
    """Cut a text at the model's checked sentences.

    Args:
        text: A section as it will be signed.
        claims: The section's sentences as the check left them, in order; what it struck out is
            not among the runs.
        edited: Whether a clinician changed the report: text that is no claim is then theirs, and
            a claim that is not in the text was removed by them.

    Returns:
        Runs that join to `text`, followed by the removed sentences.
    """
    runs: list[Run] = []
    removed: list[Run] = []
    found: list[tuple[int, int, Mark]] = []
    for claim in claims:
        if claim.removed:
            continue
        start = _free_place(text, claim.sentence, found)
        if start is None:
            removed += [Run(text=claim.sentence, mark=Mark.REMOVED)] if edited else []
        else:
            found.append((start, start + len(claim.sentence), _mark(claim)))
    end = 0
    for start, stop, mark in (*sorted(found), (len(text), len(text), Mark.PLAIN)):
        gap = text[end:start]
        if gap:
            theirs = edited and gap.strip()
            runs.append(Run(text=gap, mark=Mark.CLINICIAN if theirs else Mark.PLAIN))
        if stop > start:
            runs.append(Run(text=text[start:stop], mark=mark))
        end = stop
    return (*runs, *removed)


def _mark(claim: Claim) -> Mark:
    if claim.replaced:
        return Mark.REPLACED
    if claim.suggested:
        return Mark.SUGGESTED
    return Mark.CONTRADICTED if claim.status is ClaimStatus.CONTRADICTED else Mark.PLAIN


def _free_place(text: str, sentence: str, taken: Sequence[tuple[int, int, Mark]]) -> int | None:
    """Where a sentence stands that no other claim has taken, or `None`."""
    start = text.find(sentence) if sentence else -1
    while start >= 0:
        stop = start + len(sentence)
        if all(stop <= begin or start >= end for begin, end, _ in taken):
            return start
        start = text.find(sentence, start + 1)
    return None
