"""The lungs are whole behind the heart, and grow nowhere else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.types import Side, Structure
from segmentation.behind_heart import (
    SMALLEST_BAY,
    with_the_part_behind_the_heart,
    without_bays,
)
from segmentation.network import OUTPUTS
from segmentation.segmenter import structures


def drawn(mark, *rows):
    return np.array([[mark == found for found in row] for row in rows])


CHEST = (  # a left lung (l) with a hook around the heart (h) and the abdomen (a) under both
    "...llll.",
    "..lllll.",
    "....llll",  # the aorta's bay lies above the heart
    "..llllll",
    "hhllllll",
    "hhh.lll.",
    "hhhhhlll",
    "hhlhhlll",
    "hhllhhll",
    "hhllllll",
    "aaaaalll",
    "aaaaaall",
)
LUNG, HEART, ABDOMEN = (drawn(mark, *CHEST) for mark in "lha")
WHOLE = drawn(
    "l",
    "...llll.",
    "..lllll.",
    "....llll",
    "..llllll",
    "..llllll",
    "..lllll.",
    "..llllll",
    "..llllll",
    "..llllll",
    "..llllll",
    ".....lll",
    "......ll",
)


def test_a_lung_goes_on_behind_the_heart_and_what_lies_between_their_outlines():
    found = with_the_part_behind_the_heart(LUNG, HEART, ABDOMEN)
    assert (found == WHOLE).all()


def test_the_right_lung_is_its_mirror():
    found = with_the_part_behind_the_heart(LUNG[:, ::-1], HEART[:, ::-1], ABDOMEN[:, ::-1])
    assert (found == WHOLE[:, ::-1]).all()


def test_a_heart_that_hides_the_lung_to_the_diaphragm_ends_there():
    heart = HEART | (ABDOMEN & (np.arange(12) == 10)[:, None])  # it reaches into the abdomen
    lung = LUNG & (np.arange(12) < 7)[:, None]
    found = with_the_part_behind_the_heart(lung, heart, ABDOMEN)
    assert found[7:10, 2:5].all()
    assert not found[10:].any()


def test_a_lung_that_is_whole_stays_as_it_was():
    bay, slit = WHOLE.copy(), WHOLE.copy()
    bay[6:8, 2] = slit[6, 2] = False
    assert 1 / slit.sum() < SMALLEST_BAY < 2 / bay.sum()
    assert (with_the_part_behind_the_heart(bay, HEART, ABDOMEN) == WHOLE).all()
    assert (with_the_part_behind_the_heart(slit, HEART, ABDOMEN) == slit).all()


def test_a_lung_does_not_go_on_into_the_spine():
    spine = (np.arange(8) < 3)[None, :] & ~LUNG
    found = with_the_part_behind_the_heart(LUNG, HEART, ABDOMEN | spine)
    assert (found == WHOLE & ~spine).all()


def test_without_a_heart_a_lung_stays_as_it_was():
    nothing = np.zeros_like(HEART)
    assert (with_the_part_behind_the_heart(LUNG, nothing, ABDOMEN) == LUNG).all()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_nothing_is_lost_and_nothing_grows_but_under_the_lung_beside_the_heart(seed):
    random = np.random.default_rng(seed)
    lung, heart, outside = (random.random((20, 15)) < share for share in (0.5, 0.05, 0.1))
    whole = with_the_part_behind_the_heart(lung, heart, outside)
    assert (whole | lung == whole).all()
    assert (with_the_part_behind_the_heart(whole, heart, outside) == whole).all()
    added = whole & ~lung
    assert not (added & outside).any()
    rows, cols = np.nonzero(heart)
    for row, col in np.argwhere(added):
        assert rows.min() <= row
        assert cols.min() <= col <= cols.max()
        assert lung[:row, col].any()


def test_a_speck_is_no_heart():
    def found(top):
        planes = np.zeros((len(OUTPUTS), 60, 60), bool)
        planes[OUTPUTS.index("right_lung"), 10:50, 5:25] = True
        planes[OUTPUTS.index("left_lung"), 10:50, 35:55] = True
        planes[OUTPUTS.index("heart"), top:50, 25:35] = True
        logits = np.where(planes, 4, -4).astype(np.float32)
        return structures(logits, (60, 60))[0][Structure.HEART].sum()

    assert found(40) == 0  # 100 pixels beside 1600 of lung
    assert found(30) == 200


def test_the_lungs_of_the_app_are_the_whole_ones():
    size = 16
    planes = np.zeros((len(OUTPUTS), 12 * size, 20 * size), bool)
    for name, mask, first in (
        ("left_lung", LUNG, 10 * size),
        ("heart", HEART, 10 * size),
        ("abdomen", ABDOMEN, 10 * size),
        ("right_lung", WHOLE[:, ::-1], size),
    ):
        large = mask.repeat(size, axis=0).repeat(size, axis=1)
        planes[OUTPUTS.index(name), :, first : first + 8 * size] = large
    logits = np.where(planes, 4, -4).astype(np.float32)
    found, hidden = structures(logits, planes.shape[1:])
    by_mark = np.s_[size // 2 :: size, 10 * size + size // 2 : 18 * size : size]
    assert (found[Structure.LEFT_LUNG][by_mark] == WHOLE).all()
    seen = without_bays(LUNG, Side.LEFT)  # by the classifier
    assert (hidden[by_mark] == (WHOLE & ~seen)).all()
    assert hidden.any()
    assert (found[Structure.HEART][by_mark] == HEART).all()
    assert (found[Structure.RIGHT_LUNG] == planes[OUTPUTS.index("right_lung")]).all()
