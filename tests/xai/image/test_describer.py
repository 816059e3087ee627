import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingRefusedError
from pipeline.types import Anatomy, Box, Explanation, Grade, Method, ShapeMeasure, Structure, Zone
from xai.image.describer import ZoneDescriber
from xai.image.fuzzy_grades import load_grading

ROWS, COLS = 60, 50
NOTHING = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)
MIRRORED = {
    zone: Zone(f"{'left' if zone.side == 'right' else 'right'}_{zone.level}") for zone in Zone
}


def chest(mirrored: bool = False) -> Anatomy:
    """Two elliptic lungs of unlike width, on rows 6 to 53."""
    masks = {name: np.zeros((ROWS, COLS), np.uint8) for name in Structure}
    cv2.ellipse(masks[Structure.RIGHT_LUNG], (13, 30), (9, 24), 0, 0, 360, 1, -1)
    cv2.ellipse(masks[Structure.LEFT_LUNG], (36, 30), (7, 24), 0, 0, 360, 1, -1)
    lungs = {name: mask.astype(bool) for name, mask in masks.items()}
    if mirrored:
        lungs = {name: np.ascontiguousarray(mask[:, ::-1]) for name, mask in lungs.items()}
        right, left = lungs[Structure.RIGHT_LUNG], lungs[Structure.LEFT_LUNG]
        lungs[Structure.RIGHT_LUNG], lungs[Structure.LEFT_LUNG] = left, right
    zones = {}
    for zone in Zone:
        top = {"upper": 6, "middle": 22, "lower": 38}[zone.level]
        bottom = 55 if zone.level == "lower" else top + 16
        zones[zone] = np.zeros((ROWS, COLS), bool)
        lung = lungs[Structure.RIGHT_LUNG if zone.side == "right" else Structure.LEFT_LUNG]
        zones[zone][top:bottom] = lung[top:bottom]
    return Anatomy(
        masks_image=lungs,
        zones_image=zones,
        thorax_image=np.ones((ROWS, COLS), bool),
        thorax_box=Box(top=0, bottom=ROWS, left=0, right=COLS),
        measures=dict.fromkeys(Structure, NOTHING),
    )


def explained(grad_cam, lime) -> dict[Method, Explanation]:
    maps = {Method.GRAD_CAM: grad_cam, Method.LIME: lime}
    return {
        method: Explanation(
            method=method,
            label="pneumonia",
            raw_image=np.ascontiguousarray(found, np.float32),
            map_image=np.zeros_like(found, np.float32),
            removed_mass=0.0,
        )
        for method, found in maps.items()
    }


def smooth_map(seed: int):
    drawn = np.random.default_rng(seed).random((7, 6)).astype(np.float32) ** 3
    return np.clip(cv2.resize(drawn, (COLS, ROWS)), 0, 1)


def hot_spot(zone: Zone, spread: float):
    rows, cols = np.nonzero(chest().zones_image[zone])
    row, col = np.mgrid[:ROWS, :COLS]
    distance = (row - rows.mean()) ** 2 + (col - cols.mean()) ** 2
    return np.exp(-distance / (2 * spread**2)).astype(np.float32)


@pytest.mark.parametrize("zone", list(Zone))
def test_a_hot_spot_makes_its_zone_the_strongest(zone):
    found = ZoneDescriber().describe(explained(hot_spot(zone, 6), hot_spot(zone, 4)), chest())
    strongest = found.items[0]
    assert strongest.zone is zone
    assert strongest.share > 0.5
    assert strongest.agreement > 0.4
    assert [item.intensity for item in found.items] == sorted(
        (item.intensity for item in found.items), reverse=True
    )


def test_empty_maps_give_no_descriptors():
    empty = np.zeros((ROWS, COLS), np.float32)
    found = ZoneDescriber().describe(explained(empty, empty), chest())
    assert found.items == ()
    assert not found.fused_image.any()


def test_what_lies_outside_the_lungs_gives_no_descriptors():
    outside = (~chest().lungs_image).astype(np.float32)
    assert ZoneDescriber().describe(explained(outside, outside), chest()).items == ()


