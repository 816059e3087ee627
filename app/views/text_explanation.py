"""Why the report says what it says: shaded text, and what each descriptor contributed."""

from html import escape

import streamlit as st

from app.cases import Case
from app.language import Words
from app.markup import draw, facts, heading, lead, notice, shaded, signed_bars
from pipeline.types import Attribution, TextExplanation, Zone


def show(words: Words, case: Case) -> None:
    """Draw the explanation of the report's text."""
    draw(heading(words("text.title")) + lead(words("text.lead")))
    result = case.result
    found = None if result is None else result.text_explanation
    if found is None:
        draw(notice(words("text.coming" if case.job is not None else "text.none")))
        return
    draw(f'<p class="cxr-caption">{escape(words("text.model", model=found.model))}</p>')
    left, right = st.columns(2, gap="large")
    with left:
        _shap(words, found)
    with right:
        draw(heading(words("text.prompt"), 3) + lead(words("text.prompt_lead")))
        draw(shaded([(item.text, item.value) for item in found.integrated_gradients]))
        draw(heading(words("text.words"), 3) + lead(words("text.words_lead")))
        draw(shaded(_running(found.words)))
        draw(_key(words))
    draw(heading(words("text.trust"), 3))
    draw(
        facts(
            [
                (words("text.shap_full"), words("text.nats", value=words.number(found.shap_full))),
                (words("text.shap_base"), words("text.nats", value=words.number(found.shap_base))),
                (words("text.ig_delta"), words("text.nats", value=words.number(found.ig_delta, 3))),
            ]
        )
    )
    draw(lead(words("text.trust_lead")))


def _shap(words: Words, found: TextExplanation) -> None:
    draw(heading(words("text.shap"), 3) + lead(words("text.shap_lead")))
    rows = [
        (
            _name(words, item),
            item.value,
            f"{'+' if item.value > 0 else ''}{words.number(item.value)}",
        )
        for item in sorted(found.shap, key=lambda item: -abs(item.value))
    ]
    draw(signed_bars(rows, name=words("text.shap")) if rows else notice(words("text.no_parts")))


def _name(words: Words, item: Attribution) -> str:
    """A descriptor's name: its zone, or what else of the prompt it is."""
    if item.key in set(Zone):
        return words(f"zone.{item.key}")
    return words.optional(f"part.{item.key}", item.text)


def _running(pieces: tuple[Attribution, ...]) -> list[tuple[str, float]]:
    """Words as running text; a space between them unless they bring their own."""
    space = "" if any(piece.text != piece.text.strip() for piece in pieces) else " "
    return [(piece.text + space, piece.value) for piece in pieces]


def _key(words: Words) -> str:
    return (
        '<ul class="cxr-legend"><li><mark class="cxr-mark cxr-key-plus">Aa</mark> '
        f'{escape(words("text.plus"))}</li><li><mark class="cxr-mark cxr-key-minus">Aa</mark> '
        f"{escape(words('text.minus'))}</li></ul>"
    )
