"""The page from top to bottom: what is asked, what runs, what was found."""

import streamlit as st

from app import service
from app.state.case import Case
from app.state.cases import Cases
from app.state.visitor import Visitor
from app.viewer import tab as viewer
from app.views import (
    agreement,
    classification,
    download,
    read_first,
    report,
    result,
    text_explanation,
    worklist,
)
from app.views.frame import case_list, frame, home, problems, progress, sign_in, tabs, upload
from app.views.maps import saliency
from pipeline.errors import ExplainCxrError
from pipeline.types import Method
from pipeline.words import Words

POLL_SECONDS = 0.7


def show() -> None:
    """Draw one visit."""
    words = frame.show()
    visitor = sign_in.admitted(words)
    if visitor is None:
        frame.close(words)
        return
    cases = _cases(words, visitor)
    if cases.items:  # the workers' modules can wait for the first radiograph
        cases.advance(service.workers())
    with st.container():  # always there: a control that moved would forget what it holds
        if not cases.items:
            home.introduce(words)
    with st.container(key="bar"):
        upload.show(words, cases)
        listed = worklist.is_wanted(words)
        figures = agreement.is_wanted(words, visitor)
        if not listed and not figures:
            case_list.title(words, cases)
    problems.of_store(words, service.keeper().problem, "keeping")
    if listed or figures:
        if listed:
            worklist.show(words, cases)
        if figures:
            agreement.show(words)
        frame.close(words)
        return
    cases.hidden = read_first.hidden(words, cases)
    case_list.show(words, cases)
    _watch(words, cases)
    case = cases.case
    if case is not None:
        cases.note_view(case)
    if case is None:
        home.explain(words)
    elif case.result is not None and case.id in cases.hidden:
        read_first.show(words, case, case.result)
    elif case.result is not None:
        problems.of_report(words, case)
        read_first.given(words, case, cases)
        _tabs(words, cases, case)
    frame.watch(words, cases)
    frame.close(words)


def _cases(words: Words, visitor: Visitor) -> Cases:
    """This visit's radiographs; its name stands in the address, so that a reload finds them."""
    if "cases" not in st.session_state:
        st.session_state["cases"] = service.visit(st.query_params.get("visit"))
    cases: Cases = st.session_state["cases"]
    cases.visitor = visitor
    service.admit(cases)
    if cases.awaited:
        try:
            service.bring_again(cases)
        except ExplainCxrError as error:  # it is tried again at the next click
            problems.of_store(words, error, "visit")
    if cases.items and st.query_params.get("visit") != cases.visit:
        st.query_params["visit"] = cases.visit
    return cases


def _watch(words: Words, cases: Cases) -> None:
    """Draw the progress, again and again while anything runs; then the whole page once more."""
    drawn = cases.signature

    def watch() -> None:
        if cases.items:
            cases.advance(service.workers())
        if cases.signature != drawn:
            st.rerun(scope="app")
        if cases.case is not None:
            progress.show(words, cases.case)
            examined = cases.case.job.examination if cases.case.job is not None else None
            is_hidden = cases.case.id in cases.hidden
            if cases.case.result is None and examined is not None and not is_hidden:
                # its maps are on the way
                classification.show(words, examined.prediction)

    st.fragment(watch, run_every=POLL_SECONDS if cases.busy else None)()


def _tabs(words: Words, cases: Cases, case: Case) -> None:
    """Draw the open tab; the others cost nothing."""
    opened = st.tabs(
        [tabs.tab_name(words, tab) for tab in tabs.TABS],
        key=tabs.key(words),
        on_change="rerun",
        default=tabs.tab_name(words, tabs.start(words)),
    )
    for tab, container in zip(tabs.TABS, opened, strict=True):
        if not container.open:
            continue
        st.session_state["tab"] = tab
        cases.text_wanted = tab == "text_explanation"
        with container:
            match tab:
                case "result":
                    result.show(words, case)
                case "viewer":
                    viewer.show(words, case)
                case Method():
                    saliency.show(words, case, tab)
                case "report":
                    download.sign(words, case)
                    report.show(words, case)
                case "text_explanation":
                    text_explanation.show(words, case)
                case _:
                    download.show(words, case, cases.visitor)
