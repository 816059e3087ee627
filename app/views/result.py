"""The result: classification, probabilities, anatomy, and what both methods found."""

from html import escape

import streamlit as st

from app.markup import bars, draw, facts, heading, lead, legend, notice
from app.pictures import png
from app.state.cases import Case
from app.views import descriptors, measurements
from pipeline.pictures.overlays import STRUCTURE_COLOURS, anatomy_overlay, grey_picture
from pipeline.types import CaseResult, Prediction, Radiograph
from pipeline.words import Words, message

NEAR_TIE, NEAR_LIMIT = 0.15, 0.1
UNSURE = 0.5


def show(words: Words, case: Case) -> None:
    """Draw what was found."""
    result = case.result
    if result is None:
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        _radiograph(words, case, result)
    with right:
        _classification(words, result.prediction)
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
    draw(f'<p class="cxr-caption">{escape(words("result.sides"))}</p>')
    draw(facts(_radiograph_facts(words, radiograph)))


def _legend(words: Words, result: CaseResult) -> list[tuple[str, tuple[int, int, int], str]]:
    rows = []
    for structure, colour in STRUCTURE_COLOURS.items():
        measure = result.anatomy.measures.get(structure)
        if measure is None:
            area = ""
        elif measure.area_mm2 is None:
            area = words.percent(measure.area_share)
        else:
            area = words("result.area", value=round(measure.area_mm2 / 100))
        rows.append((words.capital(f"structures.{structure}"), colour, area))
    return rows


def _radiograph_facts(words: Words, radiograph: Radiograph) -> list[tuple[str, str]]:
    rows, cols = radiograph.source_shape
    spacing = radiograph.source_spacing_mm
    shown = (
        words("result.no_spacing")
        if spacing is None
        else words(
            "result.spacing_value", row=words.number(spacing[0]), col=words.number(spacing[1])
        )
    )
    return [
        (words("result.format"), radiograph.format.upper()),
        (words("result.size"), f"{rows} × {cols} px"),
        (words("result.spacing"), shown),
    ]


def _classification(words: Words, prediction: Prediction) -> None:
    kind = "abnormal" if prediction.is_abnormal else "normal"
    title = escape(words("result.classification"))
    draw(
        f'<section class="cxr-classification cxr-{kind}" aria-label="{title}">'
        f'<p class="cxr-over">{title}</p>'
        f"<h2>{escape(words(f'result.{kind}'))}</h2>"
        f"<p>{escape(_likeliest(words, prediction))}</p>"
        f"{_gauge(words, prediction)}"
        f'<p class="cxr-doubt">{escape(doubt(words, prediction))}</p></section>'
    )
    rows = [
        (
            words.label(prediction, label),
            share,
            words.percent(share),
            label in prediction.found_labels,
        )
        for label, share in sorted(
            zip(prediction.labels, prediction.probabilities, strict=True), key=lambda row: -row[1]
        )
    ]
    draw(heading(words("result.labels"), 3) + bars(rows, name=words("result.labels")))
    if prediction.is_multi_label:
        draw(lead(words("result.together")))
    draw(lead(words("result.calibrated" if prediction.calibrated else "result.uncalibrated")))


def _likeliest(words: Words, prediction: Prediction) -> str:
    label = prediction.label
    name, share = words.label(prediction, label), words.percent(prediction.probability(label))
    kind = "result.likeliest" if prediction.is_abnormal else "result.likeliest_normal"
    return words(kind, label=name, value=share)


def _gauge(words: Words, prediction: Prediction) -> str:
    """The abnormal probability as a bar, with the threshold and the uncertain band on it."""
    share, threshold = prediction.abnormal_probability, prediction.limit_prob
    low, high = prediction.uncertain_prob or (threshold, threshold)
    band = f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%"
    text = words(
        "result.abnormal_probability", value=words.percent(share), limit=words.percent(threshold)
    )
    return (
        f'<p class="cxr-gauge-text">{escape(text)}</p>'
        '<div class="cxr-gauge" aria-hidden="true">'
        f'<span class="cxr-gauge-fill" style="width:{100 * share:.1f}%"></span>'
        f'<span class="cxr-gauge-band" style="{band}"></span>'
        f'<span class="cxr-gauge-mark" style="left:{100 * threshold:.1f}%"></span></div>'
    )


def doubt(words: Words, prediction: Prediction) -> str:
    """Say in a sentence how sure the classifier is."""
    if prediction.is_uncertain and prediction.uncertain_prob is not None:
        low, high = map(words.percent, prediction.uncertain_prob)
        return words("result.doubt_threshold", low=low, high=high)
    if prediction.is_multi_label:
        near = abs(prediction.abnormal_probability - prediction.limit_prob) < NEAR_LIMIT
        return words("result.doubt_limit" if near else "result.doubt_none")
    ranked = sorted(zip(prediction.probabilities, prediction.labels, strict=True), reverse=True)
    (first, one), (second, other) = ranked[:2]
    if first < UNSURE:
        return words("result.doubt_spread")
    if first - second < NEAR_TIE:
        return words(
            "result.doubt_tie",
            one=words.label(prediction, one),
            other=words.label(prediction, other),
        )
    return words("result.doubt_none")


def _notes(words: Words, result: CaseResult) -> None:
    notes = [notice(message(note, words.language)) for note in result.radiograph.notes]
    warnings = [
        notice(message(code, words.language), "warning", code) for code in result.anatomy.warnings
    ]
    if notes or warnings:
        draw(heading(words("result.notes"), 3) + "".join(warnings + notes))


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
    return words("result.seconds", value=words.number(ms / 1000, 1))
