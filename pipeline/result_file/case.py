"""The whole of `result.json`: everything that was found for a case, with where it came from."""

from collections.abc import Mapping
from typing import Any, Literal

from pipeline.result_file.entry import Entry, Number, Scalar, json_bytes
from pipeline.result_file.explanations import ExplanationEntry, QualityEntry
from pipeline.result_file.findings import DescriptorEntry, MeasurementEntry, PredictionEntry
from pipeline.result_file.image import AnatomyEntry, ImageEntry
from pipeline.result_file.texts import ConclusionEntry, ReportEntry, TextExplanationEntry
from pipeline.types import CaseResult, Conclusion, Step

SCHEMA_VERSION: Literal[2] = 2


class ProblemEntry(Entry):
    """A step that failed while the others were kept."""

    step: Step
    code: str
    parameters: Mapping[str, Scalar]


class ResultFile(Entry):
    """The result of one radiograph."""

    schema_version: Literal[2]
    disclaimer: str
    """The sentence that every file carries."""
    image: ImageEntry
    anatomy: AnatomyEntry
    prediction: PredictionEntry
    explanations: Mapping[str, ExplanationEntry]
    """By method, such as `grad_cam`: `grad_cam` and `lime` always, others where they were made."""
    descriptors: tuple[DescriptorEntry, ...]
    measurements: tuple[MeasurementEntry, ...]
    quality: QualityEntry | None
    """Null if the quality of the explanations was not measured."""
    report: ReportEntry | None
    """Null if no report was written."""
    conclusion: ConclusionEntry | None
    """Null until a clinician has signed one."""
    text_explanation: TextExplanationEntry | None
    timings_ms: Mapping[Step, Number]
    """Wall time of each step that ran."""
    problems: tuple[ProblemEntry, ...]
    provenance: Mapping[str, Scalar | Mapping[str, Scalar]]
    """Versions, weights' hashes, seeds, the prompt; no patient data."""


def result_json(case: CaseResult, conclusion: Conclusion | None, disclaimer: str) -> bytes:
    """The case as UTF-8 JSON; the same case gives the same bytes.

    Args:
        case: The case.
        conclusion: What the clinician signed, if anything.
        disclaimer: The sentence every file carries.
    """
    text = case.text_explanation
    found = {
        "schema_version": SCHEMA_VERSION,
        "disclaimer": disclaimer,
        "image": ImageEntry.of(case.radiograph),
        "anatomy": AnatomyEntry.of(case.anatomy, case.radiograph),
        "prediction": PredictionEntry.of(case.prediction),
        "explanations": case.explanations,
        "descriptors": case.descriptors.items,
        "measurements": case.measurements,
        "quality": case.quality,
        "report": case.report,
        "conclusion": conclusion,
        "text_explanation": None if text is None else TextExplanationEntry.of(text),
        "timings_ms": case.timings_ms,
        "problems": case.problems,
        "provenance": _provenance(case),
    }
    return json_bytes(ResultFile.model_validate(found))


def _provenance(case: CaseResult) -> dict[str, Any]:
    found: dict[str, Any] = {"image_sha256": case.radiograph.sha256, **case.provenance}
    if case.report is not None:
        found |= {
            "report_model": case.report.model,
            "report_model_sha256": case.report.model_sha256,
            "prompt": case.report.prompt,
            "report_seed": case.report.seed,
            "sampling": case.report.sampling,
        }
    return found
