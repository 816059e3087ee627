"""Window and level, with greys worked out by hand."""

import numpy as np
import pytest

from pipeline.errors import ContractError
from pipeline.pictures.windowing import NARROWEST, Tissue, Window, window_for, windowed
from pipeline.types import Anatomy, Box, ImageFormat, Radiograph, Structure, Zone


def radiograph(pixels):
    grid = np.array(pixels, np.float32)
    return Radiograph(pixels=grid, sha256="0" * 64, format=ImageFormat.PNG, source_shape=grid.shape)


def chest(right, left, thorax):
    empty = np.zeros_like(np.array(thorax, np.bool_))
    masks = {structure: empty.copy() for structure in Structure}
    masks[Structure.RIGHT_LUNG] = np.array(right, np.bool_)
    masks[Structure.LEFT_LUNG] = np.array(left, np.bool_)
    rows, cols = empty.shape
    return Anatomy(
        masks_image=masks,
        zones_image={zone: empty.copy() for zone in Zone},
        thorax_image=np.array(thorax, np.bool_),
        thorax_box=Box(top=0, bottom=rows, left=0, right=cols),
        measures={},
    )


def test_greys_inside_the_window_are_spread_and_the_others_cut():
    shown = windowed(radiograph([[0.0, 0.2, 0.3, 0.5, 0.6, 1.0]]), Window(level=0.4, width=0.4))
    assert shown.pixels == pytest.approx(np.array([[0.0, 0.0, 0.25, 0.75, 1.0, 1.0]]), abs=1e-6)


def test_the_first_window_changes_nothing_and_all_else_of_the_radiograph_stays():
    before = radiograph([[0.0, 0.37, 1.0]])
    after = windowed(before, Window())
    assert np.array_equal(after.pixels, before.pixels)
    assert (after.sha256, after.source_shape) == (before.sha256, before.source_shape)


@pytest.mark.parametrize("values", [(-0.1, 1.0), (1.1, 1.0), (0.5, 0.0), (0.5, 1.2)])
def test_a_window_beyond_the_greys_is_refused(values):
    with pytest.raises(ContractError):
        Window(level=values[0], width=values[1])


def test_a_window_is_fitted_to_the_greys_of_a_tissue():
    greys = radiograph([[0.1, 0.3, 0.8, 0.6, 0.2, 0.9]])
    parts = chest([[1, 1, 0, 0, 0, 0]], [[0, 0, 0, 0, 1, 0]], [[1, 1, 1, 1, 1, 0]])
    lungs = window_for(Tissue.LUNGS, greys, parts)  # 0.1, 0.2, 0.3, without 1 % at either end
    assert (lungs.level, lungs.width) == pytest.approx((0.2, 0.196))
    between = window_for(Tissue.MEDIASTINUM, greys, parts)  # 0.6, 0.8
    assert (between.level, between.width) == pytest.approx((0.7, 0.196))
    assert window_for(Tissue.RADIOGRAPH, greys, parts) == Window()


def test_a_tissue_that_was_not_found_or_has_one_grey_still_gives_a_window():
    greys = radiograph([[0.4, 0.4, 0.9]])
    parts = chest([[1, 1, 0]], [[0, 0, 0]], [[1, 1, 0]])
    assert window_for(Tissue.LUNGS, greys, parts).width == NARROWEST
    assert window_for(Tissue.MEDIASTINUM, greys, parts) == Window()
