"""The objects of a case: in the radiograph's own study, with the case's own numbers."""

import io
import time
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from highdicom.sr import Comprehensive3DSR
from pydicom.dataset import Dataset

from exchange import (
    ExportedCase,
    dicom_bytes,
    objects_of,
    study_of,
)
from exchange.objects.secondary_capture import labelled
from exchange.objects.segmentation import resized
from pipeline.types import Language
from pipeline.words import message, words_of
from tests.exchange.radiographs import (
    IDENTITY,
    SIGNATURE,
    by_kind,
    exported,
    radiograph,
    signed,
)

RESEARCH = "research use"


def read_again(made: Dataset) -> Dataset:
    return pydicom.dcmread(io.BytesIO(dicom_bytes(made)))


@pytest.fixture(scope="module")
def case() -> ExportedCase:
    return exported()


@pytest.fixture(scope="module")
def objects(case: ExportedCase) -> dict[str, Dataset]:
    made = objects_of(case, study_of(case, radiograph()))
    return by_kind([read_again(one) for one in made])


def numbers(sequence: Any) -> list[tuple[str, float, str]]:
    """Meaning, value and unit of every NUM in a tree, in its order."""
    found = []
    for item in sequence:
        if item.ValueType == "NUM":
            value = item.MeasuredValueSequence[0]
            found.append(
                (
                    str(item.ConceptNameCodeSequence[0].CodeMeaning),
                    float(value.NumericValue),
                    str(value.MeasurementUnitsCodeSequence[0].CodeValue),
                )
            )
        found += numbers(item.get("ContentSequence", ()))
    return found


def texts(sequence: Any) -> list[tuple[str, str]]:
    found = []
    for item in sequence:
        if item.ValueType == "TEXT":
            meaning = str(item.ConceptNameCodeSequence[0].CodeMeaning)
            found.append((meaning, str(item.TextValue)))
        found += texts(item.get("ContentSequence", ()))
    return found


def test_there_is_an_object_for_each_thing_a_reader_sees(objects: dict[str, Dataset]) -> None:
    captures = {"anatomy", "Grad-CAM", "LIME", "measurements"}
    assert set(objects) == {"SR", "SEG", "DOC", *captures}


def test_every_object_is_in_the_radiographs_own_study(objects: dict[str, Dataset]) -> None:
    source = pydicom.dcmread(io.BytesIO(radiograph()))
    for made in objects.values():
        assert made.StudyInstanceUID == source.StudyInstanceUID
        assert made.SeriesInstanceUID != source.SeriesInstanceUID
        for name, value in IDENTITY.items():
            assert str(made[name].value) == value, name
        assert source.SOPInstanceUID in str(made), "it refers to the radiograph"
        assert "PatientIdentityRemoved" not in made
        assert RESEARCH in made.SeriesDescription
        assert made.preamble == bytes(128)
    assert len({made.SOPInstanceUID for made in objects.values()}) == len(objects)


def test_the_reports_numbers_are_the_cases(case: ExportedCase, objects: dict[str, Dataset]) -> None:
    report = Comprehensive3DSR.from_dataset(objects["SR"])
    found = numbers(report.content)
    result = case.result
    assert ("Probability of any abnormality", result.prediction.abnormal_probability, "1") in found
    assert [value for name, value, _ in found if name.startswith("Probability: ")] == list(
        result.prediction.probabilities.values()
    )
    for name, key in (
        ("Model attention", "intensity"),
        ("Share of the map in the lungs", "share"),
        ("Agreement of both maps", "agreement"),
    ):
        shown = [value for meaning, value, _ in found if meaning == name]
        assert shown == [getattr(one, key) for one in result.descriptors]
    measured = [one for one in result.measurements if one.value is not None]
    assert measured
    units = {"cm": "cm", "degrees": "deg", "ratio": "{ratio}"}
    values = [(value, unit) for _, value, unit in found]
    for one in measured:
        unit = units[one.unit]
        assert (one.value, unit) in values
        assert one.low is not None and one.high is not None and one.value is not None
        assert (round(one.high - one.value, 6), unit) in values
        assert (round(one.value - one.low, 6), unit) in values
        if one.threshold is not None:
            assert (one.threshold.value, unit) in values


def test_the_reports_zones_have_their_codes_and_sides(
    case: ExportedCase, objects: dict[str, Dataset]
) -> None:
    groups = Comprehensive3DSR.from_dataset(objects["SR"]).content
    report = highdicom.sr.MeasurementReport.from_sequence([objects["SR"]])
    assert groups is not None
    sites = [
        (
            str(site.value.meaning),
            str(site.laterality.meaning),
        )
        for group in report.get_image_measurement_groups()
        for site in group.finding_sites
    ]
    assert sites == [
        (f"{one.level.value.capitalize()} zone of lung", one.side.value.capitalize())
        for one in case.result.descriptors
    ]


def test_the_report_names_algorithms_by_their_weights(objects: dict[str, Dataset]) -> None:
    said = texts(objects["SR"].ContentSequence)
    assert ("Algorithm Name", "ExplainCXR classifier") in said
    assert ("Algorithm Name", "ExplainCXR anatomy") in said
    assert ("Algorithm Manufacturer", "ExplainCXR") in said


