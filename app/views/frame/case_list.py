"""The radiographs of this visit, to choose from; one that failed shows its own sentence."""

import re
from html import escape

import streamlit as st

from app.markup import draw, notice
from app.state.case import Case, State
from app.state.cases import Cases
from app.views.frame.problems import sentence
from pipeline.presentation import classification_view
from pipeline.words import Words

WORD_JOINER = "\u2060"
BREAKS = re.compile(r"www|:|@|//|\.(?=\w)", re.IGNORECASE)
SYMBOLS = {
    State.WAITING: "○",
    State.RUNNING: "◔",
    State.WRITING: "◑",
    State.EXPLAINING: "◕",
    State.DONE: "✓",
    State.CANCELLED: "–",
    State.FAILED: "✕",
}


def show(words: Words, cases: Cases) -> None:
    """Draw the choice, the errors of the files that were refused, and what can be done."""
    if len(cases.items) > 1:
        states = "".join(SYMBOLS[case.state] for case in cases.items.values())
        chosen = st.radio(
            words("case.choose", count=len(cases.items)),
            list(cases.items),
            index=list(cases.items).index(cases.chosen) if cases.chosen else 0,
            format_func=lambda key: _name(words, cases.items[key], hidden=key in cases.hidden),
            key=f"case_{cases.chosen}_{states}_{words.language}",  # its labels change so
            horizontal=True,
        )
        if chosen is not None and chosen != cases.chosen:
            cases.pick(chosen)
            st.rerun()
    case = cases.case
    if case is None:
        return
    refused = "".join(
        notice(
            f"{other.name}: {sentence(words, other.error)}",
            "info" if other.state is State.CANCELLED else "error",
            other.error.code,
        )
        for other in cases.items.values()
        if other.error is not None and other.result is None
    )
    if refused:
        draw(refused)


def title(words: Words, cases: Cases) -> None:
    """Draw which radiograph is looked at, with a way to remove it; nothing without one."""
    case = cases.case
    if case is None:
        return
    with st.container(key="case", horizontal=True, vertical_alignment="center"):
        said = words("case.sample") if case.sample else words("case.title", name=case.name)
        draw(f'<h2 class="cxr-title">{escape(said)}</h2>')
        st.button(
            words("case.remove"),
            key=f"remove_{case.id}",
            on_click=cases.remove,
            args=(case,),
            type="tertiary",
            icon=":material/delete:",
        )


def _name(words: Words, case: Case, *, hidden: bool) -> str:
    """A radiograph with its state and, once it may be seen, its classification and probability."""
    named = f"{SYMBOLS[case.state]} {_plain(case.name)} · {words(f'state.{case.state}')}"
    if case.result is None or hidden:
        return named
    prediction = case.result.prediction
    headline = classification_view(words, prediction).headline
    return f"{named} · {headline}, {words.percent(prediction.deciding_probability)}"


def _plain(text: str) -> str:
    """A file's name with nothing in it that Markdown would act on.

    Escaped signs are read as such. Addresses and icons are looked for in what is left when escapes
    have been read, so they are broken up by a joiner that has no width.
    """
    escaped = "".join(
        f"\\{letter}" if letter in "\\`*_{}[]()<>#+!|~:$&" else letter for letter in text
    )
    return BREAKS.sub(lambda found: f"{found[0][0]}{WORD_JOINER}{found[0][1:]}", escaped)
