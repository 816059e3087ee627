"""The result: the first screen, and below it what it was made from."""

import streamlit as st

from app.markup import draw, facts, heading, legend, notice
from app.models.result import step_times, structure_rows
from app.state.case import Case
from app.views import adjustments, classification, descriptors, glance, measurements
from pipeline.presentation import notes_view, radiograph_facts
from pipeline.types import CaseResult
from pipeline.words import Words


def show(words: Words, case: Case) -> None:
    """Draw what was found."""
    result = case.result
    if result is None:
        return
    glance.show(words, case, result)
    left, right = st.columns(2, gap="large")
    with left:
        classification.show_labels(words, result.prediction)
    with right:
        _radiograph(words, result)
        adjustments.show(words, case, result)
    measurements.show(words, case, result)
    descriptors.show(words, case, result)
    with st.expander(words("result.times")):
        draw(facts(step_times(words, result)))


def _radiograph(words: Words, result: CaseResult) -> None:
    """What the file is, what reading did to it, and how large each structure is."""
    view = notes_view(words, result)
    draw(heading(view.title, 3) + facts(radiograph_facts(words, result.radiograph)))
    draw("".join(notice(sentence) for _, sentence in view.notes))
    draw(legend(structure_rows(words, result)))
