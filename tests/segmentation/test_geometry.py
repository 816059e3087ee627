import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ChestNotFoundError
from pipeline.types import Side, Structure, Zone
from segmentation.geometry import (
    largest_parts,
    measure,
    thorax_of,
    two_lungs,
    unbroken,
    warnings_of,
    zones_of,
)


def rectangle(rows, cols, top, bottom, left, right):
    mask = np.zeros((rows, cols), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_largest_parts_drops_islands_and_fills_holes():
    mask = rectangle(40, 40, 5, 25, 5, 15)  # 200 pixels
    mask[10, 10] = False
    mask[30:32, 30:32] = True  # 4 pixels, under a tenth
    kept = largest_parts(mask)
    assert kept.sum() == 200
    assert kept[10, 10]
    assert not kept[30:32, 30:32].any()


def test_two_lungs_refuses_swapped_sides_and_missing_lungs():
    right, left = rectangle(50, 50, 10, 40, 5, 20), rectangle(50, 50, 10, 40, 30, 45)
    found_right, found_left = two_lungs(right, left)
    assert (found_right == right).all()
    assert (found_left == left).all()
    with pytest.raises(ChestNotFoundError):
        two_lungs(left, right)
    with pytest.raises(ChestNotFoundError):
        two_lungs(right, np.zeros_like(left))


def test_zones_are_thirds_of_the_height():
    zones = zones_of(rectangle(60, 20, 10, 40, 2, 8), Side.LEFT)
    assert {
        zone: np.flatnonzero(mask.any(axis=1))[[0, -1]].tolist() for zone, mask in zones.items()
    } == {
        Zone.LEFT_UPPER: [10, 19],
        Zone.LEFT_MIDDLE: [20, 29],
        Zone.LEFT_LOWER: [30, 39],
    }


@given(st.integers(0, 20), st.integers(3, 60), st.integers(0, 2**32 - 1))
def test_zones_tile_the_lung(top, height, seed):
    lung = np.zeros((90, 30), bool)
    lung[top : top + height] = np.random.default_rng(seed).random((height, 30)) < 0.7
    lung[top, 0] = lung[top + height - 1, 0] = True
    zones = list(zones_of(lung, Side.RIGHT).values())
    assert (sum(zone.astype(int) for zone in zones) == lung).all()


def test_measure_in_millimetres_and_without_spacing():
    mask = rectangle(100, 100, 10, 50, 20, 40)  # 40 x 20 pixels
    with_spacing = measure(mask, (0.5, 2.0))
    assert with_spacing.area_share == 0.08
    assert with_spacing.area_mm2 == 800
    assert with_spacing.height_to_width == (40 * 0.5) / (20 * 2.0)
    assert with_spacing.solidity == 1
    without = measure(mask, None)
    assert without.area_mm2 is None
    assert without.height_to_width == 2
    assert measure(np.zeros((4, 4), bool), None).area_share == 0


def test_thorax_holds_both_lungs_and_what_lies_between():
    lungs = rectangle(100, 100, 20, 80, 10, 40) | rectangle(100, 100, 20, 80, 60, 90)
    thorax, box = thorax_of(lungs)
    assert thorax[lungs].all()
    assert thorax[50, 50]
    assert not thorax[5, 5]
    # 4 % of the lungs' width of 80 pixels is 3 pixels on each side.
    assert (box.top, box.bottom, box.left, box.right) == (17, 83, 7, 93)


def test_warnings_name_what_is_implausible():
    right, left = rectangle(100, 100, 10, 80, 10, 40), rectangle(100, 100, 10, 80, 60, 90)
    spine, abdomen = rectangle(100, 100, 10, 80, 45, 55), rectangle(100, 100, 82, 100, 10, 90)
    good = {
        Structure.RIGHT_LUNG: right,
        Structure.LEFT_LUNG: left,
        Structure.SPINE: spine,
        Structure.ABDOMEN: abdomen,
        Structure.HEART: rectangle(100, 100, 40, 80, 35, 70),
    }
    assert warnings_of(good) == ()
    broken = spine.copy()
    broken[40:50] = False
    assert warnings_of({**good, Structure.SPINE: broken}) == ("spine_broken",)
    small = rectangle(100, 100, 10, 30, 60, 75)
    nothing = np.zeros_like(spine)
    assert warnings_of({**good, Structure.HEART: nothing}) == ("heart_missing",)
    assert warnings_of(
        {**good, Structure.LEFT_LUNG: small, Structure.SPINE: nothing, Structure.ABDOMEN: nothing}
    ) == ("lung_small", "lungs_uneven", "spine_missing", "abdomen_missing")
    assert warnings_of({**good, Structure.LEFT_LUNG: rectangle(100, 100, 0, 80, 60, 90)}) == (
        "touches_border",
    )


def test_a_broken_column_is_joined_in_a_straight_line():
    column = np.zeros((12, 12), bool)
    column[1:3, 2:5] = True
    column[7:10, 6:9] = True
    joined = unbroken(column)
    assert cv2.connectedComponents(joined.astype(np.uint8))[0] == 2
    assert (joined & column).sum() == column.sum()
    two_abreast = column | np.roll(column, 5, axis=1)
    assert cv2.connectedComponents(unbroken(two_abreast).astype(np.uint8))[0] == 2
    assert np.flatnonzero(joined[4]).tolist() == [4, 5, 6]
    assert not joined[0].any()
    assert not joined[10:].any()
    assert not unbroken(np.zeros((4, 4), bool)).any()
