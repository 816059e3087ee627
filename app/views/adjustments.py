"""Right and left exchanged, and places blanked, by the reader: then everything is made anew."""

from html import escape

import streamlit as st

from app import service
from app.markup import draw, notice
from app.models.adjustments import PERCENT, framed, place
from app.state.case import Case
from app.views.frame.problems import sentence
from pipeline.errors import QueueFullError
from pipeline.pictures.overlays import grey_picture
from pipeline.reading.adjust import blanked, mirrored
from pipeline.types import Box, CaseResult, Radiograph
from pipeline.words import Words

FIRST_PLACE = (0, 20)  # percent of the picture, across and down


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the controls, closed until they are wanted; they wait while anything runs."""
    with st.expander(words("adjust.title"), key="adjust", on_change="rerun") as opened:
        if not opened.open:
            return
        radiograph = result.radiograph
        if case.busy:
            draw(notice(words("adjust.busy")))
            return
        draw(f'<p class="cxr-caption">{escape(words("adjust.lead"))}</p>')
        if st.button(words("adjust.mirror"), key="mirror", icon=":material/swap_horiz:"):
            _again(words, case, mirrored(radiograph))
        box = _place(words, radiograph)
        st.image(
            framed(grey_picture(radiograph), box),
            width="stretch",
            alt=words("adjust.place_alt"),
        )
        if st.button(words("adjust.blank"), key="blank", icon=":material/ink_eraser:"):
            _again(words, case, blanked(radiograph, (box,), by_reader=True))


def _place(words: Words, radiograph: Radiograph) -> Box:
    """The place that is marked, by two controls that keyboard, mouse and finger move alike."""
    across, down = (
        st.slider(words(f"adjust.{name}"), 0, PERCENT, FIRST_PLACE, key=f"adjust_{name}")
        for name in ("across", "down")
    )
    return place(radiograph.shape, across, down)


def _again(words: Words, case: Case, radiograph: Radiograph) -> None:
    try:
        case.restart(service.workers(), radiograph)
    except QueueFullError as error:
        draw(notice(sentence(words, error), "error", error.code))
        return
    st.rerun()
