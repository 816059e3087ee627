"""The zones' polygons: corners worked out by hand, and the phantom's zones covered."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phantom.drawing import draw_phantom
from pipeline.pictures.zone_polygons import zone_polygons
from pipeline.types import Zone

SCALE = 8  # polygons are filled on a finer grid, so that half a pixel shows


def traced(mask):
    return zone_polygons({Zone.RIGHT_UPPER: mask})[Zone.RIGHT_UPPER]


def filled(polygons, shape):
    """The share of each pixel that the polygons cover, by the even-odd rule."""
    fine = np.zeros((shape[0] * SCALE, shape[1] * SCALE), np.uint8)
    # OpenCV fills what lies under the border as well: half a fine pixel too much all around.
    cv2.fillPoly(fine, [polygon * SCALE for polygon in polygons], 1)
    return fine.reshape(shape[0], SCALE, shape[1], SCALE).mean(axis=(1, 3))


def overlap(polygons, mask):
    cover = filled(polygons, mask.shape)
    return np.minimum(cover, mask).sum() / np.maximum(cover, mask).sum()


def test_a_rectangle_is_traced_along_the_edges_of_its_pixels():
    mask = np.zeros((100, 80), np.bool_)
    mask[10:30, 20:60] = True
    (polygon,) = traced(mask)
    assert {tuple(point) for point in polygon.tolist()} == {(20, 10), (60, 10), (60, 30), (20, 30)}


def test_a_zone_that_fills_the_radiograph_reaches_its_border():
    (polygon,) = traced(np.ones((40, 30), np.bool_))
    assert polygon.min(axis=0).tolist() == [0, 0]
    assert polygon.max(axis=0).tolist() == [30, 40]


def test_a_hole_is_a_polygon_of_its_own_and_an_empty_zone_has_none():
    mask = np.zeros((100, 100), np.bool_)
    mask[20:80, 20:80] = True
    mask[40:60, 40:60] = False
    outer, hole = sorted(traced(mask), key=lambda polygon: polygon[:, 0].min())
    assert {tuple(point) for point in outer.tolist()} == {(20, 20), (80, 20), (80, 80), (20, 80)}
    assert hole.min(axis=0).tolist() == [40, 40]
    assert hole.max(axis=0).tolist() == [60, 60]
    assert overlap((outer, hole), mask) > 0.99
    assert traced(np.zeros((10, 10), np.bool_)) == ()


@pytest.mark.parametrize("shape", [(192, 160), (1024, 896)])
def test_the_polygons_of_a_phantom_cover_its_zones_with_few_points(shape):
    zones = draw_phantom(0, Zone.RIGHT_LOWER, shape).zones
    for zone, polygons in zone_polygons(zones).items():
        assert overlap(polygons, zones[zone]) > 0.97, zone
        assert sum(len(polygon) for polygon in polygons) < 80, zone


@given(
    row=st.integers(0, 60),
    col=st.integers(0, 60),
    height=st.integers(3, 40),
    width=st.integers(3, 40),
)
def test_any_rectangle_keeps_its_area(row, col, height, width):
    mask = np.zeros((100, 100), np.bool_)
    mask[row : row + height, col : col + width] = True
    (polygon,) = traced(mask)
    assert cv2.contourArea(polygon.astype(np.float32)) == height * width
