"""The tab of the report: where its text comes from, and each sentence with its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.state.evidence import measured, zones_of
from pipeline.presentation import (
    ClaimMark,
    SectionView,
    draft_notes,
    draft_origin,
    draft_summary,
    quality_notes,
    sides_note,
)
from pipeline.types import CaseResult, Report, Zone
from pipeline.words import Words

MARKS = {
    ClaimMark.SUPPORTED: "✓",
    ClaimMark.GENERAL: "○",
    ClaimMark.SUGGESTED: "◇",
    ClaimMark.REPLACED: "↺",
    ClaimMark.NOT_MEASURED: "○",
    ClaimMark.CONTRADICTED: "✕",
}
LEGEND = (ClaimMark.SUPPORTED, ClaimMark.GENERAL, ClaimMark.SUGGESTED, ClaimMark.REPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHead:
    """What stands above the text.

    Attributes:
        alarms: What warns of the maps that the text was made from.
        notes: Who wrote the text and how it was checked, a sentence or two each.
        other_language: The language, if it is not the page's.
    """

    alarms: tuple[str, ...]
    notes: tuple[str, ...]
    other_language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRow:
    """A sentence that can be pointed at.

    Attributes:
        text: The sentence.
        mark: What became of it in the check.
        symbol: The same as a sign.
        said: The same in words.
        evidence: The values that it was compared with; empty if none.
        zones: The zones that it speaks of.
    """

    text: str
    mark: ClaimMark
    symbol: str
    said: str
    evidence: str
    zones: tuple[Zone, ...]


def report_head(words: Words, result: CaseResult, report: Report) -> ReportHead:
    """What is to be known before the text is read."""
    *alarms, lowest = quality_notes(words, result.quality) if result.quality else ("",)
    by_model = () if report.is_template else (words("report.lead"),)
    checked = f"{draft_origin(words, report)} {draft_summary(words, report)}"
    pointed = f"{words('report.point')} {sides_note(words, result.radiograph)}"
    notes = (*by_model, checked, *draft_notes(words, report), lowest, pointed)
    is_other = report.language != words.language
    return ReportHead(
        alarms=tuple(alarms),
        notes=tuple(note for note in notes if note),
        other_language=words.language_name(report.language) if is_other else None,
    )


def legend_rows(words: Words) -> tuple[tuple[ClaimMark, str, str], ...]:
    """What each mark means: the mark, its sign, its words."""
    return tuple((mark, MARKS[mark], words(f"draft.{mark}")) for mark in LEGEND)


def sentence_rows(words: Words, result: CaseResult, view: SectionView) -> Iterator[SentenceRow]:
    """Each sentence of a section."""
    for claim, mark in view.rows:
        values = measured(words, result.prediction, claim.evidence, result.descriptors.measurements)
        yield SentenceRow(
            text=claim.sentence,
            mark=mark,
            symbol=MARKS[mark],
            said=words(f"draft.{mark}"),
            evidence=words("report.evidence", evidence=values) if values else "",
            zones=zones_of(claim, result.descriptors),
        )
