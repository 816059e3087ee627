"""The drawing of the measurements, and that the flow brings them."""

import numpy as np
import pytest
from PIL import Image

from pipeline.local_executor import LocalExecutor
from pipeline.pictures.measurement_overlay import (
    CASING,
    PART_COLOURS,
    drawn_parts,
    measurements_overlay,
)
from pipeline.run import explain_label
from pipeline.settings import Settings
from pipeline.types import (
    ImageFormat,
    MeasurementPart,
    MeasurementReason,
    Radiograph,
)
from tests.drawn_measurements import MEASUREMENTS
from tests.fakes import fake_models, finished
from tests.pipeline.reading.crafted import picture, ramp


def radiograph(side: int = 200) -> Radiograph:
    return Radiograph(
        pixels=np.full((side, side), 0.4, np.float32),
        sha256="0" * 64,
        format=ImageFormat.PNG,
        source_shape=(side, side),
    )


def test_lines_are_drawn_in_the_colour_of_their_part_on_a_dark_edge() -> None:
    drawn = measurements_overlay(radiograph(), MEASUREMENTS)
    across = drawn[144:157, 40].tolist()  # through the line under the dome, at row 150
    assert across[5:8] == [list(PART_COLOURS[MeasurementPart.DIAPHRAGM])] * 3
    assert across[8] == pytest.approx(CASING, abs=8)
    assert across[0] == across[-1] == [102, 102, 102]
    assert drawn[109, 85].tolist() == list(PART_COLOURS[MeasurementPart.HEART])


def test_without_lines_the_radiograph_is_untouched() -> None:
    assert (measurements_overlay(radiograph(), MEASUREMENTS[1:3]) == 102).all()
    assert drawn_parts(MEASUREMENTS[1:3]) == ()


def test_the_legend_names_the_parts_that_are_drawn() -> None:
    assert drawn_parts(MEASUREMENTS) == (MeasurementPart.DIAPHRAGM, MeasurementPart.HEART)
    assert set(PART_COLOURS) == set(MeasurementPart)
    assert len(set(PART_COLOURS.values())) == len(MeasurementPart)


def test_the_flow_measures_the_radiograph_and_keeps_the_measurements_with_another_label() -> None:
    settings = Settings(write_report=False)
    models = fake_models(settings)
    case = finished(picture(Image.fromarray(ramp(96))), models=models, settings=settings)
    assert [measurement.name for measurement in case.measurements] == [
        "dome_height",
        "cardiothoracic_ratio",
    ]
    assert case.measurements[0].reason is MeasurementReason.NO_SPACING
    executor = LocalExecutor(models=models)
    for other in explain_label(case, "covid19", executor=executor, settings=settings):
        assert other.measurements == case.measurements
