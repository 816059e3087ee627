"""The FHIR Bundle of a case: its own numbers, and a report that becomes final when signed."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.bundle import Bundle as R5Bundle
from fhir.resources.R4B.bundle import Bundle as R4BBundle
from PIL import Image

from exchange import ExportedCase, Signature, bundle_of, objects_of, study_of
from exchange.fhir import Version
from pipeline.build import exporter
from tests.exchange.radiographs import (
    MADE_AT,
    SIGNATURE,
    by_kind,
    case_result,
    exported,
    radiograph,
    signed,
)

VERSIONS: tuple[Version, ...] = ("r4b", "r5")
CASE = exported()


def made(
    version: Version, signature: Signature | None = None, source: bool = True
) -> list[dict[str, Any]]:
    case = signed() if signature else CASE
    study = study_of(case, radiograph() if source else None)
    data = bundle_of(case, study, signature, version)
    {"r4b": R4BBundle, "r5": R5Bundle}[version].model_validate_json(data)
    entries: list[dict[str, Any]] = json.loads(data)["entry"]
    return entries


def of(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in entries if one["resource"]["resourceType"] == kind]


def values(observation: dict[str, Any]) -> list[tuple[float, str]]:
    parts = [observation, *observation.get("component", [])]
    return [
        (one["valueQuantity"]["value"], one["valueQuantity"]["code"])
        for one in parts
        if "valueQuantity" in one
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_numbers_are_the_cases(version: Version) -> None:
    classification, *others = of(made(version), "Observation")
    result = CASE.result
    shares = [result.prediction.abnormal_probability, *result.prediction.probabilities.values()]
    assert values(classification) == [(share, "1") for share in shares]
    zones, measured = others[: len(result.descriptors)], others[len(result.descriptors) :]
    for found, one in zip(zones, result.descriptors, strict=True):
        assert values(found) == [(one.intensity, "1"), (one.share, "1"), (one.agreement, "1")]
        level, side = found["bodySite"]["coding"]
        assert level["display"] == f"{one.level.value.capitalize()} zone of lung"
        assert side["display"].lower() == one.side.value
    units = {"cm": "cm", "degrees": "deg", "ratio": "{ratio}"}
    for found, measure in zip(measured, result.measurements, strict=True):
        unit = units[measure.unit]
        if measure.value is None:
            assert found["dataAbsentReason"]["text"]
            assert values(found) == []
            continue
        assert values(found) == [(measure.value, unit), (measure.low, unit), (measure.high, unit)]
        if measure.threshold is not None:
            (limits,) = found["referenceRange"]
            end = limits["high" if measure.threshold.above else "low"]
            assert (end["value"], end["code"]) == (measure.threshold.value, unit)
            assert limits["text"] == measure.threshold.citation


def test_a_classification_in_doubt_is_called_neither_normal_nor_abnormal() -> None:
    data = radiograph(rows=144)
    result = case_result(data)
    doubtful = replace(result, prediction=replace(result.prediction, uncertain_prob=(0.0, 1.0)))
    case = ExportedCase.of_files(exporter().files(doubtful, None), MADE_AT)
    study = study_of(case, data)
    (found, *_) = of(json.loads(bundle_of(case, study, None, "r5"))["entry"], "Observation")
    assert found["valueCodeableConcept"]["coding"][0]["display"] == "Indeterminate"
    report = by_kind(objects_of(case, study))["SR"]
    assert "Indeterminate" in str(report)
    assert '"Abnormal"' not in str(report)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unfamiliar_radiograph_has_no_classification_and_no_number_of_one(
    version: Version,
) -> None:
    data = radiograph(rows=152)
    result = case_result(data)
    far = replace(result.prediction, unfamiliarity=2.0, unfamiliarity_limit=1.0)
    files = exporter().files(replace(result, prediction=far), None)
    case = ExportedCase.of_files(files, MADE_AT)
    study = study_of(case, data)
    (found, *_) = of(json.loads(bundle_of(case, study, None, version))["entry"], "Observation")
    assert [one["display"] for one in found["valueCodeableConcept"]["coding"]] == ["Undetermined"]
    assert values(found) == []
    report = by_kind(objects_of(case, study))["SR"]
    group = report.ContentSequence[-2].ContentSequence[0].ContentSequence
    assert [item for item in group if item.ValueType == "NUM"] == []
    assert "Most likely label" not in str(group)
    said = [item.TextValue for item in report.ContentSequence[-1].ContentSequence]
    assert "No classification: the radiograph is unfamiliar" in said


@pytest.mark.parametrize("version", VERSIONS)
def test_the_report_holds_text_pdf_pictures_and_refers_to_the_rest(version: Version) -> None:
    entries = made(version)
    names = {one["fullUrl"] for one in entries}
    (report,) = of(entries, "DiagnosticReport")
    assert CASE.text["interpretation"] in report["conclusion"]
    assert report["conclusion"].endswith(CASE.result.disclaimer)
    (document,) = report["presentedForm"]
    assert base64.b64decode(document["data"]) == CASE.report
    kind = {"r4b": "Media", "r5": "DocumentReference"}[version]
    assert len(report["media"]) == len(of(entries, kind)) == len(CASE.pictures)
    study = report[{"r4b": "imagingStudy", "r5": "study"}[version]]
    referred = [
        *report["result"],
        *(one["link"] for one in report["media"]),
        *study,
        report["subject"],
    ]
    assert {one["reference"] for one in referred} <= names
    assert len(report["result"]) == len(of(entries, "Observation"))


def test_a_picture_says_that_it_is_for_research() -> None:

    media = of(made("r4b"), "Media")
    for one in media:
        assert "research use" in one["content"]["title"]
        picture = Image.open(io.BytesIO(base64.b64decode(one["content"]["data"])))
        assert picture.size[1] > CASE.pictures["anatomy.png"].shape[0]  # with the strip below


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_marked_as_research(version: Version) -> None:
    for entry in made(version):
        (label,) = entry["resource"]["meta"]["security"]
        assert label["code"] == "HRESCH"


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_preliminary_until_it_is_signed(version: Version) -> None:
    before, after = made(version), made(version, SIGNATURE)
    statuses = {
        one["status"] for kind in ("DiagnosticReport", "Observation") for one in of(before, kind)
    }
    assert statuses == {"preliminary"}
    assert of(before, "Practitioner") == []
    (report,) = of(after, "DiagnosticReport")
    assert report["status"] == "final"
    assert report["issued"].startswith("2026-11-27T11:30")
    assert "Тень сердца расширена." in report["conclusion"]
    (reader,) = of(after, "Practitioner")
    assert reader["name"][0]["family"] == "Иванова"
    assert {one["status"] for one in of(after, "Observation")} == {"final"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_signed_report_takes_the_preliminary_ones_place(version: Version) -> None:
    """By the same identifiers, in conditional requests: posted again, nothing is there twice."""

    def requests(entries: list[dict[str, Any]]) -> set[str]:
        return {str(one["request"]) for one in entries}

    before, after = made(version), made(version, SIGNATURE)
    assert requests(before) == {
        request for request in requests(after) if "Practitioner" not in request
    }
    assert len(requests(before)) == len(before)
    for entry in before:
        request, kind = entry["request"], entry["resource"]["resourceType"]
        if kind in ("Patient", "ImagingStudy"):
            assert request["method"] == "POST"
            assert request["ifNoneExist"].startswith("identifier=")
        else:
            assert request["method"] == "PUT"
            assert request["url"].startswith(f"{kind}?identifier=")


@pytest.mark.parametrize("version", VERSIONS)
def test_patient_and_study_are_those_of_the_file(version: Version) -> None:
    entries = made(version)
    (patient,) = of(entries, "Patient")
    assert patient["name"][0]["family"] == "Сидоренко"
    assert patient["identifier"][1]["value"] == "MRN 4711"
    assert (patient["birthDate"], patient["gender"]) == ("1961-02-03", "female")
    (study,) = of(entries, "ImagingStudy")
    assert [one["value"] for one in study["identifier"]] == ["urn:oid:1.2.276.0.99.17.1", "A-0815"]
    (series,) = study["series"]
    assert series["instance"][0]["uid"] == "1.2.276.0.99.17.3"


def test_without_the_file_it_is_of_nobody() -> None:
    text = json.dumps(made("r5", source=False), ensure_ascii=False)
    for word in ("Сидоренко", "4711", "A-0815", "1961-02-03", "1.2.276.0.99.17"):
        assert word not in text
