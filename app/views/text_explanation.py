"""Why the report says what it says: shaded text, and what each descriptor contributed."""

from html import escape

import streamlit as st

from app.markup import draw, facts, heading, lead, notice, shaded, signed_bars
from app.models.text_explanation import (
    AttributionView,
    LeadingWords,
    analysed_model,
    attribution_view,
    leading_words,
    running_words,
    sentences,
)
from app.state.case import Case
from pipeline.types import TextAttributions, TextExplanation
from pipeline.words import Words


def show(words: Words, case: Case) -> None:
    """Draw the explanation of the report's text."""
    draw(heading(words("text.title")) + lead(words("text.lead")))
    result = case.result
    found = None if result is None else result.text_explanation
    if found is None:
        draw(notice(words("text.coming" if case.job is not None else "text.none")))
        return
    draw(f'<p class="cxr-caption">{escape(analysed_model(words, case.report, found))}</p>')
    view = attribution_view(words, _chosen(words, case, found))
    left, right = st.columns(2, gap="large")
    with left:
        _parts(words, view)
    with right:
        draw(heading(words("text.prompt"), 3) + lead(words("text.prompt_lead")))
        draw(shaded(view.prompt))
        draw(_key(words))
    draw(heading(words("text.quality"), 3))
    draw(facts(view.quality) + lead(words("text.quality_lead")))
    draw(heading(words("text.words"), 3) + lead(words("text.words_lead")))
    draw(shaded(running_words(words, found.words)))
    if found.classification is not None:
        _classification(words, leading_words(words, found.classification))


def _chosen(words: Words, case: Case, found: TextExplanation) -> TextAttributions:
    """The whole report or the sentence that is picked."""
    if not found.sentences:
        return found
    texts = sentences(found)
    picked = st.selectbox(
        words("text.of"),
        options=[None, *range(len(texts))],
        format_func=lambda index: words("text.whole") if index is None else texts[index],
        key=f"text_of_{case.id}_{case.texts}",
        persist_state="session",
    )
    return found if picked is None else found.sentences[picked]


def _parts(words: Words, view: AttributionView) -> None:
    draw(heading(words("text.shap"), 3) + lead(words("text.shap_lead")))
    empty = notice(words("text.no_parts"))
    draw(signed_bars(view.parts, name=words("text.shap")) if view.parts else empty)
    if view.hardly:
        draw(notice(words("text.hardly")))


def _classification(words: Words, view: LeadingWords) -> None:
    draw(heading(words("text.classification"), 3) + lead(words("text.classification_lead")))
    draw(shaded(view.spans))
    draw(facts(view.quality))


def _key(words: Words) -> str:
    return (
        '<ul class="cxr-legend"><li><mark class="cxr-mark cxr-key-plus">Aa</mark> '
        f'{escape(words("text.plus"))}</li><li><mark class="cxr-mark cxr-key-minus">Aa</mark> '
        f"{escape(words('text.minus'))}</li></ul>"
    )
