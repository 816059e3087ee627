"""Robustness is measured on films changed as named, and their masks with them."""

import cv2
import numpy as np
import pytest

from pipeline.errors import ChestNotFoundError
from tests.fakes import FakeSegmenter
from training.packs import Film, Split
from training.robustness import REFUSED, STILL_FOUND, robustness


class Refuses:
    def segment(self, radiograph):
        raise ChestNotFoundError


@pytest.fixture
def drawn(tmp_path):
    """A film with two dark lungs on a bright body, and its mask."""
    lungs = np.zeros((100, 100), bool)
    lungs[25:75, 20:40] = lungs[25:75, 60:80] = True
    file = tmp_path / "film.png"
    cv2.imwrite(str(file), np.where(lungs, 40, 200).astype(np.uint8))
    film = Film(
        pack="drawn", path=file, label="", patient="1", split=Split.VALIDATION, lung_mask=file
    )
    return film, lungs


def dark_half(radiograph):
    """Outlines what is darker than the middle of the film's range, away from its border."""
    inside = np.zeros(radiograph.shape, bool)
    inside[8:-8, 8:-8] = True
    pixels = radiograph.pixels
    return (pixels < (pixels[inside].min() + pixels[inside].max()) / 2) & inside


def test_every_change_is_measured_against_the_mask_changed_alike(drawn):
    film, lungs = drawn
    found = robustness([film], FakeSegmenter(), [lungs], dark_half)
    assert set(found) == set(STILL_FOUND) | set(REFUSED)
    for name in ("cropped", "collimated", "low_contrast"):
        assert found[name]["value"] > 0.97, name
    assert found["inverted"]["value"] < 0.1  # the body is the dark half then
    assert found["on_its_side"]["value"] == found["upside_down"]["value"] == 0


def test_a_refusal_counts_as_one(drawn):
    film, lungs = drawn
    found = robustness([film, film], Refuses(), [lungs, lungs], dark_half)
    assert found["on_its_side"]["value"] == found["upside_down"]["value"] == 1
