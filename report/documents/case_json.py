"""`result.json`: everything that was found for a case, with where it came from."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.types import (
    Anatomy,
    Attribution,
    BoolArray,
    CaseResult,
    Conclusion,
    Explanation,
    ExplanationQuality,
    Measurement,
    QualityScore,
    Radiograph,
    Report,
    Section,
    TextAttributions,
    TextExplanation,
)

SCHEMA_VERSION = 1
DIGITS = 6


def case_json(result: CaseResult, conclusion: Conclusion | None, disclaimer: str) -> bytes:
    """The case as UTF-8 JSON; the same case gives the same bytes.

    Args:
        result: The case.
        conclusion: What the clinician signed, if anything.
        disclaimer: The sentence every file carries.

    Returns:
        An object with the keys of the project's contract; numbers are rounded to six decimals,
        areas are in mm² or `null`, log-probabilities in nats.
    """
    radiograph, prediction, report = result.radiograph, result.prediction, result.report
    document = {
        "schema_version": SCHEMA_VERSION,
        "disclaimer": disclaimer,
        "image": _image(radiograph),
        "anatomy": _anatomy(result.anatomy, radiograph),
        "prediction": {
            "label": prediction.label,
            "abnormal": prediction.is_abnormal,
            "abnormal_probability": prediction.abnormal_probability,
            "threshold_prob": prediction.limit_prob,
            "uncertain": prediction.is_uncertain,
            "uncertain_prob": prediction.uncertain_prob,
            "probabilities": dict(zip(prediction.labels, prediction.probabilities, strict=True)),
            "calibrated": prediction.calibrated,
            "multi_label": prediction.is_multi_label,
            "found": sorted(prediction.found_labels),
        },
        "explanations": {
            method.value: _explanation(explanation)
            for method, explanation in result.explanations.items()
        },
        "descriptors": [
            {
                "zone": item.zone.value,
                "side": item.zone.side.value,
                "level": item.zone.level.value,
                "intensity": item.intensity,
                "share": item.share,
                "agreement": item.agreement,
                "grade": item.grade.value,
                "memberships": {grade.value: item.memberships[grade] for grade in item.memberships},
            }
            for item in result.descriptors.items
        ],
        "measurements": [_measurement(measurement) for measurement in result.measurements],
        "quality": None if result.quality is None else _quality(result.quality),
        "report": None if report is None else _report(report),
        "conclusion": None if conclusion is None else _conclusion(conclusion),
        "text_explanation": (
            None if result.text_explanation is None else _text(result.text_explanation)
        ),
        "timings_ms": {step.value: value for step, value in result.timings_ms.items()},
        "problems": [
            {"step": item.step.value, "code": item.code, "parameters": dict(item.parameters)}
            for item in result.problems
        ],
        "provenance": _provenance(result),
    }
    text = json.dumps(_rounded(document), ensure_ascii=False, indent=2, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _image(radiograph: Radiograph) -> dict[str, Any]:
    rows, cols = radiograph.source_shape
    spacing = radiograph.source_spacing_mm
    return {
        "sha256": radiograph.sha256,
        "rows": rows,
        "cols": cols,
        "format": radiograph.format.value,
        "spacing_mm": None if spacing is None else list(spacing),
        "working_shape": list(radiograph.shape),
        "notes": [note.value for note in radiograph.notes],
    }


def _anatomy(anatomy: Anatomy, radiograph: Radiograph) -> dict[str, Any]:
    def area(mask: BoolArray) -> dict[str, float | None]:
        spacing = radiograph.spacing_mm
        mm2 = None if spacing is None else float(mask.sum()) * spacing[0] * spacing[1]
        return {"area_share": float(mask.mean()), "area_mm2": mm2}

    return {
        "areas": {
            structure.value: {
                "area_share": measure.area_share,
                "area_mm2": measure.area_mm2,
                "height_to_width": measure.height_to_width,
                "solidity": measure.solidity,
            }
            for structure, measure in anatomy.measures.items()
        },
        "zones": {zone.value: area(mask) for zone, mask in anatomy.zones_image.items()},
        "warnings": list(anatomy.warnings),
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "label": explanation.label,
        "removed_mass": explanation.removed_mass,
        "measures": dict(explanation.measures),
        "superpixel_weights": [round(weight, 4) for weight in explanation.superpixel_weights],
        "parameters": dict(explanation.parameters),
    }


def _measurement(measurement: Measurement) -> dict[str, Any]:
    threshold = measurement.threshold
    return {
        "name": measurement.name,
        "side": None if measurement.side is None else measurement.side.value,
        "unit": measurement.unit.value,
        "value": measurement.value,
        "low": measurement.low,
        "high": measurement.high,
        "threshold": None
        if threshold is None
        else {
            "value": threshold.value,
            "above": threshold.above,
            "for_hyperinflation": threshold.for_hyperinflation,
            "source": threshold.source,
            "citation": threshold.citation,
        },
        "beyond_threshold": measurement.beyond_threshold,
        "borderline": measurement.is_borderline,
        "reason": None if measurement.reason is None else measurement.reason.value,
        "lines": [{"part": line.part.value, "points": line.points} for line in measurement.lines],
    }


def _quality(quality: ExplanationQuality) -> dict[str, Any]:
    worst = quality.worst
    return {
        "label": quality.label,
        "worst": None if worst is None else _score(worst),
        "shortcut_alarm": quality.shortcut_alarm,
        "scores": [_score(score) for score in quality.scores],
        "random_auc": quality.random_auc,
        "curves": {
            name.value: {"deletion": curves.deletion, "insertion": curves.insertion}
            for name, curves in quality.curves.items()
        },
        "parameters": dict(quality.parameters),
    }


def _score(score: QualityScore) -> dict[str, Any]:
    return {
        "map": score.map.value,
        "measure": score.measure.value,
        "value": score.value,
        "random_baseline": score.random_baseline,
        "rating": score.rating.value,
        "code": score.code,
    }


def _sections(sections: Mapping[Section, str]) -> dict[str, str]:
    return {section.value: sections.get(section, "") for section in Section}


def _report(report: Report) -> dict[str, Any]:
    return {
        "language": report.language.value,
        "model": report.model,
        "sections": _sections(report.sections),
        "claims": [
            {
                "section": claim.section.value,
                "sentence": claim.sentence,
                "status": claim.status.value,
                "zones": [zone.value for zone in claim.zones],
                "evidence": dict(claim.evidence),
                "replaced": claim.replaced,
            }
            for claim in report.claims
        ],
        "thoughts": report.thoughts,
        "attempts": report.attempts,
        "truncated": report.truncated,
    }


def _conclusion(conclusion: Conclusion) -> dict[str, Any]:
    return {
        "language": conclusion.language.value,
        "edited": conclusion.edited,
        "sections": _sections(conclusion.sections),
    }


def _text(explanation: TextExplanation) -> dict[str, Any]:
    classification = explanation.classification
    return {
        "model": explanation.model,
        **_attributions(explanation),
        "words": _pieces(explanation.words),
        "sentences": [
            {"sentence": one.sentence, **_attributions(one)} for one in explanation.sentences
        ],
        "classification": None
        if classification is None
        else {
            "words": _pieces(classification.words),
            "full": classification.full,
            "base": classification.base,
            "delta": classification.delta,
        },
    }


def _attributions(found: TextAttributions) -> dict[str, Any]:
    return {
        "shap": {"values": _pieces(found.shap), "full": found.shap_full, "base": found.shap_base},
        "integrated_gradients": {
            "values": _pieces(found.integrated_gradients),
            "delta": found.ig_delta,
        },
        "agreement": found.agreement,
    }


def _pieces(attributions: Iterable[Attribution]) -> list[dict[str, Any]]:
    return [{"key": a.key, "text": a.text, "value": a.value} for a in attributions]


def _provenance(result: CaseResult) -> dict[str, Any]:
    provenance: dict[str, Any] = {"image_sha256": result.radiograph.sha256, **result.provenance}
    if result.report is not None:
        provenance |= {
            "report_model": result.report.model,
            "report_model_sha256": result.report.model_sha256,
            "prompt": result.report.prompt,
            "report_seed": result.report.seed,
            "sampling": dict(result.report.sampling),
        }
    return provenance


def _rounded(value: Any) -> Any:
    """The same tree in plain Python numbers, floats rounded."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    return round(value, DIGITS) if isinstance(value, float) else value
