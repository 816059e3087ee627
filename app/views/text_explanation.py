"""Why the report says what it says: shaded text, and what each descriptor contributed."""

from html import escape

import streamlit as st

from app.markup import draw, facts, heading, lead, notice, shaded, signed_bars
from app.state.case import Case
from pipeline.presentation import attribution_name
from pipeline.types import (
    Attribution,
    ClassificationWords,
    TextAttributions,
    TextExplanation,
)
from pipeline.words import Words

HARDLY_NATS = 1.0


def show(words: Words, case: Case) -> None:
    """Draw the explanation of the report's text."""
    draw(heading(words("text.title")) + lead(words("text.lead")))
    result = case.result
    found = None if result is None else result.text_explanation
    if found is None:
        draw(notice(words("text.coming" if case.job is not None else "text.none")))
        return
    wrote = case.report is None or case.report.model == found.model
    asked = words("text.model" if wrote else "text.other_model", model=found.model)
    draw(f'<p class="cxr-caption">{escape(asked)}</p>')
    shown = _chosen(words, case, found)
    left, right = st.columns(2, gap="large")
    with left:
        _shap(words, shown)
    with right:
        draw(heading(words("text.prompt"), 3) + lead(words("text.prompt_lead")))
        draw(shaded(_spans(words, shown.integrated_gradients)))
        draw(_key(words))
    _quality(words, shown)
    draw(heading(words("text.words"), 3) + lead(words("text.words_lead")))
    draw(shaded(_running(words, found.words)))
    if found.classification is not None:
        _classification(words, found.classification)


def _chosen(words: Words, case: Case, found: TextExplanation) -> TextAttributions:
    """The whole report or the sentence that is picked."""
    if not found.sentences:
        return found
    sentences = [_on_one_line(sentence.sentence) for sentence in found.sentences]
    picked = st.selectbox(
        words("text.of"),
        options=[None, *range(len(sentences))],
        format_func=lambda index: words("text.whole") if index is None else sentences[index],
        key=f"text_of_{case.id}_{case.attempt}",
        persist_state="session",
    )
    return found if picked is None else found.sentences[picked]


def _on_one_line(sentence: str) -> str:
    """A sentence with the heading before it in the same line."""
    return " ".join(sentence.split())


def _shap(words: Words, shown: TextAttributions) -> None:
    draw(heading(words("text.shap"), 3) + lead(words("text.shap_lead")))
    rows = [
        (
            attribution_name(words, item),
            item.value,
            words.signed(item.value),
        )
        for item in sorted(shown.shap, key=lambda item: -abs(item.value))
    ]
    draw(signed_bars(rows, name=words("text.shap")) if rows else notice(words("text.no_parts")))
    if rows and abs(shown.shap_full - shown.shap_base) < HARDLY_NATS:
        draw(notice(words("text.hardly")))


def _quality(words: Words, shown: TextAttributions) -> None:
    """What both methods must account for, and how far they do and agree."""
    draw(heading(words("text.quality"), 3))
    rows = [
        (words("text.shap_full"), words("text.nats", value=words.number(shown.shap_full))),
        (words("text.shap_base"), words("text.nats", value=words.number(shown.shap_base))),
        (words("text.ig_delta"), words("text.nats", value=words.number(shown.ig_delta, 3))),
    ]
    if shown.agreement is not None:
        rows.append((words("text.agreement"), words.number(shown.agreement)))
    draw(facts(rows) + lead(words("text.quality_lead")))


def _classification(words: Words, found: ClassificationWords) -> None:
    draw(heading(words("text.classification"), 3) + lead(words("text.classification_lead")))
    draw(shaded(_spans(words, found.words)))
    draw(
        facts(
            [
                (
                    words("text.classification_full"),
                    words("text.nats", value=words.number(found.full)),
                ),
                (
                    words("text.classification_base"),
                    words("text.nats", value=words.number(found.base)),
                ),
                (words("text.ig_delta"), words("text.nats", value=words.number(found.delta, 3))),
            ]
        )
    )


def _spans(words: Words, spans: tuple[Attribution, ...]) -> list[tuple[str, float, str]]:
    return [(span.text, span.value, words.signed(span.value)) for span in spans]


def _running(words: Words, spans: tuple[Attribution, ...]) -> list[tuple[str, float, str]]:
    """Words as running text; a space between them unless they bring their own."""
    space = "" if any(span.text != span.text.strip() for span in spans) else " "
    return [(text + space, value, said) for text, value, said in _spans(words, spans)]


def _key(words: Words) -> str:
    return (
        '<ul class="cxr-legend"><li><mark class="cxr-mark cxr-key-plus">Aa</mark> '
        f'{escape(words("text.plus"))}</li><li><mark class="cxr-mark cxr-key-minus">Aa</mark> '
        f"{escape(words('text.minus'))}</li></ul>"
    )
