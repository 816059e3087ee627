"""What went wrong, in a sentence and a code."""

from app.markup import draw, notice
from app.state.cases import Case
from pipeline.errors import CancelledByUserError, ExplainCxrError
from pipeline.words import Words, message


def sentence(words: Words, error: ExplainCxrError) -> str:
    """An error's sentence in the page's language."""
    return message(error.code, words.language, **error.parameters)


def of_report(words: Words, case: Case) -> None:
    """Say why a case that has its pictures lacks its report."""
    if case.result is None:
        return
    for problem in case.result.problems:
        said = message(problem.code, words.language, **problem.parameters)
        step = message(problem.step, words.language)
        draw(notice(words("problem.step", step=step, sentence=said), "error", problem.code))
    if case.error is not None:
        kind = "info" if isinstance(case.error, CancelledByUserError) else "error"
        draw(notice(sentence(words, case.error), kind, case.error.code))
