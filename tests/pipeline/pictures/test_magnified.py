"""A closer look has the pixels of the file, and maps and outlines stay where they were."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.pictures.magnified import magnified, magnified_shape, part_around
from pipeline.types import Box, Method, Zone
from tests.app.fake_workers import images_only


def fine(result, times=4):
    """The case of a file with `times` as many rows and columns, each pixel a lattice of its own."""
    rows, cols = result.radiograph.shape
    detail = np.zeros((rows * times, cols * times), np.uint16)
    detail[::2, ::2] = 65_535
    return replace(result, radiograph=replace(result.radiograph, detail=detail))


def test_a_part_shows_each_pixel_of_the_file():
    result, part = fine(images_only()), Box(top=20, bottom=60, left=40, right=100)
    shown = magnified(result, part, 1000)
    assert shown.radiograph.shape == (160, 240) == magnified_shape(result, part, 1000)
    assert shown.radiograph.pixels[0].tolist() == [1.0, 0.0] * 120
    assert shown.radiograph.pixels[1].max() == 0


def test_a_large_part_is_averaged_to_the_limit():
    shown = magnified(fine(images_only()), Box(top=20, bottom=60, left=40, right=100), 120)
    assert shown.radiograph.shape == (80, 120)
    assert shown.radiograph.pixels == pytest.approx(0.25, abs=1e-4)


def test_without_more_pixels_the_working_grid_is_shown():
    result, part = images_only(), Box(top=20, bottom=60, left=40, right=100)
    shown = magnified(result, part, 1000)
    assert np.array_equal(shown.radiograph.pixels, result.radiograph.pixels[part.slices])
    lung = result.anatomy.zones_image[Zone.RIGHT_UPPER][part.slices]
    assert np.array_equal(shown.anatomy.zones_image[Zone.RIGHT_UPPER], lung)


def test_maps_and_outlines_lie_where_they_lay():
    result = fine(images_only())
    rows, cols = np.nonzero(result.anatomy.zones_image[Zone.RIGHT_LOWER])
    part = Box(top=rows.min(), bottom=rows.max() + 1, left=cols.min(), right=cols.max() + 1)
    shown, times = magnified(result, part, 10_000), 4
    for large, small in (
        (shown.anatomy.zones_image[Zone.RIGHT_LOWER], result.anatomy.zones_image[Zone.RIGHT_LOWER]),
        (
            shown.explanations[Method.LIME].map_image > 0.4,
            result.explanations[Method.LIME].map_image > 0.4,
        ),
    ):
        inside = np.repeat(np.repeat(small[part.slices], times, axis=0), times, axis=1)
        assert (large == inside).mean() > 0.98


def test_what_is_seen_lies_within_its_part():
    part = part_around((40.0, 80.0), (10.0, 60.0), (192, 160))
    assert part == Box(top=5, bottom=65, left=36, right=84)
    assert part_around((0.0, 160.0), (0.0, 192.0), (192, 160)) == Box(
        top=0, bottom=192, left=0, right=160
    )


def test_what_the_heart_hides_is_cut_like_the_rest():
    result = fine(images_only())
    hidden = np.zeros(result.radiograph.shape, bool)
    hidden[:4] = True
    anatomy = replace(result.anatomy, hidden_image=hidden)
    shown = magnified(replace(result, anatomy=anatomy), Box(top=0, bottom=8, left=0, right=8), 64)
    assert shown.anatomy.hidden_image is not None
    assert shown.anatomy.hidden_image.shape == shown.anatomy.thorax_image.shape
    assert shown.anatomy.hidden_image.mean() == 0.5
