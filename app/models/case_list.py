"""The radiographs of a visit as rows, sorted as its reader wants, and those without a result."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.state.case import Case, State
from app.state.turning import turn_degrees
from pipeline.presentation import classification_view
from pipeline.types import ClassificationState, Prediction
from pipeline.words import Words, message

SYMBOLS = {
    State.WAITING: "○",
    State.RUNNING: "◔",
    State.WRITING: "◑",
    State.EXPLAINING: "◕",
    State.DONE: "✓",
    State.CANCELLED: "–",
    State.FAILED: "✕",
}
URGENCY = (
    ClassificationState.ABNORMAL,
    ClassificationState.UNCERTAIN,
    ClassificationState.UNFAMILIAR,
    ClassificationState.NORMAL,
)


class Sort(StrEnum):
    """What the rows are sorted by; what cannot be compared yet comes last."""

    ADDED = "added"
    PROBABILITY = "probability"
    CLASSIFICATION = "classification"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A radiograph in a line.

    Attributes:
        id: Which one.
        symbol: Its state as a sign.
        name: Its file's name.
        said: Its state and, once it is there, its classification and probability.
    """

    id: str
    symbol: str
    name: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a radiograph has no result.

    Attributes:
        id: Which one.
        said: Its file's name and the sentence.
        code: The error's code.
        cancelled: Whether its reader stopped it, which is no error.
        retryable: Whether it may be tried again.
        name: The name of its file.
        turn_degrees: By how much it may be turned clockwise to be analysed; 0 if it may not.
    """

    id: str
    said: str
    code: str
    cancelled: bool
    retryable: bool
    name: str = ""
    turn_degrees: int = 0


def case_rows(
    words: Words, cases: Iterable[Case], sort: Sort, *, hidden: Collection[str] = ()
) -> tuple[CaseRow, ...]:
    """The rows, sorted; among equals the one that came first is first.

    Args:
        words: The page's language.
        cases: The radiographs in the order they came.
        sort: What they are sorted by.
        hidden: Of which of them what was found must not be shown yet; nor does the order say it.
    """
    rows = [(case, None if case.id in hidden else _prediction(case)) for case in cases]
    if sort is Sort.PROBABILITY:
        rows.sort(key=lambda row: _by_probability(row[1]))
    elif sort is Sort.CLASSIFICATION:
        rows.sort(key=lambda row: _by_classification(row[1]))
    return tuple(
        CaseRow(
            id=case.id,
            symbol=SYMBOLS[case.state],
            name=case.name,
            said=_said(words, case.state, prediction),
        )
        for case, prediction in rows
    )


def refusals(words: Words, cases: Iterable[Case]) -> tuple[Refusal, ...]:
    """The radiographs that have no result, and why."""
    return tuple(
        Refusal(
            id=case.id,
            said=f"{case.name}: {message(error.code, words.language, **error.parameters)}",
            code=error.code,
            cancelled=case.state is State.CANCELLED,
            retryable=case.is_retryable,
            name=case.name,
            turn_degrees=turn_degrees(case),
        )
        for case in cases
        if (error := case.error) is not None and case.result is None
    )


def _prediction(case: Case) -> Prediction | None:
    return None if case.result is None else case.result.prediction


def _said(words: Words, state: State, prediction: Prediction | None) -> str:
    said = words(f"state.{state}")
    if prediction is None:
        return said
    headline = classification_view(words, prediction).headline
    if prediction.is_unfamiliar:  # there is no classification, and so no probability
        return f"{said} · {headline}"
    return f"{said} · {headline}, {words.percent(prediction.deciding_probability)}"


def _by_probability(prediction: Prediction | None) -> float:
    if prediction is None or prediction.is_unfamiliar:
        return 1.0
    return -prediction.deciding_probability


def _by_classification(prediction: Prediction | None) -> tuple[int, float]:
    if prediction is None:
        return len(URGENCY), 0.0
    return URGENCY.index(prediction.state), _by_probability(prediction)
