"""The part of a radiograph that is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.viewport import LARGEST_ZOOM, Viewport, view_of

SHAPE = (800, 400)
shares = st.floats(0, 1)
zooms = st.floats(1.01, LARGEST_ZOOM)


def test_the_first_view_is_the_whole_radiograph():
    assert Viewport().is_whole
    assert Viewport().ranges(SHAPE) == ((0, 400), (0, 800))


def test_a_radiograph_is_enlarged_around_its_middle_and_moved_to_its_edges():
    twice = Viewport().enlarged(2)
    assert twice.ranges(SHAPE) == ((100, 300), (200, 600))
    assert twice.moved(across=0).ranges(SHAPE) == ((0, 200), (200, 600))
    assert twice.moved(across=1, down=1).ranges(SHAPE) == ((200, 400), (400, 800))
    assert (twice.moved(down=0.25).across, twice.moved(down=0.25).down) == (0.5, 0.25)


def test_a_smaller_zoom_stays_on_the_radiograph():
    corner = Viewport().enlarged(4).moved(across=1, down=0)
    assert corner.enlarged(2).ranges(SHAPE) == ((200, 400), (0, 400))
    assert corner.enlarged(0.5).ranges(SHAPE) == ((0, 400), (0, 800))
    assert Viewport().enlarged(99).zoom == LARGEST_ZOOM


def test_a_part_of_other_proportions_is_shown_whole():
    assert view_of((100, 200, 400, 800), SHAPE).ranges(SHAPE) == ((50, 250), (400, 800))


def test_a_part_beyond_the_radiograph_is_moved_onto_it():
    assert view_of((-100, 100, -200, 200), SHAPE).ranges(SHAPE) == ((0, 200), (0, 400))
    assert view_of((7, 7, 9, 9), SHAPE).zoom == LARGEST_ZOOM


@given(zooms, shares, shares)
def test_a_view_is_found_again_from_its_ranges(zoom, across, down):
    view = Viewport().enlarged(zoom).moved(across=across, down=down)
    (left, right), (top, bottom) = view.ranges(SHAPE)
    assert 0 <= left + 1e-6 < right <= 400 + 1e-6 and 0 <= top + 1e-6 < bottom <= 800 + 1e-6
    again = view_of((left, right, top, bottom), SHAPE)
    assert (again.zoom, again.col, again.row) == pytest.approx((view.zoom, view.col, view.row))
    assert (view.across, view.down) == pytest.approx((across, down), abs=1e-6)
