"""A report with what its reader made of it, as it was before another one took its place."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.types import CaseResult, Report, Section, TextExplanation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """A report, its explanation, and the reader's text of each section that was edited."""

    report: Report
    text_explanation: TextExplanation | None
    edits: Mapping[Section, str]


def written(result: CaseResult | None, edits: Mapping[Section, str]) -> Written | None:
    """What stands in a case now; `None` without a report."""
    if result is None or result.report is None:
        return None
    return Written(
        report=result.report, text_explanation=result.text_explanation, edits=dict(edits)
    )
