"""How far a map can be trusted: each measure with its mark, in sign, word and sentence."""

from html import escape

import streamlit as st

from app.markup import draw, heading, lead, notice
from app.state.cases import Case, steps_of
from pipeline.types import (
    FUSED,
    CaseResult,
    ExplanationQuality,
    Method,
    QualityRating,
    QualityScore,
    SaliencyMap,
    Step,
)
from pipeline.words import Words, message

SYMBOLS = {
    QualityRating.GOOD: "✓",
    QualityRating.DOUBTFUL: "?",
    QualityRating.UNRELIABLE: "✕",
    QualityRating.NOT_GRADED: "–",
}
POLL_SECONDS = 0.7


def show(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Draw the marks of one method's map and of both together, or how far measuring has come."""
    quality = found.quality
    if quality is None:
        _pending(words, case, found, method)
        return
    if quality.worst is None:
        draw(notice(words("quality.not_graded")))
    if quality.shortcut_alarm:
        draw(notice(words("quality.alarm"), "error"))
    draw(_list(words, quality, method, method.spec.name))
    draw(heading(words("quality.both"), 4))
    draw(_list(words, quality, FUSED, words("quality.both")))
    with st.expander(words("quality.how")):
        for key in ("how_faithful", "how_stable", "how_alike", "how_shortcut", "how_marked"):
            draw(lead(words(f"quality.{key}")))


def worst_sentence(words: Words, quality: ExplanationQuality) -> str:
    """The worst mark in one sentence, with whose map it is of; empty if nothing was graded."""
    worst = quality.worst
    if worst is None:
        return ""
    whose = worst.map.spec.name if isinstance(worst.map, Method) else words("quality.both")
    rating = message(f"mark_{worst.rating}", words.language)
    return words(
        "quality.worst", map=whose, rating=rating, sentence=message(worst.code, words.language)
    )


def draw_worst(words: Words, quality: ExplanationQuality | None) -> None:
    """Draw that sentence, if there is one."""
    said = "" if quality is None else worst_sentence(words, quality)
    if said:
        good = (
            quality is not None
            and quality.worst is not None
            and quality.worst.rating is QualityRating.GOOD
        )
        draw(notice(said, "success" if good else "warning"))


def _pending(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Say that the marks are coming and how far they are, or that there are none."""
    label = found.explanations[method].label
    running = case.explaining.get(label) or (case.job if case.result is found else None)
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
    """One measure: sign and word of its mark, what it means, and the value."""
    rating = escape(message(f"mark_{score.rating}", words.language))
    measure = escape(message(f"measure_{score.measure}", words.language))
    value = escape(words("quality.value", value=_number(words, score, score.value)))
    if score.random_baseline:
        baseline = words("quality.chance", value=_number(words, score, score.random_baseline))
        value += f" · {escape(baseline)}"
    return (
        f'<li class="cxr-quality-{score.rating}">'
        f'<span class="cxr-quality-mark">'
        f'<span aria-hidden="true">{SYMBOLS[score.rating]}</span> {rating}'
        f"</span><span><b>{measure}</b> <small>{value}</small><br>"
        f"{escape(message(score.code, words.language))}</span></li>"
    )


def _number(words: Words, score: QualityScore, value: float) -> str:
    return words.percent(value) if score.measure.is_shortcut else words.number(value)
