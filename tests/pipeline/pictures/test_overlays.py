"""Pictures of a case: colours and opacities worked out by hand on tiny radiographs."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.errors import ContractError
from pipeline.pictures.overlays import (
    AGAINST_COLOUR,
    FOR_COLOUR,
    STRUCTURE_COLOURS,
    anatomy_overlay,
    colour_bar,
    colours_of,
    encode_jpeg,
    encode_png,
    grey_picture,
    light_zone,
    reduced,
    reduced_shape,
    saliency_overlay,
    signed_colour_bar,
    signed_overlay,
    zone_diagram,
    zone_outlines,
)
from pipeline.types import (
    Anatomy,
    Box,
    Descriptor,
    Descriptors,
    Grade,
    ImageFormat,
    Radiograph,
    ShapeMeasure,
    Structure,
    Zone,
)

SIDE = 120


def radiograph(value: float = 0.4, side: int = SIDE) -> Radiograph:
    return Radiograph(
        pixels=np.full((side, side), value, np.float32),
        sha256="0" * 64,
        format=ImageFormat.PNG,
        source_shape=(side, side),
    )


def chest() -> Anatomy:
    """Right lung in columns 10-49, left lung in 70-109, both in rows 15-104."""
    empty = np.zeros((SIDE, SIDE), np.bool_)
    masks = {structure: empty.copy() for structure in Structure}
    zones = {}
    for side, first in (("right", 10), ("left", 70)):
        masks[Structure(f"{side}_lung")][15:105, first : first + 40] = True
        for index, level in enumerate(("upper", "middle", "lower")):
            zone = empty.copy()
            zone[15 + 30 * index : 45 + 30 * index, first : first + 40] = True
            zones[Zone(f"{side}_{level}")] = zone
    thorax = empty.copy()
    thorax[10:110, 5:115] = True
    measure = ShapeMeasure(area_share=0.25, area_mm2=None, height_to_width=2.25, solidity=1.0)
    return Anatomy(
        masks_image=masks,
        zones_image=zones,
        thorax_image=thorax,
        thorax_box=Box(top=10, bottom=110, left=5, right=115),
        measures=dict.fromkeys(Structure, measure),
    )


def described(zone: Zone, intensity: float) -> Descriptors:
    item = Descriptor(
        zone=zone,
        intensity=intensity,
        share=1.0,
        agreement=1.0,
        memberships={Grade.WEAK: 0.0, Grade.MODERATE: 0.0, Grade.STRONG: 1.0},
    )
    return Descriptors(fused_image=np.zeros((SIDE, SIDE), np.float32), items=(item,))


def test_grey_picture_scales_and_repeats() -> None:
    pixels = np.array([[0.0, 0.5], [0.2, 1.0]], np.float32)
    radiograph = Radiograph(
        pixels=pixels, sha256="0" * 64, format=ImageFormat.PNG, source_shape=(2, 2)
    )
    picture = grey_picture(radiograph)
    assert picture[:, :, 0].tolist() == [[0, 128], [51, 255]]
    assert (picture == picture[:, :, :1]).all()


def test_anatomy_overlay_mixes_the_colour_inside_and_leaves_the_rest() -> None:
    picture = anatomy_overlay(radiograph(0.4), chest(), opacity=0.5)
    assert picture[60, 60].tolist() == [102, 102, 102]
    red, green, blue = STRUCTURE_COLOURS[Structure.RIGHT_LUNG]
    assert picture[60, 30].tolist() == [(102 + red) // 2, (102 + green) // 2, round(167.5)]
    assert blue == 233
    # the patient's right lung is at small columns
    assert picture[60, 30].tolist() != picture[60, 90].tolist()
    # the outline stays solid whatever the opacity
    edge = anatomy_overlay(radiograph(), chest(), opacity=0)[60, 10]
    np.testing.assert_allclose(edge, (red, green, blue), atol=30)  # smoothed lines


def test_every_structure_has_a_colour_of_its_own() -> None:
    assert set(STRUCTURE_COLOURS) == set(Structure)
    assert len(set(STRUCTURE_COLOURS.values())) == len(Structure)


def test_a_case_from_before_hearts_were_outlined_is_drawn_without_one() -> None:
    with_empty = chest()
    masks = {name: mask for name, mask in with_empty.masks_image.items() if name != "heart"}
    earlier = replace(with_empty, masks_image=masks)
    drawn = [anatomy_overlay(radiograph(0.4), found) for found in (earlier, with_empty)]
    assert (drawn[0] == drawn[1]).all()


def test_saliency_overlay_follows_strength_and_threshold() -> None:
    saliency = np.zeros((SIDE, SIDE), np.float32)
    saliency[0, 0], saliency[0, 1], saliency[0, 2] = 1.0, 0.25, 0.1
    picture = saliency_overlay(radiograph(0.4), saliency, 0.8, threshold=0.2)
    strongest, quarter = colours_of(np.array([[1.0, 0.25]], np.float32))[0].astype(float)
    np.testing.assert_allclose(picture[0, 0], 102 + 0.8 * (strongest - 102), atol=0.51)
    np.testing.assert_allclose(picture[0, 1], 102 + 0.2 * (quarter - 102), atol=0.51)
    assert picture[0, 2].tolist() == [102, 102, 102]
    assert picture[50, 50].tolist() == [102, 102, 102]


def test_saliency_overlay_refuses_another_grid() -> None:
    with pytest.raises(ContractError):
        saliency_overlay(radiograph(), np.zeros((3, 3), np.float32))


def test_outlines_are_drawn_on_a_copy() -> None:
    picture = grey_picture(radiograph())
    drawn = zone_outlines(picture, chest().zones_image)
    assert drawn[15, 30].min() > 220
    assert drawn[30, 30].tolist() == [102, 102, 102]
    assert (picture == 102).all()


@pytest.mark.parametrize("own_lungs", [False, True])
def test_zone_diagram_shades_the_zone_described(own_lungs: bool) -> None:
    drawing = zone_diagram(
        described(Zone.RIGHT_LOWER, 1.0), {}, anatomy=chest() if own_lungs else None, side_px=120
    )
    strongest = colours_of(np.ones((1, 1), np.float32))[0, 0]
    rows, cols = np.nonzero((drawing == strongest).all(axis=2))
    assert rows.size > 300
    assert rows.min() > 70
    assert cols.max() < 60


def test_zone_diagram_writes_cyrillic() -> None:
    plain = zone_diagram(described(Zone.LEFT_UPPER, 0.0), {})
    russian = zone_diagram(described(Zone.LEFT_UPPER, 0.0), {Zone.LEFT_UPPER: "слабо"})
    other = zone_diagram(described(Zone.LEFT_UPPER, 0.0), {Zone.LEFT_UPPER: "жжжжж"})
    changed = (plain != russian).any(axis=2)
    rows, cols = np.nonzero(changed)
    assert changed.any()
    assert cols.min() > 240
    assert rows.max() < 240
    # boxes for missing letters would be alike
    assert (russian != other).any()


def test_colour_bar_rises_in_lightness() -> None:
    bar = colour_bar(2, 64)
    lightness = cv2.cvtColor(bar, cv2.COLOR_RGB2LAB)[0, :, 0].astype(int)
    assert (np.diff(lightness) >= -1).all()
    assert lightness[-1] - lightness[0] > 150


def test_png_round_trip_keeps_channel_order() -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[0, 0] = (255, 10, 20)
    data = encode_png(picture)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded[0, 0].tolist() == [20, 10, 255]
    assert encode_png(picture) == data


def test_a_picture_is_reduced_to_the_longest_side_and_never_enlarged() -> None:
    picture = np.zeros((40, 20, 3), np.uint8)
    picture[::2] = 200  # rows of 200 and 0 average to 100
    small = reduced(picture, 20)
    assert small.shape == (20, 10, 3)
    assert np.unique(small).tolist() == [100]
    assert reduced(picture, 40) is picture


def test_encode_jpeg_keeps_red_red() -> None:
    data = encode_jpeg(np.full((16, 16, 3), (250, 10, 20), np.uint8))
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(decoded[8, 8].astype(int) - (20, 10, 250)).max() < 6


def test_a_lit_zone_is_tinted_within_and_edged_in_yellow_and_black() -> None:
    picture = grey_picture(radiograph(0.4))  # grey 102
    mask = chest().zones_image[Zone.RIGHT_MIDDLE]  # rows 45-74, columns 10-49
    lit = light_zone(picture, mask)
    assert lit[60, 30].tolist() == [119, 117, 98]  # 102 + 0.12 * (240 - 102), and so on
    assert lit[45, 30].tolist() == [240, 228, 66]
    assert lit[42, 30].max() < 50
    assert lit[20, 30].tolist() == [102, 102, 102]
    assert picture[60, 30].tolist() == [102, 102, 102]  # a copy was drawn on


@pytest.mark.parametrize(
    ("shape", "longest", "small"),
    [((1024, 900), 768, (768, 675)), ((500, 1000), 768, (384, 768)), ((300, 200), 768, (300, 200))],
)
def test_a_picture_is_reduced_in_its_own_proportions(
    shape: tuple[int, int], longest: int, small: tuple[int, int]
) -> None:
    assert reduced_shape(shape, longest) == small
    assert reduced(np.zeros((*shape, 3), np.uint8), longest).shape == (*small, 3)


def test_signed_overlay_by_hand() -> None:
    signed = np.zeros((2, 2), np.float32)
    signed[0, 0], signed[0, 1], signed[1, 0] = 1.0, -0.5, 0.1
    picture = signed_overlay(radiograph(0.4, 2), signed, 0.5, threshold=0.2)
    # 0.4 is grey 102; half orange (230, 159, 0), a quarter blue (0, 114, 178), nothing, nothing.
    expected = [[[166, 130, 51], [76, 105, 121]], [[102, 102, 102], [102, 102, 102]]]
    assert picture.tolist() == expected


def test_signed_overlay_of_another_grid_is_refused() -> None:
    with pytest.raises(ContractError):
        signed_overlay(radiograph(0.4, 4), np.zeros((2, 2), np.float32))


def test_signed_colour_bar_runs_from_against_over_grey_to_for() -> None:
    bar = signed_colour_bar(1, 3)
    assert bar.tolist() == [[list(AGAINST_COLOUR), [128, 128, 128], list(FOR_COLOUR)]]
