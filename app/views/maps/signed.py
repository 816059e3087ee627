"""What speaks for a label and what against it, on demand: one map of two colours."""

import streamlit as st

from app.markup import draw, facts, lead
from app.pictures import marked_png
from app.state.case import Case
from pipeline.pictures.overlays import encode_png, signed_colour_bar, signed_overlay
from pipeline.types import CaseResult, Explanation, Method
from pipeline.words import Words

STRONGEST = 3  # weights named on either side


def show(
    words: Words, case: Case, found: CaseResult, method: Method, drawn: tuple[float, float, bool]
) -> None:
    """Ask whether it is wanted, and draw it.

    Args:
        words: The page's language.
        case: Whose pictures are kept.
        found: The case with the label's explanations.
        method: Whose map.
        drawn: Opacity, threshold, and whether zones are outlined, as of the map above.
    """
    explanation = found.explanations[method]
    signed_image = explanation.signed_image
    if signed_image is None or not st.toggle(
        words("signed.show"), key="signed", persist_state="session", help=words("signed.help")
    ):
        return
    opacity, threshold, outlines = drawn
    picture = marked_png(
        words,
        case,
        found.radiograph,
        ("signed", method, explanation.label, *drawn),
        lambda: signed_overlay(
            found.radiograph,
            signed_image,
            opacity,
            threshold=threshold,
            outlines=found.anatomy.zones_image if outlines else None,
        ),
    )
    label = words.label(found.prediction, explanation.label)
    caption = words("signed.caption", method=method.spec.name, label=label)
    left, right = st.columns(2, gap="large")
    with left:
        st.image(picture, caption=caption, alt=caption, width="stretch")
        _bar(words)
    with right:
        _weights(words, explanation)


def _bar(words: Words) -> None:
    """The legend of the two colours."""
    st.image(encode_png(signed_colour_bar()), width="stretch", alt=words("signed.bar_alt"))
    draw(
        f'<div class="cxr-scale"><span>{words("signed.bar_low")}</span>'
        f"<span>0</span><span>{words('signed.bar_high')}</span></div>"
    )


def _weights(words: Words, explanation: Explanation) -> None:
    """How many superpixels speak for the label and against it, and the strongest of them."""
    weights = explanation.superpixel_weights
    if not weights:
        return

    def listed(values: list[float]) -> str:
        return "; ".join(words.number(value, 3) for value in values) or "–"

    positive = [value for value in weights if value > 0]
    negative = [value for value in reversed(weights) if value < 0]
    draw(
        facts(
            [
                (words("signed.positive"), str(len(positive))),
                (words("signed.negative"), str(len(negative))),
                (words("signed.strongest_positive"), listed(positive[:STRONGEST])),
                (words("signed.strongest_negative"), listed(negative[:STRONGEST])),
            ]
        )
    )
    draw(lead(words("signed.weights_lead")))
