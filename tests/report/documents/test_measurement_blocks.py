"""The chest measurements in the exported files."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline.pictures.measurement_overlay import PART_COLOURS
from pipeline.types import Language, MeasurementPart, MeasurementUnit
from pipeline.words import message, words_of
from report.documents.export import ReportExporter
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
    made, text = files(language), words_of(language).of("documents")
    flat = text("measurements.beyond.dome_height")
    undecided = text("measurements.borderline")
    hidden = message("diaphragm_hidden", language)
    dome = text("measurements.names.dome_height")
    value, threshold = (text.quantity(number, MeasurementUnit.CM) for number in (0.8, 1.5))
    markdown = made["report.md"].decode()
    interval = f"{text.number(0.3, 1)}–{text.number(1.4, 1)}"
    expected = f"| {dome}, {text('sides.right')} | {value} | {interval} | \\< "
    assert f"{expected}{threshold} \\[1\\] | {flat} |" in markdown
    name = f"{dome}, {text('sides.left')}"
    folded = text("measurements.unmeasured_for", names=name, reason=hidden)
    assert text("measurements.unmeasured", list=folded) in markdown
    value, low, high, limit = (text.number(number) for number in (0.52, 0.47, 0.57, 0.5))
    ratio = text("measurements.names.cardiothoracic_ratio")
    row = f"| {ratio} | {value} | {low}–{high} | \\> {limit} \\[2\\] | {undecided} |"
    assert row in markdown
    assert "41° | 25–58 |" in markdown
    assert "(measurements.png)" in markdown
    printed = pdf_text(made["report.pdf"])
    for said in (
        text("measurements.title"),
        text("measurements.lead"),
        "[1] Pratt 1987.",
        "[3] Burki 1980.",
        flat,
    ):
        assert said in printed


def test_stretched_pixels_are_warned_of_only_without_spacing():
    said = words_of(Language.ENGLISH).of("documents")("measurements.square")
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
    assert words_of(Language.ENGLISH)("measurements.title") not in made["report.md"].decode()
