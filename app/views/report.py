"""The report: as it is written, then each sentence with its check, and the clinician's text."""

from html import escape

import streamlit as st

from app import service
from app.markup import draw, heading, notice
from app.models.report import SentenceRow, legend_rows, report_head, sentence_rows
from app.state.case import Case, State
from app.views import evidence_image
from app.views.frame.problems import sentence
from pipeline.errors import QueueFullError
from pipeline.presentation import (
    RemovedSentences,
    SectionView,
    section_view,
)
from pipeline.types import LONGEST_SECTION, CaseResult, Report, Section
from pipeline.words import Words

POLL_SECONDS = 0.5


def show(words: Words, case: Case) -> None:
    """Draw the report, or how it comes to be."""
    result, report = case.result, case.report
    draw(heading(words("report.title")))
    if case.state is State.WRITING:
        _streaming(words, case)
    elif result is None or report is None:
        draw(notice(words("draft.none")))
        _again(words, case)
    else:
        _written(words, case, result, report)


def _streaming(words: Words, case: Case) -> None:
    """The tokens as they come; nothing of it is checked yet."""

    def stream() -> None:
        text = case.streamed()
        said = words("report.streaming" if text else "report.starting")
        draw(
            f'<div class="cxr-stream" aria-live="polite" aria-busy="true">'
            f'<p class="cxr-over"><span class="cxr-spin" aria-hidden="true"></span>'
            f"{escape(said)}</p><p>{escape(text)}</p></div>"
        )

    st.fragment(stream, run_every=POLL_SECONDS)()


def _written(words: Words, case: Case, result: CaseResult, report: Report) -> None:
    head = report_head(words, result, report)
    draw("".join(notice(alarm, "error") for alarm in head.alarms))
    if head.other_language is not None:
        draw(notice(words("report.other_language", language=head.other_language)))
    notes = "".join(f'<p class="cxr-caption">{escape(note)}</p>' for note in head.notes)
    draw(f'<div class="cxr-report-head">{notes}{_key(words)}</div>')
    with st.container(key="evidence"):
        radiograph, text = st.columns([5, 7], gap="large")
        with radiograph:
            evidence_image.show(words, case, result)
        with text:  # to the very end, so that the radiograph beside it stays in sight
            for section in Section:
                _section(words, case, result, report, section)
            _after(words, case, report)


def _section(
    words: Words, case: Case, result: CaseResult, report: Report, section: Section
) -> None:
    """One section: its sentences, and under them the clinician's own text."""
    view = section_view(words, report, section)
    draw(heading(view.title, 3))
    draw(_sentences(words, result, view, report.sections[section]))
    draw("".join(map(_struck_out, view.removed)))
    key = f"edit_{case.id}_{case.texts}_{section}"
    st.text_area(
        words("report.edit", section=words(f"sections.{section}")),
        value=case.edits.get(section, report.sections[section]),
        key=key,
        height="content",
        max_chars=max(LONGEST_SECTION, len(report.sections[section])),
        persist_state="session",
        on_change=_keep,
        args=(case, section, key),
    )


def _after(words: Words, case: Case, report: Report) -> None:
    """What to do with the text, and the model's prompt and its reasoning."""
    draw(f'<p class="cxr-caption">{escape(words("report.edit_help"))}</p>')
    with st.container(key="again", horizontal=True):
        if case.job is None:
            _again(words, case)
        _back(words, case)
    if report.thoughts:
        with st.expander(words("report.thoughts")):
            draw(f'<div class="cxr-text">{escape(report.thoughts)}</div>')
    if report.prompt:
        with st.expander(words("report.prompt")):
            draw(f'<div class="cxr-text">{escape(report.prompt)}</div>')


def _keep(case: Case, section: Section, key: str) -> None:
    """Take an edit over before anything is drawn: the next click may already leave this tab."""
    case.edits[section] = st.session_state[key]


def _key(words: Words) -> str:
    items = "".join(
        f'<li class="cxr-{mark}"><span class="cxr-check" aria-hidden="true">{symbol}</span>'
        f"{escape(said)}</li>"
        for mark, symbol, said in legend_rows(words)
    )
    return f'<ul class="cxr-legend">{items}</ul>'


def _sentences(words: Words, result: CaseResult, view: SectionView, text: str) -> str:
    """Each sentence with its mark; the bare text where nothing was checked."""
    if not view.rows:
        return f'<div class="cxr-text">{escape(text)}</div>'
    items = "".join(map(_sentence, sentence_rows(words, result, view)))
    return f'<ul class="cxr-claims">{items}</ul>'


def _struck_out(found: RemovedSentences) -> str:
    """What does not stand in the report, kept where it can be opened."""
    items = "".join(f"<li><del>{escape(sentence)}</del></li>" for sentence in found.sentences)
    return (
        f'<details class="cxr-struck"><summary>{escape(found.title)}</summary>'
        f"<ul>{items}</ul></details>"
    )


def _sentence(row: SentenceRow) -> str:
    """A sentence that can be pointed at, by mouse, key or finger; it names its zones."""
    said = escape(row.said)
    evidence = f"<small>{escape(row.evidence)}</small>" if row.evidence else ""
    names = "".join(f" cxr-names-{zone}" for zone in row.zones)
    return (
        f'<li class="cxr-{row.mark}{names}" tabindex="0">'
        f'<span class="cxr-check" role="img" aria-label="{said}" title="{said}">'
        f"{row.symbol}</span>"
        f"<span>{escape(row.text)}{evidence}</span></li>"
    )


def _again(words: Words, case: Case) -> None:
    """Ask for another report, in the page's language."""
    edited = case.conclusion()
    warning = words("report.again_help") if edited is not None and edited.edited else None
    if st.button(
        words("report.again"), key=f"rewrite_{case.id}", icon=":material/refresh:", help=warning
    ):
        try:
            case.rewrite(service.workers(), words.language)
        except QueueFullError as full:
            draw(notice(sentence(words, full), "warning", full.code))
            return
        st.rerun()


def _back(words: Words, case: Case) -> None:
    """Offer the report that was replaced, as long as the visit has it."""
    if case.before is not None:
        st.button(
            words("report.back"),
            key=f"back_{case.id}",
            on_click=case.exchange,
            icon=":material/undo:",
            help=words("report.back_help"),
        )
