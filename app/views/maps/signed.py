"""What speaks for a label and what against it, on demand: one map of two colours."""

import streamlit as st

from app.markup import draw, facts, lead
from app.models.saliency import MapLook, signed_picture, weights_view
from app.pictures import marked_png
from app.state.case import Case
from pipeline.pictures.overlays import encode_png, signed_colour_bar
from pipeline.types import CaseResult, Method
from pipeline.words import Words


def show(words: Words, case: Case, found: CaseResult, method: Method, look: MapLook) -> None:
    """Ask whether it is wanted, and draw it.

    Args:
        words: The page's language.
        case: Whose pictures are kept.
        found: The case with the label's explanations.
        method: Whose map.
        look: How the map above is drawn.
    """
    explanation = found.explanations[method]
    signed_image = explanation.signed_image
    if signed_image is None or not st.toggle(
        words("signed.show"), key="signed", persist_state="session", help=words("signed.help")
    ):
        return
    picture = marked_png(
        words,
        case,
        found.radiograph,
        ("signed", method, explanation.label, look),
        lambda: signed_picture(found, signed_image, look),
    )
    label = words.label(found.prediction, explanation.label)
    caption = words("signed.caption", method=method.spec.name, label=label)
    left, right = st.columns(2, gap="large")
    with left:
        st.image(picture, caption=caption, alt=caption, width="stretch")
        _bar(words)
    with right:
        weights = weights_view(words, explanation)
        if weights:
            draw(facts(weights) + lead(words("signed.weights_lead")))


def _bar(words: Words) -> None:
    """The legend of the two colours."""
    st.image(encode_png(signed_colour_bar()), width="stretch", alt=words("signed.bar_alt"))
    draw(
        f'<div class="cxr-scale"><span>{words("signed.bar_low")}</span>'
        f"<span>0</span><span>{words('signed.bar_high')}</span></div>"
    )