def test_zones_below_the_floors_are_left_out():
    zones = chest().zones_image
    grad_cam = np.zeros((ROWS, COLS), np.float32)
    grad_cam[zones[Zone.RIGHT_LOWER]] = 1.0
    grad_cam[zones[Zone.LEFT_UPPER]] = 0.09  # fused 0.045 with an empty LIME: below 0.05
    grad_cam[zones[Zone.LEFT_LOWER]] = 0.4
    lime = np.zeros((ROWS, COLS), np.float32)

    found = ZoneDescriber().describe(explained(grad_cam, lime), chest())

    assert [item.zone for item in found.items] == [Zone.RIGHT_LOWER, Zone.LEFT_LOWER]
    assert found.items[0].intensity == pytest.approx(0.5)
    assert found.items[0].agreement == 0
    assert found.items[0].grade is Grade.STRONG
    assert found.items[1].intensity == pytest.approx(0.2)
    # 0.2 lies 8 / 13 of the way from 0.12 to 0.25.
    assert found.items[1].memberships[Grade.MODERATE] == pytest.approx(8 / 13)
    assert found.items[1].memberships[Grade.WEAK] == pytest.approx(5 / 13)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_mirroring_the_radiograph_swaps_the_sides(seed):
    first, second = smooth_map(seed), smooth_map(seed + 1)
    plain = ZoneDescriber().describe(explained(first, second), chest())
    turned = ZoneDescriber().describe(
        explained(first[:, ::-1], second[:, ::-1]), chest(mirrored=True)
    )
    expected = {MIRRORED[item.zone]: item for item in plain.items}
    assert {item.zone for item in turned.items} == set(expected)
    for item in turned.items:
        assert item.intensity == pytest.approx(expected[item.zone].intensity)
        assert item.share == pytest.approx(expected[item.zone].share)
        assert item.agreement == pytest.approx(expected[item.zone].agreement)


@given(st.integers(0, 10_000), st.floats(0.05, 1), st.floats(0.05, 1))
@settings(max_examples=25, deadline=None)
def test_the_height_of_the_maps_does_not_matter(seed, first_factor, second_factor):
    first, second = smooth_map(seed), smooth_map(seed + 1)
    plain = ZoneDescriber().describe(explained(first, second), chest())
    scaled = ZoneDescriber().describe(
        explained(first * first_factor, second * second_factor), chest()
    )
    np.testing.assert_allclose(plain.fused_image, scaled.fused_image, atol=1e-5)
    for one, other in zip(plain.items, scaled.items, strict=True):
        assert one.intensity == pytest.approx(other.intensity, abs=1e-5)


@given(st.floats(0, 1))
def test_degrees_sum_to_one(intensity):
    degrees = load_grading().memberships(intensity)
    assert set(degrees) == set(Grade)
    assert sum(degrees.values()) == pytest.approx(1)
    assert all(0 <= degree <= 1 for degree in degrees.values())


def test_degrees_of_the_papers_examples():
    memberships = load_grading().memberships
    # 0.42 lies 7 / 15 of the way from 0.35 to 0.50; 0.18 lies 6 / 13 from 0.12 to 0.25.
    assert memberships(0.42)[Grade.STRONG] == pytest.approx(7 / 15)
    assert memberships(0.25) == {Grade.WEAK: 0, Grade.MODERATE: 1, Grade.STRONG: 0}
    assert memberships(0.18)[Grade.MODERATE] == pytest.approx(6 / 13)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "grades"),
        (
            "[grades]\nweak = [0, 0, 0.1, 0.2]\nmoderate = [0.1, 0.3, 0.4, 0.5]\n"
            "strong = [0.4, 0.5, 1, 1]\n[floors]\nintensity = 0\nshare = 0\n",
            "grades.moderate",
        ),
        (
            "[grades]\nweak = [0, 0, 0.1, 0.2]\nmoderate = [0.1, 0.2, 0.4, 0.5]\n"
            "strong = [0.4, 0.5, 0.9, 1]\n[floors]\nintensity = 0\nshare = 0\n",
            "grades.strong",
        ),
        (
            "[grades]\nweak = [0, 0, 0.1, 0.2]\nstrong = [0.1, 0.2, 1, 1]\n"
            "[floors]\nintensity = 0\nshare = 0\n",
            "grades.moderate",
        ),
        (
            "[grades]\nweak = [0, 0, 0.1, 0.2]\nmoderate = [0.1, 0.2, 0.4, 0.5]\n"
            "strong = [0.4, 0.5, 1, 1]\n[floors]\nintensity = 2\nshare = 0\n",
            "floors.intensity",
        ),
    ],
)
def test_functions_that_leave_a_gap_are_refused(text, field, tmp_path):
    file = tmp_path / "grades.toml"
    file.write_text(text)
    with pytest.raises(SettingRefusedError) as caught:
        load_grading(file)
    assert caught.value.parameters["source"] == "grades.toml"
    assert caught.value.parameters["field"] == field
