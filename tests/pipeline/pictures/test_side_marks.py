"""R and L on a picture."""

import numpy as np
import pytest

from pipeline.pictures.side_marks import side_marks


@pytest.mark.parametrize("letters", [("R", "L"), ("П", "Л")])
def test_the_letters_stand_at_both_sides_and_nowhere_else(letters: tuple[str, str]) -> None:
    grey = np.full((480, 400, 3), 90, np.uint8)
    drawn = side_marks(grey, letters)
    changed = (drawn != grey).any(axis=2)
    assert changed[220:260, :40].any() and changed[220:260, -40:].any()
    assert not changed[:220].any() and not changed[260:].any() and not changed[:, 40:-40].any()
    assert drawn.max() == 255 and (grey == 90).all()


def test_a_question_mark_stands_where_the_sides_are_contradicted() -> None:
    grey = np.full((480, 400, 3), 90, np.uint8)
    sure, unsure = side_marks(grey, ("R", "L")), side_marks(grey, ("R", "L"), doubtful=True)
    assert (unsure != grey).sum() > (sure != grey).sum()
