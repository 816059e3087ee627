"""What is answered about an analysis."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from pipeline.result_file import ResultFile
from pipeline.result_file.refusal import ErrorEntry
from pipeline.result_folder import OUTPUT_FILES
from pipeline.types import Step
from pipeline.words import message
from service.analyses import Analyses, Analysis, State

STRUCTURED_REPORT = "sr.dcm"
FileName = StrEnum(  # type: ignore[misc]  # its members are the files there are
    "FileName", {name: name for name in (*OUTPUT_FILES, STRUCTURED_REPORT)}
)


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class StepAnswer(Answer):
    """How far a step has come."""

    step: Step
    fraction: float | None
    """From 0 to 1; null if it does not say."""


class AnalysisSummary(Answer):
    """Where an analysis stands."""

    id: str
    state: State
    place: int | None
    """Its place among those that have not ended, from 1, as they arrived; keys take turns."""
    steps: tuple[StepAnswer, ...]
    """The steps that have begun, in their order."""
    created_at: datetime
    seconds_left: float | None
    """How long it is still held; null until it has ended."""
    files: tuple[str, ...]
    """What is at `/v1/analyses/{id}/files/{name}`."""
    error: ErrorEntry | None
    """Why it failed."""


class AnalysisAnswer(AnalysisSummary):
    """The same with what was found."""

    result: ResultFile | None
    """`result.json`; null unless it is done."""


class AnalysesAnswer(Answer):
    """All analyses of a key, oldest first."""

    analyses: tuple[AnalysisSummary, ...]


class StateAnswer(Answer):
    """The event `state`: where an analysis stands, whenever that changes."""

    state: State
    place: int | None


class ProgressAnswer(Answer):
    """The event `progress`: news of a step."""

    step: Step
    fraction: float | None
    text: str
    """What was written since the event before, while the report is being written."""


class Standing(Answer):
    """How the service is."""

    status: str
    """`ok`, `starting`, `stopping`, or the code of why models cannot be loaded."""


def summary_of(analysis: Analysis, analyses: Analyses) -> AnalysisSummary:
    """Where an analysis stands now."""
    error, language = analysis.error, analysis.settings.language
    files = tuple(analysis.files)
    left = analyses.seconds_left(analysis)
    return AnalysisSummary(
        id=analysis.id,
        state=analysis.state,
        place=analyses.place(analysis),
        steps=tuple(
            StepAnswer(step=step, fraction=fraction) for step, fraction in analysis.steps().items()
        ),
        created_at=analysis.created_at,
        seconds_left=None if left is None else round(left, 1),
        files=(*files, STRUCTURED_REPORT) if files else (),
        error=None
        if error is None
        else ErrorEntry(
            code=error.code,
            message=message(error.code, language, **error.parameters),
            parameters=error.parameters,
        ),
    )


def answer_of(analysis: Analysis, analyses: Analyses) -> AnalysisAnswer:
    """The same with what was found."""
    summary = summary_of(analysis, analyses)
    fields = {name: getattr(summary, name) for name in AnalysisSummary.model_fields}
    return AnalysisAnswer(**fields, result=analysis.result)
