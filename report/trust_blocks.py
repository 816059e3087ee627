"""How far the maps can be trusted, in the exported documents."""

from collections.abc import Mapping

from pipeline.messages import message
from pipeline.types import Language, Method, SaliencyMap, Trust, TrustMark, TrustScore
from report.blocks import Block, Heading, Paragraph, Table
from report.languages import Terms
from report.runs import Run

SIGNS = {
    TrustMark.GOOD: "✓",
    TrustMark.DOUBTFUL: "?",
    TrustMark.UNRELIABLE: "✕",
    TrustMark.NOT_GRADED: "–",
}


def trust_note(
    trust: Trust | None, text: Mapping[str, str], terms: Terms, language: Language
) -> list[Block]:
    """The worst mark in one sentence, to stand under the report; nothing where none was measured.

    Args:
        trust: What was measured.
        text: The documents' words.
        terms: The words shared with the report.
        language: Their language.
    """
    if trust is None:
        return []
    worst = trust.worst
    if worst is None:
        return [_plain(text["trust_not_graded"])]
    said = text["trust_worst"].format(
        map=_map_name(worst, text, terms),
        mark=message(f"mark_{worst.mark}", language),
        sentence=message(worst.code, language),
    )
    return [_plain(f"{SIGNS[worst.mark]} {said}")]


def trust_table(
    trust: Trust | None, text: Mapping[str, str], terms: Terms, language: Language
) -> list[Block]:
    """Every measure of every map with its mark; arguments as above."""
    if trust is None:
        return []
    names = ("trust_measure", "trust_map", "trust_value", "trust_chance", "trust_mark")
    rows = tuple(
        (
            message(f"measure_{score.measure}", language),
            _map_name(score, text, terms),
            f"{score.value:.2f}",
            f"{score.chance:.2f}" if score.chance else "–",
            f"{SIGNS[score.mark]} {message(f'mark_{score.mark}', language)}",
        )
        for score in trust.scores
    )
    return [Heading(text=text["trust"]), Table(head=tuple(text[name] for name in names), rows=rows)]


def _map_name(score: TrustScore, text: Mapping[str, str], terms: Terms) -> str:
    if score.map is SaliencyMap.FUSED:
        return text["trust_both"]
    return terms.methods[Method(score.map)]


def _plain(text: str) -> Paragraph:
    return Paragraph(runs=(Run(text=text),), small=True)
