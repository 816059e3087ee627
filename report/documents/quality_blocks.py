"""How far the maps can be relied on, in the exported documents."""

from pipeline.presentation import quality_notes, quality_row
from pipeline.types import ExplanationQuality
from pipeline.words import Words
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Heading, Paragraph, Table

NO_BASELINE = "–"


def quality_note(quality: ExplanationQuality | None, words: Words) -> list[Block]:
    """The alarm and the lowest rating, to stand under the report; nothing where none was measured.

    Args:
        quality: What was measured.
        words: The documents' words.
    """
    notes = quality_notes(words, quality)
    return [
        Paragraph(runs=(Run(text=said),), small=said is notes[-1])  # an alarm is no small print
        for said in notes
    ]


def quality_table(quality: ExplanationQuality | None, words: Words) -> list[Block]:
    """Every measure of every map with its rating; arguments as above."""
    if quality is None:
        return []
    columns = ("measure", "map", "value", "baseline", "rating")
    rows = tuple(
        (
            row.measure,
            row.map,
            row.value,
            row.baseline or NO_BASELINE,
            f"{row.symbol} {row.rating}",
        )
        for row in (quality_row(words, score) for score in quality.scores)
    )
    head = tuple(words(f"quality.{column}") for column in columns)
    return [Heading(text=words("quality.title")), Table(head=head, rows=rows)]
