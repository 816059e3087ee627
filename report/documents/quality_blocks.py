"""How far the maps can be trusted, in the exported documents."""

from pipeline.types import (
    ExplanationQuality,
    Method,
    QualityRating,
    QualityScore,
)
from pipeline.words import Words, message
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Heading, Paragraph, Table

SYMBOLS = {
    QualityRating.GOOD: "✓",
    QualityRating.DOUBTFUL: "?",
    QualityRating.UNRELIABLE: "✕",
    QualityRating.NOT_GRADED: "–",
}


def quality_note(quality: ExplanationQuality | None, words: Words) -> list[Block]:
    """The worst mark in one sentence, to stand under the report; nothing where none was measured.

    Args:
        quality: What was measured.
        words: The documents' words.
    """
    if quality is None:
        return []
    worst = quality.worst
    if worst is None:
        return [_plain(words("quality_not_graded"))]
    said = words(
        "quality_worst",
        map=_map_name(worst, words),
        rating=message(f"mark_{worst.rating}", words.language),
        sentence=message(worst.code, words.language),
    )
    return [_plain(f"{SYMBOLS[worst.rating]} {said}")]


def quality_table(quality: ExplanationQuality | None, words: Words) -> list[Block]:
    """Every measure of every map with its mark; arguments as above."""
    if quality is None:
        return []
    names = ("quality_measure", "quality_map", "quality_value", "quality_chance", "quality_mark")
    rows = tuple(
        (
            message(f"measure_{score.measure}", words.language),
            _map_name(score, words),
            f"{score.value:.2f}",
            f"{score.random_baseline:.2f}" if score.random_baseline else "–",
            f"{SYMBOLS[score.rating]} {message(f'mark_{score.rating}', words.language)}",
        )
        for score in quality.scores
    )
    return [
        Heading(text=words("quality")),
        Table(head=tuple(words(name) for name in names), rows=rows),
    ]


def _map_name(score: QualityScore, words: Words) -> str:
    return score.map.spec.name if isinstance(score.map, Method) else words("quality_both")


def _plain(text: str) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=True)
