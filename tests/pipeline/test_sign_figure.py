"""The drawing of the signs, and that the flow brings them."""

import numpy as np
import pytest
from PIL import Image

from pipeline.run import analyse, explain_label
from pipeline.settings import Settings
from pipeline.sign_figure import CASING, PART_COLOURS, drawn_parts, signs_overlay
from pipeline.types import ImageFormat, Radiograph, SignName, SignPart, SignReason
from tests.drawn_signs import SIGNS
from tests.fakes import fake_models
from tests.pipeline.crafted import picture, ramp


def film(side: int = 200) -> Radiograph:
    return Radiograph(
        pixels=np.full((side, side), 0.4, np.float32),
        sha256="0" * 64,
        format=ImageFormat.PNG,
        source_shape=(side, side),
    )


def test_lines_are_drawn_in_the_colour_of_their_part_on_a_dark_edge() -> None:
    drawn = signs_overlay(film(), SIGNS)
    across = drawn[144:157, 40].tolist()  # through the line under the dome, at row 150
    assert across[5:8] == [list(PART_COLOURS[SignPart.DIAPHRAGM])] * 3
    assert across[8] == pytest.approx(CASING, abs=8)
    assert across[0] == across[-1] == [102, 102, 102]
    assert drawn[109, 85].tolist() == list(PART_COLOURS[SignPart.HEART])


def test_without_lines_the_film_is_untouched() -> None:
    assert (signs_overlay(film(), SIGNS[1:3]) == 102).all()
    assert drawn_parts(SIGNS[1:3]) == ()


def test_the_legend_names_the_parts_that_are_drawn() -> None:
    assert drawn_parts(SIGNS) == (SignPart.DIAPHRAGM, SignPart.HEART)
    assert set(PART_COLOURS) == set(SignPart)
    assert len(set(PART_COLOURS.values())) == len(SignPart)


def test_the_flow_measures_the_film_and_keeps_the_signs_with_another_label() -> None:
    settings = Settings(write_report=False)
    models = fake_models(settings)
    case = analyse(picture(Image.fromarray(ramp(96))), models=models, settings=settings)
    assert [sign.name for sign in case.signs] == [
        SignName.DOME_HEIGHT,
        SignName.CARDIOTHORACIC_RATIO,
    ]
    assert case.signs[0].reason is SignReason.NO_SPACING
    assert explain_label(case, "covid19", models=models).signs == case.signs
