"""How far the maps can be trusted, in the exported documents."""

from collections.abc import Mapping

from pipeline.messages import message
from pipeline.types import (
    ExplanationQuality,
    Language,
    Method,
    QualityRating,
    QualityScore,
)
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Heading, Paragraph, Table
from report.languages import Terms

SYMBOLS = {
    QualityRating.GOOD: "✓",
    QualityRating.DOUBTFUL: "?",
    QualityRating.UNRELIABLE: "✕",
    QualityRating.NOT_GRADED: "–",
}


def quality_note(
    quality: ExplanationQuality | None, text: Mapping[str, str], terms: Terms, language: Language
) -> list[Block]:
    """The worst mark in one sentence, to stand under the report; nothing where none was measured.

    Args:
        quality: What was measured.
        text: The documents' words.
        terms: The words shared with the report.
        language: Their language.
    """
    if quality is None:
        return []
    worst = quality.worst
    if worst is None:
        return [_plain(text["quality_not_graded"])]
    said = text["quality_worst"].format(
        map=_map_name(worst, text),
        rating=message(f"mark_{worst.rating}", language),
        sentence=message(worst.code, language),
    )
    return [_plain(f"{SYMBOLS[worst.rating]} {said}")]


def quality_table(
    quality: ExplanationQuality | None, text: Mapping[str, str], terms: Terms, language: Language
) -> list[Block]:
    """Every measure of every map with its mark; arguments as above."""
    if quality is None:
        return []
    names = ("quality_measure", "quality_map", "quality_value", "quality_chance", "quality_mark")
    rows = tuple(
        (
            message(f"measure_{score.measure}", language),
            _map_name(score, text),
            f"{score.value:.2f}",
            f"{score.random_baseline:.2f}" if score.random_baseline else "–",
            f"{SYMBOLS[score.rating]} {message(f'mark_{score.rating}', language)}",
        )
        for score in quality.scores
    )
    return [
        Heading(text=text["quality"]),
        Table(head=tuple(text[name] for name in names), rows=rows),
    ]


def _map_name(score: QualityScore, text: Mapping[str, str]) -> str:
    return score.map.spec.name if isinstance(score.map, Method) else text["quality_both"]


def _plain(text: str) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=True)
