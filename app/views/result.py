"""The result: the first screen, and below it what it was made from."""

import streamlit as st

from app.markup import draw, facts, heading, legend, notice
from app.state.case import Case
from app.views import adjustments, classification, descriptors, glance, measurements
from pipeline.pictures.overlays import STRUCTURE_COLOURS
from pipeline.presentation import notes_view, radiograph_facts
from pipeline.types import CaseResult
from pipeline.words import Words, message


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
    _times(words, result)


def _radiograph(words: Words, result: CaseResult) -> None:
    """What the file is, what reading did to it, and how large each structure is."""
    view = notes_view(words, result)
    draw(heading(view.title, 3) + facts(radiograph_facts(words, result.radiograph)))
    draw("".join(notice(sentence) for _, sentence in view.notes))
    draw(legend(_legend(words, result)))


def _legend(words: Words, result: CaseResult) -> list[tuple[str, tuple[int, int, int], str]]:
    rows = []
    for structure, colour in STRUCTURE_COLOURS.items():
        measure = result.anatomy.measures.get(structure)
        if measure is None:
            area = ""
        elif measure.area_mm2 is None:
            area = words.percent(measure.area_share)
        else:
            area = words("units.cm2", value=words.number(measure.area_mm2 / 100, 0))
        rows.append((words.capital(f"structures.{structure}"), colour, area))
    return rows


def _times(words: Words, result: CaseResult) -> None:
    with st.expander(words("result.times")):
        draw(
            facts(
                (
                    message(step, words.language),
                    _seconds(words, ms),
                )
                for step, ms in result.timings_ms.items()
            )
        )


def _seconds(words: Words, ms: float) -> str:
    return words("units.seconds", value=words.number(ms / 1000, 1))
