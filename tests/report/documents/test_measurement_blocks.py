"""The measurements of hyperinflation in the exported files."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline.messages import message
from pipeline.pictures.measurement_overlay import PART_COLOURS
from pipeline.types import Language, MeasurementPart, MeasurementUnit
from report.documents.document_text import document_text
from report.documents.export import ReportExporter
from report.writing.measurement_words import quantity
from tests.drawn_measurements import MEASUREMENTS
from tests.report.documents.test_export import FILES, case, pdf_text


def files(language=Language.ENGLISH, **changes):
    return ReportExporter().files(
        replace(case(language), measurements=MEASUREMENTS, **changes), None
    )


def test_json_holds_every_measurement_with_its_threshold_and_lines():
    found = json.loads(files()["result.json"])["measurements"]
    assert [measurement["name"] for measurement in found] == [
        measurement.name for measurement in MEASUREMENTS
    ]
    flat, hidden, angle, heart, _ = found
    assert flat == {
        "name": "dome_height",
        "side": "right",
        "unit": "cm",
        "value": 0.84,
        "low": 0.31,
        "high": 1.37,
        "threshold": {
            "value": 1.5,
            "above": False,
            "for_hyperinflation": True,
            "source": "pratt_1987",
            "citation": "Pratt 1987.",
        },
        "beyond_threshold": True,
        "borderline": False,
        "reason": None,
        "lines": [
            {"part": "diaphragm", "points": [[150.0, 25.0], [150.0, 85.0]]},
            {"part": "diaphragm", "points": [[150.0, 55.0], [140.0, 55.0]]},
        ],
    }
    assert (hidden["value"], hidden["reason"]) == (None, "diaphragm_hidden")
    assert (angle["threshold"], angle["beyond_threshold"]) == (None, None)
    assert (heart["beyond_threshold"], heart["borderline"]) == (True, True)


@pytest.mark.parametrize("language", list(Language))
def test_documents_tell_each_measurement_its_threshold_and_its_source(language):
    made, text = files(language), document_text(language)
    flat = text["measurement_beyond_dome_height"]
    undecided = text["measurement_borderline"]
    hidden = message("diaphragm_hidden", language)
    dome = text["measurement_dome_height"]
    value, threshold = (quantity(number, MeasurementUnit.CM, language) for number in (0.8, 1.5))
    markdown = made["report.md"].decode()
    expected = f"| {dome}, {text['measurement_right']} | {value} | 0.3–1.4 | \\< "
    assert f"{expected}{threshold} \\[1\\] | {flat} |" in markdown
    assert f"| {dome}, {text['measurement_left']} | – |  |  | {hidden} |" in markdown
    ratio = text["measurement_cardiothoracic_ratio"]
    assert f"| {ratio} | 0.52 | 0.47–0.57 | \\> 0.50 \\[2\\] | {undecided} |" in markdown
    assert "41° | 25–58 |" in markdown
    assert "(measurements.png)" in markdown
    printed = pdf_text(made["report.pdf"])
    for said in (
        text["measurements"],
        text["measurements_lead"],
        "[1] Pratt 1987.",
        "[3] Burki 1980.",
        flat,
    ):
        assert said in printed


def test_stretched_pixels_are_warned_of_only_without_spacing():
    said = document_text(Language.ENGLISH)["measurements_square"]
    assert said not in files()["report.md"].decode()
    image = replace(case().radiograph, source_spacing_mm=None)
    assert said in files(radiograph=image)["report.md"].decode()


def test_the_drawing_shows_the_lines_where_they_are():
    with Image.open(io.BytesIO(files()["measurements.png"])) as picture:
        drawn = np.asarray(picture, int)
    assert drawn.shape == (200, 200, 3)
    dome = np.array(PART_COLOURS[MeasurementPart.DIAPHRAGM])
    assert np.abs(drawn[149:151, 40] - dome).sum(axis=1).min() < 60
    assert np.abs(drawn[145, 54:56] - dome).sum(axis=1).min() < 60
    heart = np.array(PART_COLOURS[MeasurementPart.HEART])
    assert np.abs(drawn[109:111, 80] - heart).sum(axis=1).min() < 60
    assert np.ptp(drawn[20:100], axis=2).max() == 0  # the rest is grey


def test_a_case_without_measurements_has_no_such_part():
    made = ReportExporter().files(case(), None)
    assert set(made) == FILES
    assert json.loads(made["result.json"])["measurements"] == []
    assert document_text(Language.ENGLISH)["measurements"] not in made["report.md"].decode()
