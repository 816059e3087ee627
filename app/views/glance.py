"""The first screen: the radiograph under a map, the classification, and what has to be known first.

Its parts lie side by side on a wide page and one below the other, classification first, on a narrow
one; the style sheet places them.
"""

from html import escape

import streamlit as st

from app.markup import draw, notice
from app.pictures import marked_png
from app.state.case import Case, State
from app.views import classification, download
from app.views.frame import tabs
from pipeline.pictures.overlays import Picture, anatomy_overlay, grey_picture, saliency_overlay
from pipeline.presentation import glance_view, sides_note
from pipeline.types import FUSED, CaseResult, Method
from pipeline.words import Words

ANATOMY, RADIOGRAPH = "anatomy", "radiograph"
OPACITY = 0.7


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the first screen."""
    with st.container(key="glance"):
        with st.container(key="glance_class"):
            classification.show(words, result.prediction)
        with st.container(key="glance_picture"):
            _picture(words, case, result)
        with st.container(key="glance_rest"):
            _rest(words, case, result)


def _picture(words: Words, case: Case, result: CaseResult) -> None:
    maps = [FUSED, *(method.value for method in result.explanations)]
    # Where there is no classification, no map stands for one.
    choices = [*([] if result.prediction.is_unfamiliar else maps), ANATOMY, RADIOGRAPH]
    shown: str = st.segmented_control(
        words("glance.show"),
        choices,
        default=choices[0],
        required=True,
        format_func=lambda one: _name(words, one),
        key="glance_map",
        persist_state="session",
        label_visibility="collapsed",
    )
    if shown not in choices:
        shown = choices[0]  # a map that another radiograph has, and this one has not
    caption = _caption(words, result, shown)
    st.image(
        marked_png(
            words, case, result.radiograph, ("glance", shown), lambda: _drawn(result, shown)
        ),
        alt=words(f"result.{shown}_alt") if shown in (ANATOMY, RADIOGRAPH) else caption,
        width="stretch",
    )
    said = f"{caption}. {sides_note(words, result.radiograph)}"
    draw(f'<p class="cxr-caption">{escape(said)}</p>')


def _name(words: Words, shown: str) -> str:
    return Method(shown).spec.name if shown in set(Method) else words(f"glance.{shown}")


def _caption(words: Words, result: CaseResult, shown: str) -> str:
    label = words.label(result.prediction, result.explained_label)
    if shown in set(Method):
        return words("saliency.caption", method=Method(shown).spec.name, label=label)
    return words(f"glance.{shown}_caption", label=label)


def _drawn(result: CaseResult, shown: str) -> Picture:
    radiograph, anatomy = result.radiograph, result.anatomy
    if shown == RADIOGRAPH:
        return grey_picture(radiograph)
    if shown == ANATOMY:
        return anatomy_overlay(radiograph, anatomy, opacity=0)
    descriptors = result.descriptors
    is_fused = shown == FUSED
    image = descriptors.fused_image if is_fused else result.explanations[Method(shown)].map_image
    return saliency_overlay(radiograph, image, OPACITY, outlines=anatomy.zones_image)


def _rest(words: Words, case: Case, result: CaseResult) -> None:
    view = glance_view(words, result, case.conclusion())
    draw(_part(view.impression_title, [_impression(words, case, view.impression)], "impression"))
    with st.container(key="glance_on", horizontal=True):
        st.button(
            words("glance.review"),
            on_click=tabs.open_tab,
            args=(words, "report"),
            key="review",
            type="primary",
            icon=":material/edit_note:",
        )
        download.pdf_button(words, case, key="glance_pdf")
    draw(_part(view.measurements_title, view.measurements, "beyond"))
    notes = "".join(notice(said, "warning", code) for code, said in view.warnings)
    draw(_part(view.notes_title, [view.not_stated] if view.not_stated else [], "notes", notes))


def _impression(words: Words, case: Case, said: str) -> str:
    if said:
        return said
    return words("glance.writing" if case.state is State.WRITING else "glance.none")


def _part(title: str, lines: "list[str] | tuple[str, ...]", name: str, more: str = "") -> str:
    """A heading with sentences under it; nothing without any."""
    if not lines and not more:
        return ""
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<section class="cxr-part cxr-part-{name}"><h3 class="cxr-over">{escape(title)}</h3>'
        f"{said}{more}</section>"
    )
