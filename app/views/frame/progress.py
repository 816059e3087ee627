"""How far a radiograph has come, step by step, with a way to stop it."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from app.markup import draw
from app.state.case import Case, State
from pipeline.types import FUSED_METHODS, Step
from pipeline.words import Words, message

REPORT_STEPS = (Step.WRITE, Step.EXPLAIN_TEXT)


def show(words: Words, case: Case) -> None:
    """Draw the steps of the radiograph being looked at; nothing once it has ended."""
    if case.state in (State.DONE, State.CANCELLED, State.FAILED):
        return
    with st.container(key="progress", horizontal=True, vertical_alignment="center"):
        draw(_list(words, case))
        if case.job is not None:
            st.button(
                words("progress.cancel"),
                key=f"cancel_{case.id}",
                on_click=case.job.cancel,
                icon=":material/stop_circle:",
            )


def _list(words: Words, case: Case) -> str:
    begun = case.steps()
    if not begun and case.result is None:
        return f'<p class="cxr-waiting" role="status">{escape(words("progress.waiting"))}</p>'
    items = "".join(_item(words, step, begun, past=_is_past(case, step)) for step in _steps(case))
    said = escape(words("progress.title"))
    return f'<ol class="cxr-progress" aria-label="{said}">{items}</ol>'


def _steps(case: Case) -> list[Step]:
    wanted = dict.fromkeys(REPORT_STEPS, case.settings.write_report)
    wanted[Step.QUALITY] = case.settings.measure_quality
    wanted[Step.FURTHER_MAPS] = case.settings.methods != FUSED_METHODS
    return [step for step in Step if wanted.get(step, True)]


def _is_past(case: Case, step: Step) -> bool:
    """Whether a step's outcome is there already, maybe from an earlier job."""
    result = case.result
    if result is None or step in REPORT_STEPS:
        return False
    return step is not Step.QUALITY or result.quality is not None


def _item(words: Words, step: Step, begun: Mapping[Step, float | None], *, past: bool) -> str:
    """One step: ended, under way with its share, or still to come."""
    name = escape(message(step, words.language))
    fraction = begun.get(step)
    if fraction == 1 or past:
        return f'<li class="cxr-done"><span aria-hidden="true">✓</span>{name}</li>'
    if step not in begun:
        return f'<li class="cxr-todo"><span aria-hidden="true">○</span>{name}</li>'
    share = f" <b>{escape(words.percent(fraction))}</b>" if fraction else ""
    return (
        f'<li class="cxr-now" aria-current="step"><span class="cxr-spin" aria-hidden="true"></span>'
        f"{name}{share}</li>"
    )
