"""All pixels of a large file are kept for the eye, and what is changed of it is changed there."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from pipeline.phantom.drawing import draw_phantom
from pipeline.reading import FileReader
from pipeline.reading.adjust import blanked, mirrored
from pipeline.settings import Settings
from pipeline.types import Box

LARGE = (2000, 1600)


def png(shape):
    stream = BytesIO()
    grey = np.round(draw_phantom(0, shape=shape).pixels * 255).astype(np.uint8)
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def radiograph():
    return FileReader(Settings()).read(png(LARGE))


def test_a_large_file_keeps_all_its_pixels(radiograph):
    assert radiograph.detail.shape == LARGE == radiograph.source_shape
    rows, cols = radiograph.shape
    from_detail = Image.fromarray(radiograph.detail.astype(np.float32)).resize((cols, rows), 4)
    assert np.abs(np.asarray(from_detail) / 65_535 - radiograph.pixels).mean() < 0.001
    assert not radiograph.detail.flags.writeable


def test_a_small_file_has_no_more_than_the_working_grid():
    assert FileReader(Settings()).read(png((900, 720))).detail is None


def test_what_is_blanked_is_gone_in_all_pixels(radiograph):
    box = Box(top=100, bottom=160, left=200, right=300)
    changed = blanked(radiograph, (box,), by_reader=True)
    place = changed.detail[box.on(radiograph.shape, LARGE).slices]
    assert place.shape[0] >= 60 * LARGE[0] // radiograph.shape[0]
    assert len(np.unique(place)) == 1
    assert np.array_equal(changed.detail[400:], radiograph.detail[400:])


def test_exchanged_sides_are_exchanged_in_all_pixels(radiograph):
    assert np.array_equal(mirrored(radiograph).detail, radiograph.detail[:, ::-1])
