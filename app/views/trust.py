"""How far a map can be trusted: each measure with its mark, in sign, word and sentence."""

from html import escape

import streamlit as st

from app.cases import Case, steps_of
from app.language import Words
from app.markup import draw, heading, lead, notice
from pipeline.messages import message
from pipeline.types import CaseResult, Method, SaliencyMap, Step, Trust, TrustMark, TrustScore

SIGNS = {
    TrustMark.GOOD: "✓",
    TrustMark.DOUBTFUL: "?",
    TrustMark.UNRELIABLE: "✕",
    TrustMark.NOT_GRADED: "–",
}
POLL_SECONDS = 0.7


def show(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Draw the marks of one method's map and of both together, or how far measuring has come."""
    trust = found.trust
    if trust is None:
        _pending(words, case, found, method)
        return
    if trust.worst is None:
        draw(notice(words("trust.not_graded")))
    if trust.shortcut_alarm:
        draw(notice(words("trust.alarm"), "error"))
    draw(_list(words, trust, SaliencyMap(method), words(f"method.{method}")))
    draw(heading(words("trust.both"), 4))
    draw(_list(words, trust, SaliencyMap.FUSED, words("trust.both")))
    with st.expander(words("trust.how")):
        for key in ("how_faithful", "how_stable", "how_alike", "how_shortcut", "how_marked"):
            draw(lead(words(f"trust.{key}")))


def worst_sentence(words: Words, trust: Trust) -> str:
    """The worst mark in one sentence, with whose map it is of; empty if nothing was graded."""
    worst = trust.worst
    if worst is None:
        return ""
    whose = words("trust.both" if worst.map is SaliencyMap.FUSED else f"method.{worst.map}")
    mark = message(f"mark_{worst.mark}", words.language)
    return words("trust.worst", map=whose, mark=mark, sentence=message(worst.code, words.language))


def draw_worst(words: Words, trust: Trust | None) -> None:
    """Draw that sentence, if there is one."""
    said = "" if trust is None else worst_sentence(words, trust)
    if said:
        good = trust is not None and trust.worst is not None and trust.worst.mark is TrustMark.GOOD
        draw(notice(said, "success" if good else "warning"))


def _pending(words: Words, case: Case, found: CaseResult, method: Method) -> None:
    """Say that the marks are coming and how far they are, or that there are none."""
    label = found.explanations[method].label
    running = case.explaining.get(label) or (case.job if case.result is found else None)
    failed = any(problem.step is Step.TRUST for problem in found.problems)
    if running is None or failed or not case.settings.measure_trust:
        draw(lead(words("trust.none")))
        return

    def watch() -> None:
        share = steps_of(running.events()).get(Step.TRUST) or 0.0
        st.progress(share, text=words("trust.coming"))

    st.fragment(watch, run_every=POLL_SECONDS)()


def _list(words: Words, trust: Trust, saliency_map: SaliencyMap, name: str) -> str:
    items = "".join(_item(words, score) for score in trust.of(saliency_map))
    return f'<ul class="cxr-trust" aria-label="{escape(name)}">{items}</ul>'


def _item(words: Words, score: TrustScore) -> str:
    """One measure: sign and word of its mark, what it means, and the value."""
    mark = escape(message(f"mark_{score.mark}", words.language))
    measure = escape(message(f"measure_{score.measure}", words.language))
    value = escape(words("trust.value", value=_number(words, score, score.value)))
    if score.chance:
        chance = words("trust.chance", value=_number(words, score, score.chance))
        value += f" · {escape(chance)}"
    return (
        f'<li class="cxr-trust-{score.mark}">'
        f'<span class="cxr-trust-mark"><span aria-hidden="true">{SIGNS[score.mark]}</span> {mark}'
        f"</span><span><b>{measure}</b> <small>{value}</small><br>"
        f"{escape(message(score.code, words.language))}</span></li>"
    )


def _number(words: Words, score: TrustScore, value: float) -> str:
    return words.percent(value) if score.measure.is_shortcut else words.number(value)
