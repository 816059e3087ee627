"""Intervals and thresholds worked out by hand, and the shipped model on drawn films."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import ContractError, SettingsError
from pipeline.phantom import draw_phantom
from pipeline.settings import ROOT
from pipeline.types import (
    ImageFormat,
    Radiograph,
    Side,
    Sign,
    SignName,
    SignPart,
    SignReason,
    SignUnit,
    Structure,
)
from segmentation.chest_outline import ChestOutline
from segmentation.segmenter import DeepLabSegmenter
from segmentation.sign_meter import OutlineSignMeter, sign_of
from segmentation.sign_settings import SIGNS_FILE, SignSettings, load_sign_settings
from segmentation.signs import Reading, readings

RULES = load_sign_settings().rules
DOME = SignName.DOME_HEIGHT, Side.RIGHT
RATIO = SignName.CARDIOTHORACIC_RATIO, None


def dome(value, *others):
    """A dome over a line of 10 cm, with an error of 0.05 of the line."""
    line = np.array([[40.0, 100.0], [80.0, 100.0]])
    rule = replace(RULES[SignName.DOME_HEIGHT], errors={Side.RIGHT: 0.05})
    found = Reading(value=value, span=10.0, lines=((SignPart.DIAPHRAGM, line),))
    doubtful = [Reading(value=other, span=10.0) for other in others]
    return sign_of(DOME, found, doubtful, rule, (0.5, 0.4))


def test_the_interval_adds_the_films_doubt_to_the_measured_error():
    sign = dome(2.0, 1.7, 2.2)
    assert sign.low == pytest.approx(2.0 - math.hypot(0.3, 0.5))
    assert sign.high == pytest.approx(2.0 + math.hypot(0.2, 0.5))
    certain = dome(2.0, 2.0, 2.0)
    assert (certain.low, certain.high) == pytest.approx((1.5, 2.5))
    assert dome(0.3, 0.3, 0.3).low == 0  # no height is negative


def test_lines_come_in_rows_and_columns_of_the_film():
    (line,) = dome(2.0, 2.0, 2.0).lines
    assert line.points == ((200.0, 100.0), (200.0, 200.0))


def test_thresholds_are_held_against_value_and_interval():
    flat, doubtful, domed = dome(0.8, 0.8, 0.8), dome(1.4, 1.4, 1.4), dome(2.4, 2.4, 2.4)
    assert [one.beyond_threshold for one in (flat, doubtful, domed)] == [True, True, False]
    assert [one.is_borderline for one in (flat, doubtful, domed)] == [False, True, False]
    assert flat.threshold is not None
    assert (flat.threshold.value, flat.threshold.source) == (1.5, "pratt_1987")
    assert "Am J Med 1987" in flat.threshold.citation


def test_a_large_heart_is_beyond_its_threshold_and_does_not_fit_hyperinflation():
    rule = replace(RULES[RATIO[0]], errors={None: 0.01})
    large = sign_of(RATIO, Reading(value=0.56), [Reading(value=0.56)] * 2, rule, (1.0, 1.0))
    assert large.beyond_threshold
    assert large.threshold is not None
    assert not large.threshold.for_hyperinflation


def test_what_only_some_outlines_show_is_not_measured():
    rule = RULES[SignName.DOME_HEIGHT]
    found, lost = Reading(value=2.0, span=10.0), SignReason.DIAPHRAGM_HIDDEN
    unsure = sign_of(DOME, found, [found, lost], rule, (1.0, 1.0))
    assert (unsure.value, unsure.reason) == (None, SignReason.OUTLINE_UNSURE)
    cut = sign_of(DOME, found, [SignReason.CUT_OFF, found], rule, (1.0, 1.0))
    assert cut.reason is SignReason.CUT_OFF
    hidden = sign_of(DOME, lost, [found, found], rule, (1.0, 1.0))
    assert hidden.reason is lost
    assert hidden.beyond_threshold is None
    assert not hidden.is_borderline


def test_a_sign_is_whole_or_has_a_reason():
    whole = {"name": SignName.LUNG_SHARE, "side": None, "unit": SignUnit.RATIO}
    with pytest.raises(ContractError):
        Sign(**whole)
    with pytest.raises(ContractError):
        Sign(**whole, value=0.5, low=0.4, high=0.6, reason=SignReason.CUT_OFF)
    with pytest.raises(ContractError):
        Sign(**whole, value=0.5, low=0.6, high=0.7)


def test_thresholds_are_published_and_only_for_the_sides_they_are_for():
    right, left = (RULES[SignName.DOME_HEIGHT].threshold_of(side) for side in Side)
    assert right is not None
    assert left is None
    published = {name for name, rule in RULES.items() if rule.threshold is not None}
    assert published == {
        SignName.DOME_HEIGHT,
        SignName.LUNG_HEIGHT,
        SignName.CARDIOTHORACIC_RATIO,
        SignName.HEART_WIDTH,
    }
    assert all(RULES[name].threshold.citation for name in published)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('unit = "cm"', 'unit = "inch"'),
        ("[signs.lung_share]", "[signs.lung_colour]"),
        ('source = "pratt_1987"', 'source = "nobody_2000"'),
        ("[sources]", "[colours]\nred = 1\n\n[sources]"),
        ("error = { chest = 0.026 }", "error = { chest = -1 }"),
        ("above = false", "above = false\nbelow = true"),
    ],
)
def test_settings_that_are_unknown_or_incomplete_are_refused(tmp_path, old, new):
    text = SIGNS_FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "signs.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError):
        load_sign_settings(file)
    with pytest.raises(SettingsError):
        SignSettings(rules={})


@pytest.fixture(scope="module")
def segmenter():
    return DeepLabSegmenter(ROOT / "weights" / "anatomy", threads=1)


@pytest.mark.parametrize("seed", [0, 2])
def test_signs_of_a_drawn_film_hold_those_of_its_outlines(segmenter, seed):
    phantom = draw_phantom(seed)
    spacing = (0.36, 0.36)
    film = Radiograph(
        pixels=phantom.pixels,
        sha256="0" * 64,
        format=ImageFormat.PNG,
        source_shape=phantom.pixels.shape,
        source_spacing_mm=spacing,
    )
    anatomy = segmenter.segment(film)
    signs = {
        (sign.name, sign.side): sign for sign in OutlineSignMeter(segmenter).measure(film, anatomy)
    }
    assert list(signs) == sorted(signs, key=lambda place: list(SignName).index(place[0]))
    lungs = {
        Side.RIGHT: phantom.masks[Structure.RIGHT_LUNG],
        Side.LEFT: phantom.masks[Structure.LEFT_LUNG],
    }
    drawn = readings(
        ChestOutline(
            lungs=lungs, fields=lungs, spine=phantom.masks[Structure.SPINE], spacing_mm=spacing
        )
    )
    for place in (
        DOME,
        (SignName.DOME_HEIGHT, Side.LEFT),
        (SignName.LUNG_HEIGHT, Side.RIGHT),
        (SignName.LUNG_HEIGHT_TO_CHEST_WIDTH, None),
        (SignName.COSTOPHRENIC_ANGLE, Side.RIGHT),
        (SignName.COSTOPHRENIC_ANGLE, Side.LEFT),
    ):
        sign, truth = signs[place], drawn[place]
        assert sign.value is not None, (place, sign.reason)
        assert sign.low <= truth.value <= sign.high, (place, truth.value, sign)
        rows, cols = film.shape
        for line in sign.lines:
            assert all(0 <= row <= rows and 0 <= col <= cols for row, col in line.points)
