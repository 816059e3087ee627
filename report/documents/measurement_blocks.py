"""The chest measurements as a table, its sources, and a drawing."""

from collections.abc import Mapping

from pipeline.pictures.measurement_overlay import PART_COLOURS, drawn_parts
from pipeline.pictures.overlays import Picture
from pipeline.presentation import measurements_view, part_name
from pipeline.types import CaseResult
from pipeline.words import Words
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Figure, Heading, Paragraph, Table

MEASUREMENTS_FILE = "measurements.png"


def measurement_blocks(result: CaseResult, words: Words) -> list[Block]:
    """A heading, what the figures are, the table, and its sources; nothing without measurements.

    Args:
        result: The case.
        words: The documents' words.
    """
    view = measurements_view(words, result.measurements, result.radiograph)
    if view is None:
        return []
    numbered = [f"[{number}] {citation}" for number, citation in enumerate(view.sources, 1)]
    return [
        Heading(text=view.title),
        Paragraph(runs=(Run(text=" ".join((view.lead, *view.notes))),)),
        *([Table(head=view.head, rows=view.rows, words=True)] if view.rows else []),
        *([Paragraph(runs=(Run(text=view.unmeasured),), small=True)] if view.unmeasured else []),
        *(Paragraph(runs=(Run(text=line),), small=True) for line in numbered),
    ]


def measurement_figure(
    result: CaseResult, words: Words, pictures: Mapping[str, Picture]
) -> list[Figure]:
    """The drawing with its legend; none without measurements."""
    if MEASUREMENTS_FILE not in pictures:
        return []
    legend = tuple(
        (PART_COLOURS[part], part_name(words, part)) for part in drawn_parts(result.measurements)
    )
    return [
        Figure(
            picture=pictures[MEASUREMENTS_FILE],
            caption=words("measurements.picture"),
            file=MEASUREMENTS_FILE,
            legend=legend,
        ),
    ]
