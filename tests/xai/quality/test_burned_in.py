import cv2
import numpy as np
import pytest

from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Structure, Zone
from xai.quality.burned_in import burned_in_text


def lettered(side=300, place=(20, 60)):
    """A dark radiograph with a round grey body and one letter; and where the letter is."""
    radiograph = np.full((side, side), 0.1, np.float32)
    cv2.circle(radiograph, (170, 190), 90, 0.6, cv2.FILLED)
    canvas = np.zeros((side, side), np.uint8)
    cv2.putText(canvas, "R", place, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 3)
    letter = canvas > 0
    radiograph[letter] = 1.0
    return radiograph, letter


def test_finds_the_letter_and_no_more_than_its_margin():
    radiograph, letter = lettered()
    found = burned_in_text(radiograph, np.zeros(radiograph.shape, bool))
    assert found[letter].all()
    rows, cols = np.nonzero(found)
    assert rows.max() < 80
    assert cols.max() < 70
    assert found.mean() < 0.03


def test_looks_outside_the_thorax_alone():
    radiograph, _ = lettered()
    thorax = np.zeros(radiograph.shape, bool)
    thorax[:90, :90] = True
    assert not burned_in_text(radiograph, thorax).any()


@pytest.mark.parametrize("kind", ["broad", "faint", "speck", "long"])
def test_is_not_taken_in_by_what_is_no_letter(kind):
    radiograph = np.full((300, 300), 0.1, np.float32)
    if kind == "broad":
        cv2.circle(radiograph, (60, 60), 25, 1.0, cv2.FILLED)
    elif kind == "faint":
        radiograph[20:40, 20:24] = 0.2
    elif kind == "speck":
        radiograph[20, 20] = 1.0
    else:
        radiograph[20:280, 20:24] = 1.0
    assert not burned_in_text(radiograph, np.zeros(radiograph.shape, bool)).any()


def test_a_drawn_chest_without_letters_has_little_that_looks_like_one():
    phantom = draw_phantom(3, Zone.LEFT_UPPER, (512, 450))
    lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    assert burned_in_text(phantom.pixels, lungs).mean() < 0.02
