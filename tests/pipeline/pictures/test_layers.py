"""Grad-CAM at every stage: the command, and the pictures drawn of it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.command_line.main import main
from pipeline.errors import StepFailedError
from pipeline.local_executor import LocalExecutor
from pipeline.pictures.layer_overlay import layer_image, layer_overlay
from pipeline.run import analyse, explain_layers
from pipeline.settings import Settings
from pipeline.types import Box, LayerMap
from tests.fakes import fake_build, fake_models
from tests.pipeline.pictures.test_overlays import radiograph as radiograph_of
from tests.pipeline.reading.crafted import picture, ramp

SIGNED = np.array([[4.0, 0.0], [-8.0, 0.0]], np.float32)
LAYER = LayerMap(
    layer="coarse", label="normal", signed_model=SIGNED, box=Box(top=0, bottom=2, left=1, right=3)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "radiograph.png"
    made.write_bytes(picture(Image.fromarray(ramp(128))))
    return made


def test_a_map_is_scaled_and_placed_by_hand() -> None:
    positive = layer_image(LAYER, (3, 4), signed=False)
    assert positive.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    both = layer_image(LAYER, (3, 4), signed=True)
    assert both.tolist() == [[0, 0.5, 0, 0], [0, -1, 0, 0], [0, 0, 0, 0]]
    nothing = replace(LAYER, signed_model=np.zeros((2, 2), np.float32))
    assert not layer_image(nothing, (3, 4), signed=True).any()


def test_what_speaks_against_it_is_drawn_only_if_asked_for() -> None:
    layer_map = replace(LAYER, box=Box(top=0, bottom=4, left=0, right=4))
    grey = [102, 102, 102]
    plain, signed = (
        layer_overlay(radiograph_of(0.4, 4), layer_map, signed=flag) for flag in (False, True)
    )
    assert plain[3, 0].tolist() == grey != plain[0, 0].tolist()
    assert signed[3, 0, 2] > 150 > signed[3, 0, 0]  # blue


def test_the_command_writes_pictures_and_numbers(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["layers", str(file), "--out", str(out), "--label", "covid19"], fake_build) == 0
    assert capsys.readouterr().out.splitlines() == [
        "radiograph.png: covid19, fine: 2 x 2, highest 4",
        "radiograph.png: covid19, coarse: 2 x 2, highest 4",
    ]
    assert {item.name for item in out.iterdir()} == {"1-fine.png", "2-coarse.png", "layers.npz"}
    assert cv2.imread(str(out / "1-fine.png")).shape == (128, 128, 3)
    with np.load(out / "layers.npz") as numbers:
        assert numbers["coarse"].tolist() == [[4, 0], [-2, 0]]


def test_a_layer_may_be_named_and_an_unknown_one_is_an_error(
    tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["layers", str(file), "--out", str(out), "--signed", "--layer"]
    assert main([*arguments, "block5"], fake_build) == 0
    assert capsys.readouterr().out == "radiograph.png: tuberculosis, block5: 2 x 2, highest 4\n"
    assert main([*arguments, "nowhere"], fake_build) == 1
    assert capsys.readouterr().out.startswith("radiograph.png: setting_invalid: ")
    file.write_bytes(b"")
    assert main([*arguments, "block5"], fake_build) == 1
    assert capsys.readouterr().out.startswith("radiograph.png: file_empty: ")


def test_nobody_to_open_the_network_is_an_error() -> None:
    settings = Settings(explain_images=False)
    models = replace(fake_models(settings), layer_explainer=None)
    executor = LocalExecutor(models=models)
    data = picture(Image.fromarray(ramp(96)))
    (case,) = analyse(data, executor=executor, settings=settings, provenance={})
    with pytest.raises(StepFailedError):
        explain_layers(case, "normal", executor=executor)