def test_the_report_holds_text_and_quality_notes(
    case: ExportedCase, objects: dict[str, Dataset]
) -> None:
    said = texts(objects["SR"].ContentSequence)
    assert ("Finding", case.text["findings"]) in said
    assert ("Impression", case.text["interpretation"]) in said
    assert ("Recommendation", case.text["recommendations"]) in said
    comments = [text for name, text in said if name == "Comment"]
    assert case.result.disclaimer in comments
    unmeasured = [one for one in case.result.measurements if one.reason is not None]
    assert unmeasured
    names = words_of(Language.ENGLISH).table["measurements"]["names"]
    for one in unmeasured:
        said_why = f"{names[one.name]}: {message(str(one.reason), Language.ENGLISH)}"
        assert said_why in comments


def test_nothing_is_verified_before_it_is_signed(objects: dict[str, Dataset]) -> None:
    assert objects["SR"].VerificationFlag == objects["DOC"].VerificationFlag == "UNVERIFIED"
    assert objects["SR"].PreliminaryFlag == "PRELIMINARY"
    assert "VerifyingObserverSequence" not in objects["SR"]


def test_a_signed_conclusion_is_verified_in_its_observers_name() -> None:
    case = signed()
    made = by_kind(objects_of(case, study_of(case, radiograph()), SIGNATURE))
    report = read_again(made["SR"])
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("VERIFIED", "FINAL")
    observer = report.VerifyingObserverSequence[0]
    assert str(observer.VerifyingObserverName) == "Иванова^Анна"
    assert observer.VerifyingOrganization == "Городская больница"
    assert str(observer.VerificationDateTime).startswith("20261127")
    assert ("Finding", "Тень сердца расширена.") in texts(report.ContentSequence)
    language = report.ContentSequence[0].ConceptCodeSequence[0]
    assert (language.CodeValue, language.CodingSchemeDesignator) == ("ru", "RFC5646")
    assert read_again(made["DOC"]).VerificationFlag == "VERIFIED"


def test_signed_and_unsigned_are_two_instances_of_one_study() -> None:
    case = signed()
    study = study_of(case, radiograph())
    before = by_kind(objects_of(case, study))
    after = by_kind(objects_of(case, study, SIGNATURE))
    assert before["SR"].SOPInstanceUID != after["SR"].SOPInstanceUID
    assert before["SR"].StudyInstanceUID == after["SR"].StudyInstanceUID


def test_the_outlines_are_the_cases_in_the_radiographs_own_pixels(
    case: ExportedCase, objects: dict[str, Dataset]
) -> None:
    made = highdicom.seg.Segmentation.from_dataset(objects["SEG"])
    assert (made.Rows, made.Columns) == (160, 128)
    shown = made.pixel_array
    assert [item.SegmentLabel for item in made.SegmentSequence] == [
        "right lung",
        "left lung",
        "spine",
        "abdomen",
        "heart",
    ]
    for frame, name in zip(shown, case.outlines, strict=True):
        expected = resized(case.outlines[name], (160, 128))
        np.testing.assert_array_equal(frame.astype(bool), expected)
        assert expected.any()
    right, left, spine, _, heart = made.SegmentSequence
    for segment, side in ((right, "Right"), (left, "Left")):
        kind = segment.SegmentedPropertyTypeCodeSequence[0]
        assert kind.CodeMeaning == "Lung"
        assert kind.SegmentedPropertyTypeModifierCodeSequence[0].CodeMeaning == side
    assert spine.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Spine"
    assert heart.SegmentedPropertyTypeCodeSequence[0].CodeValue == "80891009"


def test_a_mask_is_resized_by_nearest_pixels() -> None:
    mask = np.array([[True, False], [False, False]])
    np.testing.assert_array_equal(
        resized(mask, (4, 2)), [[True, False], [True, False], [False, False], [False, False]]
    )
    np.testing.assert_array_equal(resized(np.kron(mask, np.ones((3, 3), bool)), (2, 2)), mask)


def test_the_pictures_are_those_of_the_page_with_a_strip_below(
    case: ExportedCase, objects: dict[str, Dataset]
) -> None:
    picture = case.pictures["grad_cam.png"]
    found = objects["Grad-CAM"].pixel_array
    rows = picture.shape[0]
    np.testing.assert_array_equal(found[:rows], picture)
    assert found.shape[0] > rows
    assert found[rows:].max() == 255  # white letters
    assert objects["Grad-CAM"].BurnedInAnnotation == "YES"
    assert "research use" in objects["Grad-CAM"].ImageComments
    assert objects["Grad-CAM"].DerivationCodeSequence[0].CodeValue == "130403"


def test_an_image_that_others_refer_to_keeps_its_size() -> None:
    picture = np.full((100, 80, 3), 200, np.uint8)
    assert labelled(picture, is_image=True).shape == (100, 80, 3)
    assert labelled(picture).shape == (114, 80, 3)


def test_the_document_is_the_cases_pdf(case: ExportedCase, objects: dict[str, Dataset]) -> None:
    made = objects["DOC"]
    assert made.EncapsulatedDocument[: made.EncapsulatedDocumentLength] == case.report
    assert case.report.startswith(b"%PDF")
    assert RESEARCH in made.DocumentTitle


def test_the_same_case_gives_the_same_bytes_so_nothing_is_there_twice(case: ExportedCase) -> None:
    study = study_of(case, radiograph())
    first = objects_of(case, study)
    time.sleep(1.1)  # times are written in seconds
    second = objects_of(case, study)
    assert [dicom_bytes(one) for one in first] == [dicom_bytes(one) for one in second]
