"""The tab of the text explanation: what each part of the prompt and each word contributed."""

from dataclasses import dataclass

from pipeline.presentation import attribution_name
from pipeline.types import (
    Attribution,
    ClassificationWords,
    Report,
    TextAttributions,
    TextExplanation,
)
from pipeline.words import Words

HARDLY_NATS = 1.0
Row = tuple[str, float, str]
"""A name or a span, its value, and the value as it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionView:
    """What the whole report, or one sentence of it, depended on.

    Attributes:
        parts: Each part of the prompt with its Shapley value, the largest first.
        hardly: Whether the text hardly depends on any of them.
        prompt: The prompt in spans.
        quality: What both methods must account for, and how far they do and agree.
    """

    parts: tuple[Row, ...]
    hardly: bool
    prompt: tuple[Row, ...]
    quality: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadingWords:
    """Which of the report's words lead to the classification that it names."""

    spans: tuple[Row, ...]
    quality: tuple[tuple[str, str], ...]


def analysed_model(words: Words, report: Report | None, found: TextExplanation) -> str:
    """Which model was analysed, and whether it is the one that wrote the report."""
    wrote = report is None or report.model == found.model
    return words("text.model" if wrote else "text.other_model", model=found.model)


def sentences(found: TextExplanation) -> tuple[str, ...]:
    """The sentences that are explained, each with the heading before it in one line."""
    return tuple(" ".join(one.sentence.split()) for one in found.sentences)


def attribution_view(words: Words, shown: TextAttributions) -> AttributionView:
    """What a text depended on."""
    parts = tuple(
        (attribution_name(words, item), item.value, words.signed(item.value))
        for item in sorted(shown.shap, key=lambda item: -abs(item.value))
    )
    quality = [
        (words("text.shap_full"), _nats(words, shown.shap_full)),
        (words("text.shap_base"), _nats(words, shown.shap_base)),
        (words("text.ig_delta"), _nats(words, shown.ig_delta, 3)),
    ]
    if shown.agreement is not None:
        quality.append((words("text.agreement"), words.number(shown.agreement)))
    return AttributionView(
        parts=parts,
        hardly=bool(parts) and abs(shown.shap_full - shown.shap_base) < HARDLY_NATS,
        prompt=_spans(words, shown.integrated_gradients),
        quality=tuple(quality),
    )


def running_words(words: Words, spans: tuple[Attribution, ...]) -> tuple[Row, ...]:
    """Words as running text; a space between them unless they bring their own."""
    space = "" if any(span.text != span.text.strip() for span in spans) else " "
    return tuple((text + space, value, said) for text, value, said in _spans(words, spans))


def leading_words(words: Words, found: ClassificationWords) -> LeadingWords:
    """Which words lead to the classification."""
    return LeadingWords(
        spans=_spans(words, found.words),
        quality=(
            (words("text.classification_full"), _nats(words, found.full)),
            (words("text.classification_base"), _nats(words, found.base)),
            (words("text.ig_delta"), _nats(words, found.delta, 3)),
        ),
    )


def _spans(words: Words, spans: tuple[Attribution, ...]) -> tuple[Row, ...]:
    return tuple((span.text, span.value, words.signed(span.value)) for span in spans)


def _nats(words: Words, value: float, digits: int = 2) -> str:
    return words("text.nats", value=words.number(value, digits))
