"""Robustness is measured on radiographs changed as named, and their masks with them."""

import cv2
import numpy as np
import pytest

from pipeline.errors import ChestNotFoundError
from tests.fakes import FakeSegmenter
from training.anatomy.robustness import REFUSED, STILL_FOUND, robustness
from training.datasets.index import ImageRecord, Split


class Refuses:
    def segment(self, radiograph):
        raise ChestNotFoundError


@pytest.fixture
def drawn(tmp_path):
    """A radiograph with two dark lungs on a bright body, and its mask."""
    lungs = np.zeros((100, 100), bool)
    lungs[25:75, 20:40] = lungs[25:75, 60:80] = True
    file = tmp_path / "radiograph.png"
    cv2.imwrite(str(file), np.where(lungs, 40, 200).astype(np.uint8))
    radiograph = ImageRecord(
        dataset="drawn", path=file, label="", patient="1", split=Split.VALIDATION, lung_mask=file
    )
    return radiograph, lungs


def dark_half(radiograph):
    """Outlines what is darker than the middle of the radiograph's range, away from its border."""
    inside = np.zeros(radiograph.shape, bool)
    inside[8:-8, 8:-8] = True
    pixels = radiograph.pixels
    return (pixels < (pixels[inside].min() + pixels[inside].max()) / 2) & inside


def test_every_change_is_measured_against_the_mask_changed_alike(drawn):
    radiograph, lungs = drawn
    found = robustness([radiograph], FakeSegmenter(), [lungs], dark_half)
    assert set(found) == set(STILL_FOUND) | set(REFUSED)
    for name in ("cropped", "collimated", "low_contrast"):
        assert found[name]["value"] > 0.97, name
    assert found["inverted"]["value"] < 0.1  # the body is the dark half then
    assert found["on_its_side"]["value"] == found["upside_down"]["value"] == 0


def test_a_refusal_counts_as_one(drawn):
    radiograph, lungs = drawn
    found = robustness([radiograph, radiograph], Refuses(), [lungs, lungs], dark_half)
    assert found["on_its_side"]["value"] == found["upside_down"]["value"] == 1
