"""The chest measurements: drawn on the radiograph, each beside its threshold."""

from html import escape

import streamlit as st

from app.markup import draw, heading, lead, legend, table
from app.pictures import marked_png
from app.state.case import Case
from pipeline.pictures.measurement_overlay import PART_COLOURS, drawn_parts, measurements_overlay
from pipeline.presentation import measurements_view, part_name
from pipeline.types import CaseResult
from pipeline.words import Words


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the lines on the radiograph and the table; nothing for a case without measurements."""
    view = measurements_view(words, result.measurements, result.radiograph)
    if view is None:
        return
    draw(heading(view.title) + lead(view.lead))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.image(
            marked_png(
                words,
                case,
                result.radiograph,
                ("measurements",),
                lambda: measurements_overlay(result.radiograph, result.measurements),
            ),
            caption=view.picture,
            alt=words("measurements.picture_alt"),
            width="stretch",
        )
        parts = drawn_parts(result.measurements)
        draw(legend((part_name(words, part), PART_COLOURS[part], "") for part in parts))
    with right, st.container(key="measurements"):
        if view.rows:
            draw(table(view.head, view.rows, name=words("measurements.table")))
        notes = (*view.notes, view.unmeasured) if view.unmeasured else view.notes
        draw("".join(f'<p class="cxr-caption">{escape(note)}</p>' for note in notes))
        if view.sources:
            items = "".join(f"<li>{escape(source)}</li>" for source in view.sources)
            draw(
                f'<p class="cxr-caption">{escape(words("measurements.sources"))}</p>'
                f'<ol class="cxr-sources">{items}</ol>'
            )
