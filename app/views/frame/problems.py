"""What went wrong, in a sentence and a code."""

from app.markup import draw, notice
from app.state.case import Case
from pipeline.errors import CancelledByUserError, ExplainCxrError
from pipeline.presentation import notes_view
from pipeline.words import Words, message


def sentence(words: Words, error: ExplainCxrError) -> str:
    """An error's sentence in the page's language."""
    return message(error.code, words.language, **error.parameters)


def of_report(words: Words, case: Case) -> None:
    """Say why a case that has its pictures lacks its report."""
    if case.result is None:
        return
    for code, said in notes_view(words, case.result).problems:
        draw(notice(said, "error", code))
    if case.error is not None:
        kind = "info" if isinstance(case.error, CancelledByUserError) else "error"
        draw(notice(sentence(words, case.error), kind, case.error.code))


def of_store(words: Words, error: ExplainCxrError | None) -> None:
    """Say why the case store cannot be used; what is on the page is not touched by it."""
    if error is not None:
        draw(notice(sentence(words, error), "warning", error.code))
