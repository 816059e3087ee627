"""The sentences of a report: what stands, under which mark, and what was struck out, and why."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.types import Claim, ClaimStatus, Report, Section
from pipeline.words import Words


class ClaimMark(StrEnum):
    """How a sentence is marked; each has its words in `draft`.

    Only what was measured is `supported`; what the model suggests beside it is `suggested`.
    """

    SUPPORTED = "supported"
    GENERAL = "general"
    SUGGESTED = "suggested"
    REPLACED = "replaced"
    NOT_MEASURED = "not_measured"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedSentences:
    """Sentences struck out for one reason: "2 sentences removed: nobody measured this"."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One section of a report.

    Attributes:
        title: Its heading.
        rows: The sentences that stand, each with its mark.
        removed: What does not stand, by reason.
    """

    title: str
    rows: tuple[tuple[Claim, ClaimMark], ...]
    removed: tuple[RemovedSentences, ...]


def section_view(words: Words, report: Report, section: Section) -> SectionView:
    """Say a section: what stands in it, and what was struck out."""
    claims = [claim for claim in report.claims if claim.section is section]
    return SectionView(
        title=words(f"sections.{section}"),
        rows=tuple((claim, claim_mark(claim)) for claim in claims if not claim.removed),
        removed=tuple(
            RemovedSentences(
                title=words.plural(f"draft.removed_{status}", len(found)),
                sentences=tuple(claim.sentence for claim in found),
            )
            for status in (ClaimStatus.NOT_MEASURED, ClaimStatus.CONTRADICTED)
            if (found := [one for one in claims if one.removed and one.status is status])
        ),
    )


def claim_mark(claim: Claim) -> ClaimMark:
    """How a sentence is marked."""
    if claim.replaced:
        return ClaimMark.REPLACED
    if claim.suggested:
        return ClaimMark.SUGGESTED
    return ClaimMark(claim.status.value)
