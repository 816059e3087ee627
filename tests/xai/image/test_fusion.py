import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.types import Anatomy, Box, ShapeMeasure, Structure, Zone
from xai.image.fusion import fuse, read_zones

MAPS = arrays(np.float32, (6, 8), elements=st.floats(0, 1, width=32))
NOTHING = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)


def chest() -> Anatomy:
    """Six rows, eight columns; right lung columns 1-2, left lung 5-6; zones of two rows."""
    masks = {name: np.zeros((6, 8), bool) for name in Structure}
    masks[Structure.RIGHT_LUNG][:, 1:3] = True
    masks[Structure.LEFT_LUNG][:, 5:7] = True
    zones = {}
    for zone in Zone:
        lung = masks[Structure.RIGHT_LUNG if zone.side == "right" else Structure.LEFT_LUNG]
        first = {"upper": 0, "middle": 2, "lower": 4}[zone.level]
        zones[zone] = np.zeros((6, 8), bool)
        zones[zone][first : first + 2] = lung[first : first + 2]
    return Anatomy(
        masks_image=masks,
        zones_image=zones,
        thorax_image=np.ones((6, 8), bool),
        thorax_box=Box(top=0, bottom=6, left=0, right=8),
        measures=dict.fromkeys(Structure, NOTHING),
    )


def test_fusion_and_readings_by_hand():
    first = np.zeros((6, 8), np.float32)
    second = np.zeros((6, 8), np.float32)
    first[0, 1], first[2, 1] = 0.4, 0.2  # right upper 1, right middle 0.5 after its maximum
    first[0, 3] = 1.0  # between the lungs: counts for nothing
    second[0, 1], second[2, 1] = 0.125, 0.0625  # right upper 0.25, right middle 0.125
    second[5, 6] = 0.5  # left lower 1, where the first has nothing

    fusion = fuse(first, second, chest().lungs_image)
    readings = read_zones(fusion, chest())

    assert fusion.fused_image[0, 1] == 0.5  # sqrt(1 * 0.25)
    assert fusion.fused_image[2, 1] == pytest.approx(0.25)  # sqrt(0.5 * 0.125)
    assert fusion.fused_image[5, 6] == 0
    assert fusion.fused_image.sum() == 0.75
    upper = readings[Zone.RIGHT_UPPER]
    # Four pixels a zone.
    assert (upper.intensity, upper.agreement) == (0.125, 0.25)
    assert upper.share == pytest.approx(2 / 3)
    middle = readings[Zone.RIGHT_MIDDLE]
    assert (middle.intensity, middle.agreement) == pytest.approx((0.0625, 0.25))
    assert middle.share == pytest.approx(1 / 3)
    lower = readings[Zone.LEFT_LOWER]
    assert (lower.intensity, lower.share, lower.agreement) == (0, 0, 0)


def test_a_map_without_the_other_stands_at_half_its_height():
    first = np.zeros((6, 8), np.float32)
    first[0, 1], first[2, 1] = 0.4, 0.2
    outside = np.zeros((6, 8), np.float32)
    outside[0, 3] = 1.0
    for fusion in (
        fuse(first, outside, chest().lungs_image),
        fuse(outside, first, chest().lungs_image),
    ):
        assert fusion.fused_image[0, 1] == 0.5
        assert fusion.fused_image[2, 1] == pytest.approx(0.25)
        assert fusion.fused_image.sum() == 0.75


def test_empty_maps_read_as_nothing():
    empty = np.zeros((6, 8), np.float32)
    for reading in read_zones(fuse(empty, empty, chest().lungs_image), chest()).values():
        assert (reading.intensity, reading.share, reading.agreement) == (0, 0, 0)


@given(MAPS, MAPS)
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_one_and_values_stay_in_range(first, second):
    fusion = fuse(first, second, chest().lungs_image)
    readings = read_zones(fusion, chest()).values()

    total = sum(reading.share for reading in readings)
    assert total == pytest.approx(1.0 if fusion.fused_image.any() else 0.0)
    for reading in readings:
        assert 0 <= reading.intensity <= 1
        assert 0 <= reading.agreement <= 1 + 1e-9
    assert not fusion.fused_image[~chest().lungs_image].any()


@given(MAPS, MAPS)
@settings(max_examples=60, deadline=None)
def test_order_of_the_methods_does_not_matter(first, second):
    lungs = chest().lungs_image
    one, other = fuse(first, second, lungs), fuse(second, first, lungs)
    assert (one.fused_image == other.fused_image).all()


@given(MAPS)
@settings(max_examples=30, deadline=None)
def test_identical_maps_agree_wholly(both):
    for reading in read_zones(fuse(both, both, chest().lungs_image), chest()).values():
        assert reading.agreement in (0.0, 1.0)
        assert (reading.agreement == 0.0) == (reading.intensity == 0.0)
