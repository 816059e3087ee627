"""The geometry of hyperinflation on chests whose every measurement is known in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.types import MeasurementPart, MeasurementReason, Side
from segmentation.chest_outline import ChestOutline
from segmentation.lung_contour import lung_contour
from segmentation.measurements import ANGLE_FROM, ANGLE_TO, Reading, readings
from tests.segmentation.chest_phantom import ChestPhantom, mirrored

EXACT = 0.02


def values(chest):
    return {
        place: found.value if isinstance(found, Reading) else found
        for place, found in readings(chest).items()
    }


def known(phantom):
    """What geometry says of a phantom."""
    height = phantom.length - _highest(phantom)
    heart = phantom.heart_half_width
    beyond = phantom.gap / 2 / heart
    segment = (
        heart * phantom.heart_half_height * (math.acos(beyond) - beyond * math.sqrt(1 - beyond**2))
    )
    under = phantom.width * phantom.rise / 2 + 2 / 3 * phantom.line * phantom.dome
    lungs = 2 * (phantom.width * phantom.length - under)
    hull = phantom.chest_width * phantom.length
    found = {
        ("lung_height", Side.RIGHT): height / 10,
        ("lung_height_to_chest_width", None): height / phantom.chest_width,
        ("cardiothoracic_ratio", None): 2 * heart / phantom.chest_width,
        ("heart_width", None): 2 * heart / 10,
        ("lung_share", None): (lungs - 2 * segment) / hull,
    }
    for side in Side:
        found["dome_height", side] = phantom.dome / 10
        found["dome_height_ratio", side] = phantom.dome / phantom.line
        found["costophrenic_angle", side] = _angle(phantom)
    return found


def _highest(phantom):
    """How far the top of the diaphragm lies above the costophrenic angle."""
    u = np.linspace(0, 1, 10001)
    slope = phantom.width / phantom.line
    return float((u * phantom.rise + 4 * phantom.dome * u * (1 - u) * slope).max())


def _angle(phantom):
    """Between the upright wall and the parabola near it.

    The straight line of least squares through a span of a parabola has the slope of the
    parabola in the span's middle.
    """
    across, dome, line = phantom.width, phantom.dome, phantom.line
    tilt = math.atan2(phantom.rise, across)

    def reach(u):
        return math.hypot(u * line, 4 * dome * u * (1 - u))

    grid = np.linspace(0, 1, 20001)
    away = np.array([reach(u) for u in grid])
    start, end = (grid[np.argmax(away >= part * across)] for part in (ANGLE_FROM, ANGLE_TO))
    slope = 4 * dome / line * (1 - start - end)
    return 90 - math.degrees(tilt + math.atan(slope))


@pytest.mark.parametrize(
    "phantom",
    [
        ChestPhantom(),
        ChestPhantom(dome=12, length=280),  # flat and long
        ChestPhantom(dome=45, length=200, heart_half_width=80, spacing=(0.5, 0.3)),
    ],
    ids=["normal", "flattened", "short"],
)
def test_every_measurement_of_a_chest_with_level_domes(phantom):
    found = values(phantom.outline())
    expected = known(phantom)
    assert set(found) == set(expected)
    for place, value in expected.items():
        assert found[place] == pytest.approx(value, rel=EXACT), place


@settings(deadline=None, max_examples=25)
@given(
    dome=st.floats(10, 40),
    rise=st.floats(0, 50),
    length=st.floats(180, 300),
    width=st.floats(90, 140),
    row_mm=st.floats(0.3, 0.6),
    col_mm=st.floats(0.3, 0.6),
)
def test_domes_heights_and_angles_of_any_chest(dome, rise, length, width, row_mm, col_mm):
    phantom = ChestPhantom(
        dome=dome, rise=rise, length=length, width=width, spacing=(row_mm, col_mm)
    )
    found, expected = values(phantom.outline()), known(phantom)
    pixel = max(row_mm, col_mm)
    for side in Side:
        height = found["dome_height", side]
        assert height == pytest.approx(dome / 10, rel=EXACT, abs=pixel / 10)
        angle = found["costophrenic_angle", side]
        assert angle == pytest.approx(expected["costophrenic_angle", side], rel=EXACT, abs=0.7)
    for place in (
        ("lung_height", Side.RIGHT),
        ("lung_height_to_chest_width", None),
        ("cardiothoracic_ratio", None),
    ):
        assert found[place] == pytest.approx(expected[place], rel=EXACT), place


def test_a_mirrored_radiograph_swaps_the_sides():
    chest = ChestPhantom(rise=20).outline()
    # A right lung of another shape than the left one.
    other = ChestPhantom(rise=5, dome=35).outline()
    lungs = {Side.RIGHT: other.lungs[Side.RIGHT], Side.LEFT: chest.lungs[Side.LEFT]}
    uneven = replace(chest, lungs=lungs, fields={side: lungs[side] for side in Side})
    uneven = replace(uneven, fields={side: lungs[side] & chest.fields[side] for side in Side})
    found, turned = values(uneven), values(mirrored(uneven))
    for (name, side), value in turned.items():
        swapped = {Side.RIGHT: Side.LEFT, Side.LEFT: Side.RIGHT, None: None}[side]
        if name != "lung_height":  # of the right lung only
            assert value == pytest.approx(found[name, swapped], rel=1e-9), (name, side)
    domes = [found["dome_height", side] for side in Side]
    assert domes == pytest.approx([3.5, 2.2], rel=EXACT)


def test_lines_lie_where_the_measure_was_taken():
    phantom = ChestPhantom()
    found = readings(phantom.outline())
    dome = found["dome_height", Side.LEFT]
    (part, line), (_, upright) = dome.lines
    foot = phantom.top + phantom.length
    outer = phantom.margin + phantom.chest_width
    assert part is MeasurementPart.DIAPHRAGM
    assert line == pytest.approx(np.array([[outer, foot], [outer - phantom.width, foot]]), abs=0.6)
    assert np.ptp(upright[:, 1]) == pytest.approx(phantom.dome, rel=EXACT)
    heart = [line for part, line in found["heart_width", None].lines[:2]]
    assert [arm[1, 0] for arm in heart] == pytest.approx([phantom.centre] * 2, abs=0.5)
    ends = [arm[0, 0] - phantom.centre for arm in heart]
    assert ends == pytest.approx([-65, 65], abs=1)


def test_without_spacing_there_are_shares_and_no_centimetres():
    found = values(replace(ChestPhantom().outline(), spacing_mm=None))
    for name in ("dome_height", "lung_height"):
        assert found[name, Side.RIGHT] is MeasurementReason.NO_SPACING
    assert found["heart_width", None] is MeasurementReason.NO_SPACING
    assert found["dome_height_ratio", Side.RIGHT] == pytest.approx(22 / 120, rel=EXACT)


def test_what_is_cut_off_by_the_radiographs_border_is_not_measured():
    chest = ChestPhantom().outline()
    below = round((ChestPhantom().top + ChestPhantom().length - 10) / 0.4)  # above both angles
    found = values(_cropped(chest, slice(0, below), slice(None)))
    for side in Side:
        assert found["dome_height", side] is MeasurementReason.CUT_OFF
        assert found["costophrenic_angle", side] is MeasurementReason.CUT_OFF
    assert found["cardiothoracic_ratio", None] == pytest.approx(130 / 290, rel=EXACT)
    beside = values(_cropped(chest, slice(None), slice(100, None)))  # through the right lung
    assert beside["cardiothoracic_ratio", None] is MeasurementReason.CUT_OFF
    assert beside["lung_share", None] is MeasurementReason.CUT_OFF
    assert beside["dome_height", Side.RIGHT] is MeasurementReason.CUT_OFF
    assert beside["dome_height", Side.LEFT] == pytest.approx(2.2, rel=EXACT)
    above = values(_cropped(chest, slice(150, None), slice(None)))  # through both apices
    assert above["lung_height", Side.RIGHT] is MeasurementReason.CUT_OFF
    assert above["dome_height", Side.RIGHT] == pytest.approx(2.2, rel=EXACT)


def test_a_field_with_holes_tells_nothing_of_the_heart():
    chest = ChestPhantom().outline()
    torn = chest.fields[Side.LEFT].copy()
    torn[150:350, 700:790] = False
    found = values(replace(chest, fields={**chest.fields, Side.LEFT: torn}))
    assert found["cardiothoracic_ratio", None] is MeasurementReason.HEART_HIDDEN
    assert found["lung_share", None] is MeasurementReason.HEART_HIDDEN


def test_a_chest_without_a_heart_has_no_cardiothoracic_ratio():
    found = values(ChestPhantom().outline(heart=False))
    for name in ("cardiothoracic_ratio", "heart_width"):
        assert found[name, None] is MeasurementReason.HEART_HIDDEN


def test_a_heart_that_hides_the_left_diaphragm_is_measured_by_its_own_outline():
    phantom = ChestPhantom(heart_half_width=130, heart_half_height=80)
    ratio = values(phantom.outline())["cardiothoracic_ratio", None]
    assert ratio == pytest.approx(260 / 290, rel=EXACT)


def test_a_heart_that_reaches_beyond_the_chest_is_no_heart():
    beyond = ChestPhantom(heart_half_width=150).outline()
    found = values(replace(beyond, fields=beyond.lungs))
    assert found["cardiothoracic_ratio", None] is MeasurementReason.OUTLINE_UNSURE


def test_a_rotated_chest_has_no_cardiothoracic_ratio():
    chest = ChestPhantom().outline()
    found = values(replace(chest, spine=np.roll(chest.spine, 60, axis=1)))  # 24 of 290 mm
    assert found["cardiothoracic_ratio", None] is MeasurementReason.ASYMMETRIC
    assert found["heart_width", None] is MeasurementReason.ASYMMETRIC
    unsure = values(replace(chest, spine=np.zeros_like(chest.spine)))
    assert unsure["cardiothoracic_ratio", None] is MeasurementReason.OUTLINE_UNSURE


def test_a_lung_that_is_lowest_in_the_middle_has_no_costophrenic_angle():
    chest = ChestPhantom().outline()
    lung = np.zeros_like(chest.spine)
    rows, cols = np.nonzero(chest.lungs[Side.RIGHT])
    left, right = cols.min(), cols.max()
    for col in range(left, right):  # the base slopes down to the middle
        lung[rows.min() : rows.max() - (right - col), col] = True
    found = values(replace(chest, lungs={**chest.lungs, Side.RIGHT: lung}))
    assert found["dome_height", Side.RIGHT] is MeasurementReason.ANGLE_HIDDEN
    assert found["costophrenic_angle", Side.RIGHT] is MeasurementReason.ANGLE_HIDDEN
    assert found["lung_height_to_chest_width", None] is MeasurementReason.ANGLE_HIDDEN
    assert lung_contour(np.zeros((9, 9), bool), Side.RIGHT, (1.0, 1.0)) is None


def test_a_short_piece_of_diaphragm_is_not_a_dome():
    phantom = ChestPhantom()
    chest = phantom.outline()
    # The heart's border slants from the middle of the medial border to that of the base.
    rows, cols = np.indices(chest.spine.shape) * 0.4
    down = (rows - 150) / (phantom.top + phantom.length - 150)
    lung = chest.lungs[Side.LEFT] & (cols > phantom.centre + 25 + 60 * np.maximum(down, 0))
    found = values(replace(chest, lungs={**chest.lungs, Side.LEFT: lung}))
    assert found["dome_height", Side.LEFT] is MeasurementReason.DIAPHRAGM_HIDDEN
    assert found["dome_height", Side.RIGHT] == pytest.approx(2.2, rel=EXACT)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_whatever_is_outlined_gives_a_finite_value_or_a_reason(seed):
    random = np.random.default_rng(seed)
    shape = (80, 90)
    rows, cols = np.indices(shape)

    def blob():
        mask = np.zeros(shape, bool)
        for _ in range(random.integers(0, 4)):
            row, col, high, wide = random.uniform((0, 0, 1, 1), (80, 90, 45, 40))
            mask |= ((rows - row) / high) ** 2 + ((cols - col) / wide) ** 2 < 1
        return mask & (random.random(shape) < random.choice([0.9, 1.0]))

    chest = ChestOutline(
        lungs={side: blob() for side in Side},
        fields={side: blob() for side in Side},
        heart=blob(),
        spine=blob(),
        spacing_mm=(0.7, 0.5),
    )
    for place, found in readings(chest).items():
        if isinstance(found, Reading):
            assert np.isfinite(found.value), place
            assert found.value >= 0
            assert all(np.isfinite(line).all() for _, line in found.lines)
        else:
            assert found in MeasurementReason


def _cropped(chest, rows, cols):
    return replace(
        chest,
        lungs={side: mask[rows, cols] for side, mask in chest.lungs.items()},
        fields={side: mask[rows, cols] for side, mask in chest.fields.items()},
        heart=chest.heart[rows, cols],
        spine=chest.spine[rows, cols],
    )
