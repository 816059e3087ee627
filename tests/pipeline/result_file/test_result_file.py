"""`result.json` and its schema: current, kept by every kind of result, and strict."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from pipeline.command_line.main import main
from pipeline.errors import ImageTooSmallError, OutputError
from pipeline.result_file import RefusalFile, ResultFile, refusal_json, result_json, result_schema
from pipeline.types import (
    CaseResult,
    ClassificationWords,
    Conclusion,
    Language,
    Measurement,
    MeasurementLine,
    MeasurementPart,
    MeasurementReason,
    MeasurementThreshold,
    MeasurementUnit,
    Section,
    SentenceExplanation,
    Side,
)
from report.command_line import main as report
from tests.fakes import fake_build
from tests.pipeline.reading.crafted import picture, ramp
from tests.report.documents.test_export import case
from tests.report.documents.test_quality_blocks import QUALITY
from tests.result_schema import SCHEMA, problems

PROMISED = {
    "schema_version",
    "image",
    "anatomy",
    "measurements",
    "prediction",
    "explanations",
    "descriptors",
    "report",
    "text_explanation",
    "timings_ms",
    "provenance",
}


def written(result: CaseResult, conclusion: Conclusion | None = None) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(result_json(result, conclusion, "For research only."))
    return content


def whole() -> CaseResult:
    """A case with everything that a case can have."""
    result = case()
    text = result.text_explanation
    assert text is not None
    sentence = SentenceExplanation(
        sentence="Opacity.",
        shap=text.shap,
        shap_full=-2.0,
        shap_base=-3.0,
        integrated_gradients=text.integrated_gradients,
        ig_delta=0.5,
    )
    threshold = MeasurementThreshold(
        value=0.5, above=True, for_hyperinflation=False, source="danzer_1919", citation="Danzer"
    )
    return replace(
        result,
        quality=QUALITY,
        measurements=(
            Measurement(
                name="cardiothoracic_ratio",
                side=None,
                unit=MeasurementUnit.RATIO,
                value=0.52,
                low=0.48,
                high=0.56,
                threshold=threshold,
                lines=(
                    MeasurementLine(part=MeasurementPart.HEART, points=((1.0, 2.0), (1.0, 9.0))),
                ),
            ),
            Measurement(
                name="dome_height",
                side=Side.RIGHT,
                unit=MeasurementUnit.CM,
                reason=MeasurementReason.NO_SPACING,
            ),
        ),
        text_explanation=replace(
            text,
            sentences=(sentence,),
            classification=ClassificationWords(words=text.words, full=-1, base=-2, delta=0.125),
        ),
    )


def multi_label(*probabilities: float) -> CaseResult:
    """Labels that may occur together, each with a threshold of 0.5."""
    result = case()
    labels = ("effusion", "nodule", "mass")
    prediction = replace(
        result.prediction,
        labels=labels,
        probabilities=probabilities,
        normal_label="none",
        thresholds=dict.fromkeys(labels, 0.5),
    )
    return replace(result, prediction=prediction)


def test_the_published_schema_is_current(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.json"
    assert report(["schema", "--out", str(fresh)]) == 0
    assert fresh.read_text("utf-8") == result_schema() == SCHEMA.read_text("utf-8"), (
        f"run: python -m report schema --out docs/schema/{SCHEMA.name}"
    )


def test_the_schema_asks_for_what_is_promised() -> None:
    definitions = json.loads(result_schema())["$defs"]
    assert set(definitions["ResultFile"]["required"]) >= PROMISED
    promised = {"label", "abnormal_probability", "probabilities", "uncertain", "unfamiliar"}
    assert set(definitions["PredictionEntry"]["required"]) >= promised
    assert set(definitions["ClaimEntry"]["required"]) >= {"section", "sentence", "status"}
    assert set(definitions["ErrorEntry"]["required"]) == {"code", "message", "parameters"}
    assert definitions["DescriptorEntry"]["properties"]["intensity"]["maximum"] == 1


@pytest.mark.parametrize(
    "result",
    [case(), case(None), whole(), multi_label(0.45, 0.45, 0.45), multi_label(0.9, 0.6, 0.1)],
    ids=["reported", "without report", "whole", "none of several labels", "several labels"],
)
def test_every_kind_of_result_keeps_the_schema_and_is_read_back(result: CaseResult) -> None:
    data = result_json(result, None, "For research only.")
    assert problems(json.loads(data)) == []
    assert problems(json.loads(data), "ResultFile") == []
    again = ResultFile.model_validate_json(data)
    assert (again.model_dump_json(indent=2) + "\n").encode() == data


def test_a_signed_conclusion_keeps_the_schema() -> None:
    sections = {Section.FINDINGS: "Clear."}
    signed = Conclusion(language=Language.ENGLISH, sections=sections, edited=True)
    found = written(case(), signed)
    assert problems(found) == []
    assert found["conclusion"]["sections"] == {
        "findings": "Clear.",
        "interpretation": "",
        "recommendations": "",
    }


def test_a_refusal_keeps_the_schema() -> None:
    error = ImageTooSmallError(rows=10, cols=20, limit_px=64)
    data = refusal_json(error, "Zu klein — zu klein.")
    found = json.loads(data)
    assert problems(found) == problems(found, "RefusalFile") == []
    assert found == {
        "schema_version": 2,
        "error": {
            "code": "image_too_small",
            "message": "Zu klein — zu klein.",
            "parameters": {"rows": 10, "cols": 20, "limit_px": 64},
        },
    }
    assert "—".encode() in data
    assert RefusalFile.model_validate_json(data).error.code == error.code


def test_what_the_command_line_writes_keeps_the_schema(tmp_path: Path) -> None:
    radiograph, text = tmp_path / "radiograph.png", tmp_path / "text.png"
    radiograph.write_bytes(picture(Image.fromarray(ramp(128))))
    text.write_text("not an image\n" * 20)
    for extra in ([], ["--no-report"]):
        out = tmp_path / f"out{len(extra)}"
        assert main(["analyse", str(radiograph), str(text), "--out", str(out), *extra], fake_build)
        found = json.loads((out / "radiograph" / "result.json").read_text("utf-8"))
        assert problems(found, "ResultFile") == []
        assert (found["report"] is None) is bool(extra)
        refused = json.loads((out / "text" / "result.json").read_text("utf-8"))
        assert problems(refused, "RefusalFile") == []


def test_the_schema_refuses_what_is_unknown_absent_or_out_of_range() -> None:
    found = written(case())
    assert "colour" in problems({**found, "colour": "red"}, "ResultFile")[0]
    for key in PROMISED:
        rest = {name: value for name, value in found.items() if name != key}
        assert f"'{key}' is a required property" in problems(rest, "ResultFile")[0]
    found["descriptors"][0]["share"] = 1.5
    assert problems(found, "ResultFile") == [
        "$.descriptors[0].share: 1.5 is greater than the maximum of 1"
    ]
    assert problems({"schema_version": 1, "error": written(case())}, "RefusalFile")


def test_numbers_are_rounded_and_never_infinite() -> None:
    result = case()
    explanation = next(iter(result.explanations.values()))
    measures = {"r2": np.float32(1 / 3), "count": np.float64(-1e-9)}
    changed = replace(explanation, measures=measures, parameters={"seed": np.int64(7)})
    found = written(replace(result, explanations={explanation.method: changed}))
    entry = found["explanations"][explanation.method.value]
    assert entry["measures"] == {"r2": 0.333333, "count": 0.0}
    assert math.copysign(1, entry["measures"]["count"]) == 1
    assert entry["parameters"] == {"seed": 7}
    endless = replace(explanation, measures={"r2": math.inf})
    with pytest.raises(ValidationError):
        written(replace(result, explanations={explanation.method: endless}))


def test_what_is_beyond_and_borderline_is_said_of_measurements() -> None:
    measured, unmeasured = written(whole())["measurements"]
    assert (measured["beyond_threshold"], measured["borderline"]) == (True, True)
    assert measured["lines"] == [{"part": "heart", "points": [[1, 2], [1, 9]]}]
    assert (unmeasured["value"], unmeasured["reason"]) == (None, "no_spacing")
    assert unmeasured["borderline"] is False


def test_an_unwritable_schema_is_an_error_of_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(["schema", "--out", str(tmp_path)]) == 1
    assert OutputError.code == "output_unwritable"
    assert str(tmp_path) in capsys.readouterr().err
    assert report(["schema"]) == 0
    assert capsys.readouterr().out == result_schema()
