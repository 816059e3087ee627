"""The worklist: every case of the store, what should be read first on top."""

import streamlit as st

from app import access, service
from app.markup import draw, heading, lead, notice
from app.models.worklist import line_text, status_name
from app.state.cases import Cases
from app.views.frame.problems import of_store
from pipeline.errors import ExplainCxrError, VisitFullError
from pipeline.words import Words
from records import CaseQuery, CaseStatus, Order

AT_ONCE = 50


def show(words: Words, cases: Cases) -> None:
    """Draw the list."""
    try:
        draw(heading(words("worklist.title")) + lead(words("worklist.lead")))
        of_store(words, st.session_state.pop("worklist_error", None), "opening")
        _list(words, cases)
    except ExplainCxrError as error:
        of_store(words, error, "worklist")


def is_wanted(words: Words) -> bool:
    """Draw the switch; whether it is on."""
    return bool(st.toggle(words("worklist.title"), key="worklist"))


def _list(words: Words, cases: Cases) -> None:
    store, reads_first = service.keeper().store(), service.settings().read_first
    query = _query(words, blind=reads_first)
    page = store.worklist.page(query)
    shown = store.opinions.shown_to(cases.visitor.actor) if reads_first else None
    draw(f'<p class="cxr-caption">{words("worklist.found", count=page.total)}</p>')
    if not page.lines:
        draw(notice(words("worklist.none")))
    for line in page.lines:
        is_hidden = shown is not None and line.id not in shown and not line.sample
        is_urgent = line.urgent and not is_hidden
        st.button(
            line_text(words, line, hidden=is_hidden),
            key=f"open_{line.id}",
            on_click=_open,
            args=(cases, line.id),
            type="tertiary",
            icon=":material/priority_high:" if is_urgent else ":material/radiology:",
            help=words("worklist.urgent") if is_urgent else None,
        )
    if page.total > len(page.lines):
        st.button(words("worklist.more"), key="worklist_more", on_click=_more)


def _query(words: Words, *, blind: bool) -> CaseQuery:
    """What is asked for, by its controls; blind, nothing in it depends on what was found."""
    search = st.text_input(words("worklist.search"), key="worklist_search")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        statuses = st.pills(
            words("worklist.status"),
            list(CaseStatus),
            format_func=lambda status: status_name(words, status, "…"),
            selection_mode="multi",
            key="worklist_status",
        )
        newest = st.toggle(words("worklist.newest"), key="worklist_newest")
    return CaseQuery(
        search=search or "",
        statuses=tuple(statuses or ()),
        blind=blind,
        order=Order.NEWEST if newest else Order.LONGEST if blind else Order.PRIORITY,
        limit=st.session_state.get("worklist_limit", AT_ONCE),
    )


def _more() -> None:
    st.session_state["worklist_limit"] = st.session_state.get("worklist_limit", AT_ONCE) + AT_ONCE


def _open(cases: Cases, case: str) -> None:
    """Bring a case to the page, or look at it again; a click comes before anything is drawn."""
    if case not in cases.items:
        try:
            visitor = access.require()
            limit = service.settings().visit_radiographs
            if len(cases.items) >= limit:
                raise VisitFullError(limit=limit)
            opened = service.keeper().open_case(
                case, cases.visit, service.settings_in, actor=visitor.actor
            )
        except ExplainCxrError as error:
            st.session_state["worklist_error"] = error
            return
        cases.items[case] = opened
        cases.note_view(opened, is_noted=True)
    cases.pick(case)
    st.session_state["worklist"] = False
