"""Where radiographs come in: the upload control and the sample."""

from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import service
from app.markup import draw, notice
from app.state.cases import Cases
from app.views.frame.problems import sentence
from pipeline.errors import VisitFullError
from pipeline.words import Words, printable

SAMPLE_SEED = 0


def show(words: Words, cases: Cases) -> None:
    """Draw the controls and take in what was given."""
    generation = st.session_state.setdefault("upload_generation", 0)
    with st.container(key="upload", horizontal=True, vertical_alignment="bottom"):
        files = st.file_uploader(
            words("upload.label"),
            accept_multiple_files=True,
            key=f"upload_{generation}",
            width="stretch",
        )
        if not cases.items:
            st.button(
                words("upload.sample"),
                help=words("upload.sample_help"),
                on_click=_add_sample,
                args=(words, cases),
                key="sample",
            )
    if cases.turned_away:
        full = VisitFullError(limit=service.settings().visit_radiographs)
        draw(notice(sentence(words, full), "error", full.code))
    blank = st.toggle(
        words("upload.blank"),
        value=service.settings().blank_text,
        help=words("upload.blank_help"),
        key="blank_text",
        persist_state="session",
    )
    if files:
        cases.turned_away = 0
        cases.chosen, cases.picked = None, False  # the first of the new ones comes into view
        for file in files:
            settings = replace(service.settings_in(words.language), blank_text=blank)
            cases.add(printable(file.name), file.getvalue(), settings)
            _let_go(file.file_id)
        st.session_state["upload_generation"] = generation + 1  # an empty control for the next
        st.rerun()


def _let_go(file_id: str) -> None:
    """Free the control's copy of a file, which Streamlit would keep until the visit ends."""
    context = get_script_run_ctx()
    if context is not None:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)


def _add_sample(words: Words, cases: Cases) -> None:
    radiograph = service.sample_radiograph(SAMPLE_SEED)
    case = cases.add(
        words("upload.sample_name"), radiograph, service.settings_in(words.language), sample=True
    )
    cases.pick(case.id)
