"""How far the maps can be relied on: ratings in symbol, word and sentence."""

from dataclasses import dataclass

from pipeline.types import (
    FUSED_METHODS,
    ExplanationQuality,
    Method,
    QualityRating,
    QualityScore,
    SaliencyMap,
)
from pipeline.words import Words, message

SYMBOLS = {
    QualityRating.GOOD: "✓",
    QualityRating.DOUBTFUL: "?",
    QualityRating.UNRELIABLE: "✕",
    QualityRating.NOT_GRADED: "–",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRow:
    """One measure of one map.

    Attributes:
        map: Whose map.
        measure: What was measured.
        value: Its value; a share in percent.
        baseline: What random maps have; empty where that is 0 by definition.
        symbol: The rating's symbol.
        rating: The rating in words.
        sentence: What it means.
    """

    map: str
    measure: str
    value: str
    baseline: str
    symbol: str
    rating: str
    sentence: str


def quality_row(words: Words, score: QualityScore) -> QualityRow:
    """Say one measure."""

    def number(value: float) -> str:
        return words.percent(value) if score.measure.is_shortcut else words.number(value)

    return QualityRow(
        map=map_name(score.map),
        measure=message(f"measure_{score.measure}", words.language),
        value=number(score.value),
        baseline=number(score.random_baseline) if score.random_baseline else "",
        symbol=SYMBOLS[score.rating],
        rating=message(f"rating_{score.rating}", words.language),
        sentence=message(score.code, words.language),
    )


def quality_notes(words: Words, quality: ExplanationQuality | None) -> tuple[str, ...]:
    """The alarm, if there is one, and the lowest rating, to stand beside the report."""
    if quality is None:
        return ()
    alarm = (words("quality.alarm"),) if quality.shortcut_alarm else ()
    return (*alarm, lowest_rating(words, quality))


def lowest_rating(words: Words, quality: ExplanationQuality) -> str:
    """The lowest rating in one sentence, with whose map it is of, or that nothing was graded."""
    worst = quality.worst
    if worst is None:
        return words("quality.not_graded")
    said = words(f"quality.lowest_{worst.rating}", map=map_name(worst.map))
    return f"{said} {message(worst.code, words.language)}"


def map_name(saliency_map: SaliencyMap) -> str:
    """A map's name: its method's own, or those of the methods it was fused of."""
    if isinstance(saliency_map, Method):
        return saliency_map.spec.name
    return " + ".join(method.spec.name for method in FUSED_METHODS)
