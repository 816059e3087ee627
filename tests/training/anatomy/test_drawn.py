"""What is measured on outlines drawn by hand, which hold what their dataset's convention draws."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.types import Side
from training.anatomy.drawn import drawn_readings, enlarged_radiograph, read_mask
from training.datasets.index import ImageRecord, Split

SIZE = 224


@pytest.fixture
def drawn(tmp_path: Path) -> ImageRecord:
    """Two rectangular lungs, 160 pixels from wall to wall, and a heart of 64 in between."""
    lungs, heart = np.zeros((2, SIZE, SIZE), np.uint8)
    lungs[40:180, 32:92] = lungs[40:180, 132:192] = 255
    heart[100:180, 88:152] = 255
    for name, mask in (("lungs", lungs), ("heart", heart)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), mask)
    return ImageRecord(
        dataset="jsrt",
        path=tmp_path / "lungs.png",
        label="",
        patient="1",
        split=Split.VALIDATION,
        lung_mask=tmp_path / "lungs.png",
        heart_mask=tmp_path / "heart.png",
    )


def spine(size: int) -> np.ndarray:
    found = np.zeros((size, size), bool)
    found[:, 47 * size // 100 : 53 * size // 100] = True
    return found


def test_the_heart_is_measured_on_its_own_outline(drawn: ImageRecord) -> None:
    shape = enlarged_radiograph(drawn).shape
    assert shape == (4 * SIZE, 4 * SIZE)
    found = drawn_readings(drawn, shape, spine(shape[0]))
    assert found["cardiothoracic_ratio", None].value == pytest.approx(64 / 160, abs=0.01)
    assert ("dome_height_ratio", Side.LEFT) not in found


def test_what_was_not_drawn_is_not_measured(drawn: ImageRecord) -> None:
    shape = (SIZE, SIZE)
    without_heart = drawn_readings(replace(drawn, heart_mask=None), shape, spine(SIZE))
    assert ("heart_width", None) not in without_heart
    assert ("lung_share", None) in without_heart
    of_a_child = drawn_readings(replace(drawn, dataset="paediatric"), shape, spine(SIZE))
    assert ("lung_share", None) not in of_a_child
    assert drawn_readings(replace(drawn, lung_mask=None), shape, spine(SIZE)) == {}


def test_a_mask_is_read_at_any_size(drawn: ImageRecord) -> None:
    assert drawn.heart_mask is not None
    assert read_mask(drawn.heart_mask, (SIZE, SIZE)).sum() == 80 * 64
    assert read_mask(drawn.heart_mask, (448, 448)).sum() == pytest.approx(4 * 80 * 64, rel=0.02)
