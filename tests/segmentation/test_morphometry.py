"""Intervals and thresholds worked out by hand, and the shipped model on drawn radiographs."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import ContractError, SettingRefusedError
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import ROOT
from pipeline.types import (
    ImageFormat,
    Measurement,
    MeasurementPart,
    MeasurementReason,
    MeasurementUnit,
    Radiograph,
    Side,
    Structure,
)
from segmentation.chest_outline import ChestOutline
from segmentation.measurement_settings import (
    MEASUREMENTS_FILE,
    load_measurement_settings,
)
from segmentation.measurements import MEASUREMENTS, Reading, readings
from segmentation.morphometry import OutlineMorphometer, measured, measurement_of
from segmentation.segmenter import DeepLabSegmenter

RULES = load_measurement_settings().rules
DOME = "dome_height", Side.RIGHT
RATIO = "cardiothoracic_ratio", None


def dome(value, *others):
    """A dome over a line of 10 cm, with an error of 0.05 of the line."""
    line = np.array([[40.0, 100.0], [80.0, 100.0]])
    rule = replace(RULES["dome_height"], errors={Side.RIGHT: 0.05})
    found = Reading(value=value, span=10.0, lines=((MeasurementPart.DIAPHRAGM, line),))
    doubtful = [Reading(value=other, span=10.0) for other in others]
    return measurement_of(DOME, found, doubtful, rule, (0.5, 0.4))


def test_the_interval_adds_the_radiographs_doubt_to_the_measured_error():
    measurement = dome(2.0, 1.7, 2.2)
    assert measurement.low == pytest.approx(2.0 - math.hypot(0.3, 0.5))
    assert measurement.high == pytest.approx(2.0 + math.hypot(0.2, 0.5))
    certain = dome(2.0, 2.0, 2.0)
    assert (certain.low, certain.high) == pytest.approx((1.5, 2.5))
    assert dome(0.3, 0.3, 0.3).low == 0  # no height is negative


def test_lines_come_in_rows_and_columns_of_the_radiograph():
    (line,) = dome(2.0, 2.0, 2.0).lines
    assert line.points == ((200.0, 100.0), (200.0, 200.0))


def test_thresholds_are_compared_with_value_and_interval():
    flat, doubtful, domed = dome(0.8, 0.8, 0.8), dome(1.4, 1.4, 1.4), dome(2.4, 2.4, 2.4)
    assert [one.beyond_threshold for one in (flat, doubtful, domed)] == [True, True, False]
    assert [one.is_borderline for one in (flat, doubtful, domed)] == [False, True, False]
    assert flat.threshold is not None
    assert (flat.threshold.value, flat.threshold.source) == (1.5, "pratt_1987")
    assert "Am J Med 1987" in flat.threshold.citation


def test_a_large_heart_is_beyond_its_threshold_and_does_not_fit_hyperinflation():
    rule = replace(RULES[RATIO[0]], errors={None: 0.01})
    large = measurement_of(RATIO, Reading(value=0.56), [Reading(value=0.56)] * 2, rule, (1.0, 1.0))
    assert large.beyond_threshold
    assert large.threshold is not None
    assert not large.threshold.for_hyperinflation


def test_what_only_some_outlines_show_is_not_measured():
    rule = RULES["dome_height"]
    found, lost = Reading(value=2.0, span=10.0), MeasurementReason.DIAPHRAGM_HIDDEN
    unsure = measurement_of(DOME, found, [found, lost], rule, (1.0, 1.0))
    assert (unsure.value, unsure.reason) == (None, MeasurementReason.OUTLINE_UNSURE)
    cut = measurement_of(DOME, found, [MeasurementReason.CUT_OFF, found], rule, (1.0, 1.0))
    assert cut.reason is MeasurementReason.CUT_OFF
    hidden = measurement_of(DOME, lost, [found, found], rule, (1.0, 1.0))
    assert hidden.reason is lost
    assert hidden.beyond_threshold is None
    assert not hidden.is_borderline


def test_a_measurement_is_whole_or_has_a_reason():
    whole = {"name": "lung_share", "side": None, "unit": MeasurementUnit.RATIO}
    with pytest.raises(ContractError):
        Measurement(**whole)
    with pytest.raises(ContractError):
        Measurement(**whole, value=0.5, low=0.4, high=0.6, reason=MeasurementReason.CUT_OFF)
    with pytest.raises(ContractError):
        Measurement(**whole, value=0.5, low=0.6, high=0.7)


def test_thresholds_are_published_and_only_for_the_sides_they_are_for():
    right, left = (RULES["dome_height"].threshold_of(side) for side in Side)
    assert right is not None
    assert left is None
    published = {name for name, rule in RULES.items() if rule.threshold is not None}
    assert published == {
        "dome_height",
        "lung_height",
        "cardiothoracic_ratio",
        "heart_width",
    }
    assert all(RULES[name].threshold.citation for name in published)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('unit = "cm"', 'unit = "inch"', "measurements.dome_height.unit"),
        ("lung_share", "dome_height.x", "measurements.dome_height.x"),
        (
            'source = "pratt_1987"',
            'source = "nobody_2000"',
            "measurements.dome_height.threshold.source",
        ),
        ("[sources]", "[colours]\nred = 1\n\n[sources]", "colours"),
        ("{ chest = 0.025 }", "{ chest = -1 }", "measurements.lung_share.error.chest"),
        (
            "above = false",
            "above = false\nbelow = true",
            "measurements.dome_height.threshold.below",
        ),
    ],
)
def test_settings_that_are_unknown_or_incomplete_are_refused(tmp_path, old, new, field):
    text = MEASUREMENTS_FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "measurements.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingRefusedError) as caught:
        load_measurement_settings(file)
    assert caught.value.parameters["source"] == "measurements.toml"
    assert caught.value.parameters["field"] == field


@pytest.mark.parametrize(
    ("old", "new", "field", "problem"),
    [
        ("lung_share", "lung_colour", "measurements.lung_colour", "unknown"),
        ("[measurements.lung_share]", "[measurements.zzz]", "measurements.lung_share", "missing"),
    ],
)
def test_settings_and_geometry_know_the_same_measurements(tmp_path, old, new, field, problem):
    text = MEASUREMENTS_FILE.read_text(encoding="utf-8")
    file = tmp_path / "measurements.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingRefusedError) as caught:
        OutlineMorphometer(None, load_measurement_settings(file))
    found = caught.value.parameters
    assert (found["field"], found["problem"]) == (field, problem)
    assert "dome_height | dome_height_ratio" in found["allowed"]


def test_what_the_heart_hides_of_the_lungs_is_not_measured():
    lung, hidden = np.zeros((2, 8, 8), bool)
    lung[1:7, 1:4] = hidden[5:7] = True
    masks = dict.fromkeys(Structure, lung)
    found = measured(masks, hidden)
    assert (found[Structure.RIGHT_LUNG] == (lung & ~hidden)).all()
    assert (found[Structure.HEART] == lung).all()
    assert measured(masks, None) is masks


@pytest.fixture(scope="module")
def segmenter():
    return DeepLabSegmenter(ROOT / "weights" / "anatomy", threads=1)


@pytest.mark.parametrize("seed", [0, 2])
def test_measurements_of_a_drawn_radiograph_hold_those_of_its_outlines(segmenter, seed):
    phantom = draw_phantom(seed)
    spacing = (0.36, 0.36)
    radiograph = Radiograph(
        pixels=phantom.pixels,
        sha256="0" * 64,
        format=ImageFormat.PNG,
        source_shape=phantom.pixels.shape,
        source_spacing_mm=spacing,
    )
    anatomy = segmenter.segment(radiograph)
    measurements = {
        (measurement.name, measurement.side): measurement
        for measurement in OutlineMorphometer(segmenter).measure(radiograph, anatomy)
    }
    assert list(measurements) == sorted(
        measurements, key=lambda place: list(MEASUREMENTS).index(place[0])
    )
    lungs = {
        Side.RIGHT: phantom.masks[Structure.RIGHT_LUNG],
        Side.LEFT: phantom.masks[Structure.LEFT_LUNG],
    }
    drawn = readings(
        ChestOutline(
            lungs=lungs,
            fields=lungs,
            heart=phantom.masks[Structure.HEART],
            spine=phantom.masks[Structure.SPINE],
            spacing_mm=spacing,
        )
    )
    for place in (
        DOME,
        ("dome_height", Side.LEFT),
        ("lung_height", Side.RIGHT),
        ("lung_height_to_chest_width", None),
        ("costophrenic_angle", Side.RIGHT),
        ("costophrenic_angle", Side.LEFT),
    ):
        measurement, truth = measurements[place], drawn[place]
        assert measurement.value is not None, (place, measurement.reason)
        assert measurement.low <= truth.value <= measurement.high, (place, truth.value, measurement)
        rows, cols = radiograph.shape
        for line in measurement.lines:
            assert all(0 <= row <= rows and 0 <= col <= cols for row, col in line.points)
