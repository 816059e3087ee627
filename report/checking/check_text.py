"""Checks any text against a case that was analysed: `python -m report check`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ResultInvalidError, UnreadableFileError
from pipeline.result_file import DescriptorEntry, MeasurementEntry, PredictionEntry
from pipeline.types import (
    Claim,
    ClassificationState,
    Descriptor,
    Language,
    Measurement,
    MeasurementThreshold,
    Prediction,
    Section,
)
from pipeline.validation import CheckedModel, Flaw, checked, read_content
from report.checking.claims import check_section
from report.writing.facts import Facts
from report.writing.sections import sections_with_preface


class _ReportPart(CheckedModel, extra="ignore"):
    language: str
    sections: Mapping[Section, str]


class _ResultParts(CheckedModel, extra="ignore"):
    """What of `result.json` a text is compared with; a result of a later version has it, too."""

    prediction: PredictionEntry
    descriptors: tuple[DescriptorEntry, ...]
    measurements: tuple[MeasurementEntry, ...]
    report: _ReportPart | None = None


def check_result(
    result: Path, text: Path | None = None, language: Language | None = None
) -> dict[str, Any]:
    """Check a text, or a result's own report, against what was measured.

    Args:
        result: A `result.json`.
        text: The text, UTF-8; without headings it counts as findings. The result's own report if
            `None`.
        language: The text's; the report's own if `None`, or English where there is none.

    Returns:
        `language`, and `sentences`: of each sentence its `section`, `sentence`, `status` and
        `spans` (`text`, `kind`, `right`, `evidence`).

    Raises:
        ResultInvalidError: The result lacks what is compared, or a report where no text is given.
        UnreadableFileError: The text cannot be read.
    """
    parts = _read(result)
    own = parts.report
    if language is None:
        language = Language.ENGLISH if own is None else Language(own.language)
    facts = facts_of(parts.prediction, parts.descriptors, parts.measurements, language)
    if text is not None:
        try:
            written = text.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFileError from error
        sections = sections_with_preface(written, language)
    elif own is not None:
        sections = dict(own.sections)
    else:
        raise ResultInvalidError(
            file=result.name, **Flaw(field="report", problem="missing").parameters
        )
    claims = [
        claim
        for section in Section
        for claim in check_section(section, sections.get(section, ""), facts)
    ]
    return {"language": language.value, "sentences": [_row(claim) for claim in claims]}


def _read(result: Path) -> _ResultParts:
    def refuse(flaw: Flaw) -> ResultInvalidError:
        return ResultInvalidError(file=result.name, **flaw.parameters)

    return checked(read_content(result, refuse), _ResultParts, refuse)


def facts_of(
    prediction: PredictionEntry,
    descriptors: tuple[DescriptorEntry, ...],
    measurements: tuple[MeasurementEntry, ...],
    language: Language,
) -> Facts:
    """What a text may state of a case that was saved."""
    found = [_measurement(entry) for entry in measurements]
    return Facts(
        prediction=_prediction(prediction),
        items=()
        if prediction.unfamiliar
        else tuple(
            Descriptor(
                zone=entry.zone,
                intensity=entry.intensity,
                share=entry.share,
                agreement=entry.agreement,
                memberships=entry.memberships,
            )
            for entry in descriptors
        ),
        language=language,
        measurements=tuple(one for one in found if one.relation is not None),
        others=tuple(one for one in found if one.relation is None),
    )


def _prediction(entry: PredictionEntry) -> Prediction:
    if entry.label is None or entry.abnormal_probability is None:
        return _no_prediction(entry)
    names = tuple(entry.probabilities)
    normal = "normal" if entry.multi_label or entry.abnormal else entry.label
    if normal not in names and not entry.multi_label:
        share = 1 - entry.abnormal_probability
        normal = min(names, key=lambda name: abs(entry.probabilities[name] - share))
    return Prediction(
        labels=names,
        probabilities=tuple(entry.probabilities.values()),
        normal_label=normal,
        threshold_prob=0.0 if entry.threshold_prob is None else entry.threshold_prob,
        terms={},
        uncertain_prob=entry.uncertain_prob,
        thresholds=entry.thresholds,
        calibrated=entry.calibrated,
        unfamiliarity=entry.unfamiliarity,
        unfamiliarity_limit=entry.unfamiliarity_limit,
    )


def _no_prediction(entry: PredictionEntry) -> Prediction:
    """Of an unfamiliar radiograph: no label that a text could name."""
    none = ClassificationState.UNFAMILIAR.value
    return Prediction(
        labels=(none,),
        probabilities=(1.0,),
        normal_label=none,
        threshold_prob=1.0,
        terms={},
        unfamiliarity=entry.unfamiliarity,
        unfamiliarity_limit=entry.unfamiliarity_limit,
    )


def _measurement(entry: MeasurementEntry) -> Measurement:
    threshold = entry.threshold
    return Measurement(
        name=entry.name,
        side=entry.side,
        unit=entry.unit,
        value=entry.value,
        low=entry.low,
        high=entry.high,
        threshold=None
        if threshold is None
        else MeasurementThreshold(
            value=threshold.value,
            above=threshold.above,
            for_hyperinflation=threshold.for_hyperinflation,
            source=threshold.source,
            citation=threshold.citation,
        ),
        reason=entry.reason,
    )


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "section": claim.section.value,
        "sentence": claim.sentence,
        "status": claim.status.value,
        "spans": [
            {
                "text": span.text,
                "kind": span.kind.value,
                "right": span.right,
                "evidence": dict(span.evidence),
            }
            for span in claim.spans
        ],
    }


def as_json(found: Mapping[str, Any]) -> str:
    """What was found as JSON, two spaces deep."""
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
