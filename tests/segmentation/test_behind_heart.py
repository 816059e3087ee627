"""The left lung is whole behind the heart, and grows nowhere else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types import Side, Structure
from segmentation.behind_heart import without_bays
from segmentation.network import OUTPUTS
from segmentation.segmenter import structures


def drawn(*rows):
    return np.array([[mark == "#" for mark in row] for row in rows])


HOOKED = drawn(  # a left lung: the middle of the chest at small columns, the ribs at large ones
    "...####.",
    "..#####.",
    "..######",
    "..######",
    "..######",
    "..######",
    ".....###",
    "..#...##",
    "..##..##",
    "..######",
    ".....###",
    "......##",
)
WHOLE = drawn(
    "...####.",
    "..#####.",
    "..######",
    "..######",
    "..######",
    "..######",
    "..######",
    "..######",
    "..######",
    "..######",
    ".....###",
    "......##",
)


def test_the_bay_around_the_heart_is_filled():
    # Columns up to the fourth are the medial half; the two pixels lateral of it stay as found.
    expected = WHOLE.copy()
    expected[6:9, 5] = HOOKED[6:9, 5]
    assert (without_bays(HOOKED, Side.LEFT) == expected).all()


def test_the_right_lung_is_its_mirror():
    found = without_bays(HOOKED[:, ::-1], Side.RIGHT)
    assert (found == without_bays(HOOKED, Side.LEFT)[:, ::-1]).all()


def test_what_lies_under_the_diaphragm_and_beside_the_aorta_stays_outside():
    # Lung on both sides under the dome, and above and below the aortic knob in the upper half.
    lung = drawn(
        "..######",
        "..######",
        "....####",
        "..######",
        "..######",
        "..######",
        "..######",
        "..######",
        "..#..###",
        "..#...##",
    )
    assert (without_bays(lung, Side.LEFT) == lung).all()


def test_a_heart_that_hides_the_lung_to_the_diaphragm_is_left_as_found():
    lung = np.where((np.arange(12) < 5)[:, None], True, np.arange(8) >= 5)
    assert (without_bays(lung, Side.LEFT) == lung).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from(Side))
def test_nothing_is_lost_and_a_second_time_changes_nothing(seed, side):
    lung = np.random.default_rng(seed).random((20, 15)) < 0.6
    whole = without_bays(lung, side)
    assert (whole | lung == whole).all()
    assert (without_bays(whole, side) == whole).all()
    rows, cols = np.flatnonzero(lung.any(axis=1)), np.flatnonzero(lung.any(axis=0))
    added = np.argwhere(whole & ~lung)
    assert (added[:, 0] >= (rows[0] + rows[-1]) // 2).all()
    middle = (cols[0] + cols[-1]) / 2
    assert ((added[:, 1] - middle) * (1 if side is Side.RIGHT else -1) >= -0.5).all()


def test_the_lungs_of_the_app_are_the_whole_ones():
    size = 16
    planes = np.zeros((len(OUTPUTS), 12 * size, 20 * size), bool)
    for name, lung in (("left_lung", HOOKED), ("right_lung", WHOLE[:, ::-1])):
        first = 10 * size if name == "left_lung" else size
        large = lung.repeat(size, axis=0).repeat(size, axis=1)
        planes[OUTPUTS.index(name), :, first : first + 8 * size] = large
    found = structures(np.where(planes, 4, -4).astype(np.float32), planes.shape[1:])
    left = found[Structure.LEFT_LUNG][:, 10 * size : 18 * size]
    in_bay = left[7 * size + size // 2, 2 * size + size // 2 :: size]
    assert in_bay.tolist() == [True, True, True, False, True, True]
    assert (found[Structure.RIGHT_LUNG] == planes[OUTPUTS.index("right_lung")]).all()
