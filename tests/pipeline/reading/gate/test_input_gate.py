"""The input gate with the shipped weights: what it refuses, and by which code."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import (
    ChestNotFoundError,
    InputError,
    LateralImageError,
    ManifestError,
    PhotographError,
    TurnedImageError,
)
from pipeline.local_executor import LocalExecutor
from pipeline.phantom.drawing import sample_radiograph
from pipeline.reading import FileReader
from pipeline.reading.adjust import turned
from pipeline.reading.gate import OUTPUTS, InputGate, Look, PictureView, check_look
from pipeline.run import analyse
from pipeline.settings import ROOT, Settings
from tests.fakes import fake_models

FOLDER = ROOT / "weights" / "gate"
LIMITS = {"turned": 0.6, "lateral": 0.7, "not_chest": 0.8, "photograph": 0.9}


@pytest.fixture(scope="module")
def gate():
    return InputGate(FOLDER, threads=1)


@pytest.fixture(scope="module")
def upright():
    return FileReader(Settings()).read(sample_radiograph(3))


def look(photograph=0.0, **views):
    shares = {view: views.get(view.value, 0.0) for view in PictureView}
    return Look(views=shares, photograph=photograph)


def test_what_the_network_says_is_read_as_probabilities():
    logits = np.log(np.array([0.4, 0.1, 0.2, 0.1, 0.1, 0.1, 3.0], np.float32))
    found = Look.of(logits)
    assert found.views[PictureView.UPRIGHT] == pytest.approx(0.4)
    assert found.turned == pytest.approx(0.4)
    assert found.chest == pytest.approx(0.8)
    assert found.degrees == 180
    assert found.photograph == pytest.approx(0.75)
    assert len(OUTPUTS) == len(logits)


@pytest.mark.parametrize(
    ("seen", "error"),
    [
        (look(lateral=0.7, upright=0.3), LateralImageError),
        (look(not_chest=0.8, upright=0.2), ChestNotFoundError),
        (look(turn_90=0.35, turn_270=0.25, upright=0.4), TurnedImageError),
        (look(upright=1.0, photograph=0.9), PhotographError),
    ],
)
def test_each_reason_has_its_limit(seen, error):
    with pytest.raises(error):
        check_look(seen, LIMITS)
    check_look(seen, dict.fromkeys(LIMITS, 0.99))


def test_of_several_reasons_the_likeliest_is_said():
    limits = dict.fromkeys(LIMITS, 0.3)
    with pytest.raises(LateralImageError):
        check_look(look(lateral=0.4, not_chest=0.35, turn_90=0.25), limits)
    with pytest.raises(ChestNotFoundError):
        check_look(look(not_chest=0.9, upright=0.1, photograph=0.9), limits)


def test_a_turned_chest_is_refused_with_the_angle_that_sets_it_upright():
    with pytest.raises(TurnedImageError) as refused:
        check_look(look(turn_90=0.2, turn_270=0.5, upright=0.3), LIMITS)
    assert refused.value.parameters == {"degrees": 270}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_drawn_chest_is_let_in_upright_alone(gate, upright, degrees):
    gate.check(upright)
    lying = turned(upright, 360 - degrees)
    with pytest.raises(TurnedImageError) as refused:
        gate.check(lying)
    assert refused.value.parameters == {"degrees": degrees}
    gate.check(turned(lying, degrees))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_radiograph_is_no_chest(gate, upright, seed):
    random = np.random.default_rng(seed)
    noise = random.uniform(0, 1, (200, 200)).astype(np.float32)
    lines = np.ones((300, 300), np.float32)
    lines[10::14, 20:280], lines[12::14, 20:200] = 0, 0
    for pixels in (noise, lines):
        with pytest.raises(InputError) as refused:
            gate.check(replace(upright, pixels=pixels))
        assert refused.value.code in ("chest_not_found", "image_photographed")


def test_a_turned_radiograph_is_never_analysed(gate, upright):
    lying = turned(upright, 90)
    executor = LocalExecutor(models=fake_models(Settings(), gate=gate))
    flow = analyse(lying, executor=executor, settings=Settings(), provenance={})
    with pytest.raises(TurnedImageError):
        next(flow)


def test_a_manifest_with_other_outputs_or_limits_is_refused(tmp_path):
    for field, value in (("labels", ["a", "b"]), ("limits", {"turned": 0.5})):
        folder = tmp_path / field
        shutil.copytree(FOLDER, folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, field: value}))
        with pytest.raises(ManifestError) as refused:
            InputGate(folder, threads=1)
        assert refused.value.parameters["field"] == field
