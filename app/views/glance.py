"""The first screen: the radiograph under a map, the classification, and what has to be known first.

Its parts lie side by side on a wide page and one below the other, classification first, on a narrow
one; the style sheet places them.
"""

from html import escape

import streamlit as st

from app.markup import draw, notice
from app.models import glance as model
from app.pictures import marked_png
from app.state.case import Case, State
from app.views import classification, download
from app.views.frame import tabs
from pipeline.presentation import glance_view, sides_note
from pipeline.types import CaseResult
from pipeline.words import Words


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
    choices = model.pictures(result)
    shown: str = st.segmented_control(
        words("glance.show"),
        choices,
        default=choices[0],
        required=True,
        format_func=lambda one: model.picture_name(words, one),
        key="glance_map",
        persist_state="session",
        label_visibility="collapsed",
    )
    if shown not in choices:
        shown = choices[0]  # a map that another radiograph has, and this one has not
    caption = model.picture_caption(words, result, shown)
    is_map = shown not in (model.ANATOMY, model.RADIOGRAPH)
    st.image(
        marked_png(
            words,
            case,
            result.radiograph,
            ("glance", shown),
            lambda: model.drawn_picture(result, shown),
        ),
        alt=caption if is_map else words(f"result.{shown}_alt"),
        width="stretch",
    )
    said = f"{caption}. {sides_note(words, result.radiograph)}"
    draw(f'<p class="cxr-caption">{escape(said)}</p>')


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
