"""The result: classification, probabilities, anatomy, and what both methods found."""

from html import escape

import streamlit as st

from app.markup import bars, draw, facts, heading, lead, legend, notice
from app.pictures import png
from app.state.case import Case
from app.views import descriptors, measurements
from pipeline.pictures.overlays import STRUCTURE_COLOURS, anatomy_overlay, grey_picture
from pipeline.presentation import (
    ClassificationView,
    classification_view,
    notes_view,
    radiograph_facts,
    sides_note,
)
from pipeline.types import CaseResult, Prediction
from pipeline.words import Words, message


def show(words: Words, case: Case) -> None:
    """Draw what was found."""
    result = case.result
    if result is None:
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        _radiograph(words, case, result)
    with right:
        classification(words, result.prediction)
        _notes(words, result)
    measurements.show(words, case, result)
    descriptors.show(words, case, result)
    _times(words, result)


def _radiograph(words: Words, case: Case, result: CaseResult) -> None:
    outlined = st.toggle(
        words("result.outline"), value=True, key="outline", persist_state="session"
    )
    radiograph, anatomy = result.radiograph, result.anatomy
    picture = png(
        case,
        ("anatomy", outlined),
        lambda: anatomy_overlay(radiograph, anatomy) if outlined else grey_picture(radiograph),
    )
    st.image(
        picture,
        width="stretch",
        alt=words("result.anatomy_alt" if outlined else "result.radiograph_alt"),
    )
    if outlined:
        draw(legend(_legend(words, result)))
    draw(f'<p class="cxr-caption">{escape(sides_note(words, radiograph))}</p>')
    draw(facts(radiograph_facts(words, radiograph)))


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


def classification(words: Words, prediction: Prediction) -> None:
    """The classification with its uncertainty, and the probability of each label."""
    view = classification_view(words, prediction)
    title = escape(view.title)
    draw(
        f'<section class="cxr-classification cxr-{view.state}" '
        f'aria-label="{title}"><p class="cxr-over">{title}</p>'
        f"<h2>{escape(view.headline)}</h2><p>{escape(view.most_likely)}</p>"
        f"{_gauge(view, prediction)}"
        f'<p class="cxr-doubt">{escape(view.doubt)}</p></section>'
    )
    rows = ((row.name, row.probability, row.text, row.found) for row in view.rows)
    draw(heading(view.labels, 3) + bars(rows, name=view.labels) + "".join(map(lead, view.notes)))


def _gauge(view: ClassificationView, prediction: Prediction) -> str:
    """What decides the classification as a bar, with its threshold and the uncertain band on it."""
    share, threshold = prediction.deciding_probability, prediction.limit_prob
    low, high = prediction.uncertain_prob or (threshold, threshold)
    band = f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"
    return (
        f'<p class="cxr-gauge-text">{escape(view.probability)}</p>'
        '<div class="cxr-gauge" aria-hidden="true">'
        f'<span class="cxr-gauge-fill" style="width:{100 * share:.1f}%"></span>'
        f'<span class="cxr-gauge-band" style="{band}"></span>'
        f'<span class="cxr-gauge-mark" style="left:{100 * threshold:.1f}%"></span></div>'
    )


def _notes(words: Words, result: CaseResult) -> None:
    view = notes_view(words, result)
    said = [notice(sentence, "warning", code) for code, sentence in view.warnings]
    said += [notice(sentence) for _, sentence in view.notes]
    if said:
        draw(heading(view.title, 3) + "".join(said))


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
