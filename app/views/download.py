"""The conclusion as files: made when this tab is opened, from the text as it stands."""

import time
from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from app import service
from app.markup import draw, heading, lead, notice
from app.models.download import TYPES, file_buttons, stem_of, zipped
from app.state.case import Case
from app.state.visitor import Visitor
from app.views import signing
from app.views.frame.problems import sentence
from pipeline.errors import OutputError, TextTooLongError
from pipeline.types import CaseResult, Conclusion, Language, Section
from pipeline.words import Words

SETTLE_SECONDS = 0.6


def show(words: Words, case: Case, visitor: Visitor) -> None:
    """Draw the signature, and a button for each file."""
    draw(heading(words("download.title")) + lead(words("download.lead")))
    result = case.result
    if result is None:
        return
    signing.show(words, case, visitor)
    if case.job is not None:
        draw(notice(words("download.early")))
    conclusion = case.conclusion()
    try:
        with st.spinner(words("download.making")):
            files = _files(result, conclusion, words.language)
    except (OutputError, TextTooLongError) as error:
        draw(notice(sentence(words, error), "error", error.code))
        return
    if conclusion is not None and conclusion.edited:
        draw(notice(words("download.edited"), "success"))
    stem = stem_of(result)
    st.download_button(
        words("download.all"),
        zipped(files, stem),
        file_name=f"{stem}.zip",
        mime=TYPES[".zip"],
        key="file_zip",
        type="primary",
        icon=":material/folder_zip:",
        on_click="ignore",
    )
    with st.container(key="files", horizontal=True):
        for button in file_buttons(words, files, stem):
            st.download_button(
                button.label,
                files[button.name],
                file_name=button.file_name,
                mime=button.mime,
                key=f"file_{button.name}",
                on_click="ignore",
                icon=":material/download:",
            )
    draw(f'<p class="cxr-caption">{escape(words("download.privacy"))}</p>')


def sign(words: Words, case: Case) -> None:
    """Draw what takes the text below to a file that is signed."""
    if case.report is None:
        return
    with st.container(key="sign", horizontal=True, vertical_alignment="center"):
        pdf_button(words, case, key="report_pdf", primary=True)
        draw(f'<p class="cxr-caption">{escape(words("glance.sign_help"))}</p>')


def pdf_button(words: Words, case: Case, *, key: str, primary: bool = False) -> None:
    """Draw a button for the PDF, which is made of the text as it stands when it is pressed."""
    result = case.result
    if result is None:
        return
    st.download_button(
        words("glance.pdf"),
        partial(_pdf, case, words.language),
        file_name=f"{stem_of(result)}-report.pdf",
        mime=TYPES[".pdf"],
        key=key,
        type="primary" if primary else "secondary",
        on_click="ignore",
        icon=":material/picture_as_pdf:",
    )


def _pdf(case: Case, language: Language) -> bytes:
    """The PDF of the text as it stands, with what was typed just before this very click."""
    time.sleep(SETTLE_SECONDS)
    if case.result is None:  # it was removed meanwhile
        return b""
    return service.exporter(language).files(case.result, case.conclusion())["report.pdf"]


def _files(
    result: CaseResult, conclusion: Conclusion | None, language: Language
) -> Mapping[str, bytes]:
    """The files, made anew only if the case or its text changed."""
    text = "" if conclusion is None else "\0".join(conclusion.sections[item] for item in Section)
    kept = st.session_state.get("files")
    if kept is None or kept[0] is not result or kept[1] != (text, language):
        made = service.exporter(language).files(result, conclusion)
        kept = (result, (text, language), made)
        st.session_state["files"] = kept
    files: Mapping[str, bytes] = kept[2]
    return files
