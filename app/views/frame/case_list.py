"""The radiographs of this visit, to choose from; one that failed shows its own sentence."""

import re
from contextlib import suppress
from html import escape

import streamlit as st

from app import service
from app.markup import draw, notice
from app.models.case_list import CaseRow, Sort, case_rows, refusals
from app.state.case import Case
from app.state.cases import Cases
from app.state.turning import turn
from app.views.frame.problems import again
from pipeline.errors import QueueFullError
from pipeline.words import Words

WORD_JOINER = "\u2060"
BREAKS = re.compile(r"www|:|@|//|\.(?=\w)", re.IGNORECASE)
POLL_SECONDS = 2.0


def show(words: Words, cases: Cases) -> None:
    """Draw what can be brought back, the choice, and why files were refused."""
    _undo(words, cases)
    if len(cases.items) > 1:
        with st.container(key="cases", horizontal=True):
            _choice(words, cases)
    for refusal in refusals(words, cases.items.values()):
        kind = "info" if refusal.cancelled else "error"
        draw(notice(refusal.said, kind, refusal.code))
        if refusal.retryable:
            again(words, f"case_{refusal.id}", _retry, cases.items[refusal.id])
        if refusal.turn_degrees:
            st.button(
                words("case.turn", name=_plain(refusal.name), degrees=refusal.turn_degrees),
                key=f"turn_{refusal.id}",
                on_click=_turn,
                args=(cases, cases.items[refusal.id]),
                type="primary",
                icon=":material/rotate_right:",
            )


def _choice(words: Words, cases: Cases) -> None:
    """The list, whose control stays the same whatever becomes of its lines, and keeps the focus."""
    sort = Sort(st.session_state.get("case_sort") or Sort.ADDED)  # its control comes after the list
    found = case_rows(words, cases.items.values(), sort, hidden=cases.hidden)
    rows = {row.id: row for row in found}
    key = f"case_{words.language}"
    st.session_state[key] = cases.chosen
    st.radio(
        words("case.choose", count=len(rows)),
        list(rows),
        format_func=lambda one: _line(rows[one]) if one in rows else str(one),
        key=key,
        on_change=_pick,
        args=(cases, key),
    )
    st.segmented_control(
        words("case.sort"),
        list(Sort),
        default=Sort.ADDED,
        required=True,
        format_func=lambda one: words(f"case.sort_{one}"),
        key="case_sort",
        persist_state="session",
    )


def _pick(cases: Cases, key: str) -> None:
    """Look at what was chosen before anything is drawn."""
    cases.pick(st.session_state[key])


def _retry(case: Case) -> None:
    try:
        case.retry(service.workers())
    except QueueFullError as full:
        case.error = full


def _turn(cases: Cases, case: Case) -> None:
    """Turn what lies on its side or upside down; with a full queue it stays on offer."""
    with suppress(QueueFullError):
        turn(case, service.workers())
        cases.pick(case.id)


def _undo(words: Words, cases: Cases) -> None:
    """Offer what was removed last, as long as it can be brought back."""
    removed = cases.removed
    if removed is None:
        return

    def watch() -> None:
        cases.expire()
        if cases.removed is not removed:
            st.rerun(scope="app")
        with st.container(key="undo", horizontal=True, vertical_alignment="center"):
            draw(notice(words("case.removed", name=removed.case.name)))
            st.button(
                words("case.undo"),
                key=f"undo_{removed.case.id}",
                on_click=cases.bring_back,
                icon=":material/undo:",
            )

    st.fragment(watch, run_every=POLL_SECONDS)()


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


def _line(row: CaseRow) -> str:
    return f"{row.symbol} {_plain(row.name)} · {row.said}"


def _plain(text: str) -> str:
    """A file's name with nothing in it that Markdown would act on.

    Escaped signs are read as such. Addresses and icons are looked for in what is left when escapes
    have been read, so they are broken up by a joiner that has no width.
    """
    escaped = "".join(
        f"\\{letter}" if letter in "\\`*_{}[]()<>#+!|~:$&" else letter for letter in text
    )
    return BREAKS.sub(lambda found: f"{found[0][0]}{WORD_JOINER}{found[0][1:]}", escaped)
