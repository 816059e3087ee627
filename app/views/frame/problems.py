"""What went wrong, in a sentence and a code."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import service
from app.markup import draw, notice
from app.state.case import Case
from pipeline.errors import CancelledByUserError, ExplainCxrError, QueueFullError
from pipeline.presentation import notes_view
from pipeline.types import Step
from pipeline.words import Words, message


def sentence(words: Words, error: ExplainCxrError) -> str:
    """An error's sentence in the page's language."""
    return message(error.code, words.language, **error.parameters)


def again(
    words: Words, key: str, on_click: Callable[..., object] | None = None, *args: Any
) -> bool:
    """A button for another try; whether it was pressed.

    Args:
        words: The page's language.
        key: What is tried, as the control's name.
        on_click: Tries it before anything is drawn; the page itself tries if `None`.
        args: What it is given.
    """
    return bool(
        st.button(
            words("frame.again"),
            key=f"again_{key}",
            on_click=on_click,
            args=args,
            icon=":material/refresh:",
        )
    )


def of_report(words: Words, case: Case) -> None:
    """Say why a case that has its pictures lacks its report, and offer another try."""
    if case.result is None:
        return
    for code, said in notes_view(words, case.result).problems:
        draw(notice(said, "error", code))
    if case.error is not None:
        kind = "info" if isinstance(case.error, CancelledByUserError) else "error"
        draw(notice(sentence(words, case.error), kind, case.error.code))
    if case.job is None and _is_unwritten(case):
        again(words, f"report_{case.id}", _write, words, case)


def _is_unwritten(case: Case) -> bool:
    """Whether the report, or its explanation, could not be made, and nobody has edited it."""
    if case.result is None or case.edits:
        return False
    steps = {problem.step for problem in case.result.problems}
    lacks_report = case.report is None and case.settings.write_report
    return lacks_report or Step.EXPLAIN_TEXT in steps


def _write(words: Words, case: Case) -> None:
    try:
        case.rewrite(service.workers(), words.language)
    except QueueFullError as full:
        case.error = full


def of_store(words: Words, error: ExplainCxrError | None, place: str) -> None:
    """Say why the case store cannot be used, and offer another try; the page is not touched by it.

    Args:
        words: The page's language.
        error: What went wrong, if anything.
        place: Where on the page it is said.
    """
    if error is not None:
        draw(notice(sentence(words, error), "warning", error.code))
        again(words, f"store_{place}")
