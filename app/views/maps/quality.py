"""How far a map can be relied on: each measure with its rating, in symbol, word and sentence."""

from html import escape

import streamlit as st

from app.markup import draw, heading, lead, notice
from app.state.case import Ask, Case
from app.state.progress import steps_of
from pipeline.presentation import map_name, quality_row
from pipeline.types import (
    FUSED,
    CaseResult,
    ExplanationQuality,
    Method,
    QualityScore,
    SaliencyMap,
    Step,
)
from pipeline.words import Words

POLL_SECONDS = 0.7


def show(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Draw the ratings of one method's map and of both together, or how far measuring has come."""
    quality = found.quality
    if quality is None:
        _pending(words, case, found, method)
        return
    if quality.worst is None:
        draw(notice(words("quality.not_graded")))
    if quality.shortcut_alarm:
        draw(notice(words("quality.alarm"), "error"))
    draw(_list(words, quality, method, method.spec.name))
    draw(heading(map_name(FUSED), 4))
    draw(_list(words, quality, FUSED, map_name(FUSED)))
    with st.expander(words("quality.how")):
        for key in ("how_faithful", "how_stable", "how_alike", "how_shortcut", "how_rated"):
            draw(lead(words(f"quality.{key}")))


def _pending(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Say that the ratings are coming and how far they are, or that there are none."""
    label = found.explanations[method].label
    running = case.requests.get((Ask.MAPS, label)) or (case.job if case.result is found else None)
    failed = any(problem.step is Step.QUALITY for problem in found.problems)
    if running is None or failed or not case.settings.measure_quality:
        draw(lead(words("quality.none")))
        return

    def watch() -> None:
        share = steps_of(running.events()).get(Step.QUALITY) or 0.0
        st.progress(share, text=words("quality.coming"))

    st.fragment(watch, run_every=POLL_SECONDS)()


def _list(words: Words, quality: ExplanationQuality, saliency_map: SaliencyMap, name: str) -> str:
    items = "".join(_item(words, score) for score in quality.of(saliency_map))
    return f'<ul class="cxr-quality" aria-label="{escape(name)}">{items}</ul>'


def _item(words: Words, score: QualityScore) -> str:
    """One measure: symbol and word of its rating, what it means, and the value."""
    row = quality_row(words, score)
    value = escape(words("quality.said_value", value=row.value))
    if row.baseline:
        value += f" · {escape(words('quality.said_baseline', value=row.baseline))}"
    return (
        f'<li class="cxr-quality-{score.rating}">'
        f'<span class="cxr-quality-rating">'
        f'<span aria-hidden="true">{row.symbol}</span> {escape(row.rating)}'
        f"</span><span><b>{escape(row.measure)}</b> <small>{value}</small><br>"
        f"{escape(row.sentence)}</span></li>"
    )
