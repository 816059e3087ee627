"""Training of the anatomy model: what rotated radiographs teach, and a run that goes on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Structure
from segmentation.network import OUTPUTS, build_network
from training.anatomy import training as anatomy
from training.anatomy.labels import labels_of
from training.anatomy.samples import AnatomySample, augmented
from training.anatomy.stages import AnatomySettings
from training.anatomy.training import hold_the_rest, train_anatomy
from training.datasets.index import ImageRecord, Split

RECORD = ImageRecord(
    dataset="drawn",
    path=Path("drawn.png"),
    label="normal",
    patient="1",
    split=Split.TRAIN,
    lung_mask=None,
    heart_mask=Path("heart.png"),
)
SETTINGS = AnatomySettings(size=64, batch=2, steps=2, steps_per_check=1)


@pytest.fixture(scope="module")
def sample():
    phantom = draw_phantom(0, shape=(64, 64))
    lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    image = (phantom.pixels * 255).astype(np.uint8)
    made = labels_of(image, lungs.astype(np.uint8) * 255, heart_included=True)
    assert made is not None
    return AnatomySample(radiograph=RECORD, image=image, labels=made[0], weights=made[1])


def test_on_a_rotated_radiograph_there_is_nothing_to_find(sample):
    random = np.random.default_rng(0)
    for share, found in ((1.0, False), (0.0, True)):
        image, labels, weights = augmented(sample, random, replace(SETTINGS, rotated_share=share))
        assert image.shape == (64, 64)
        assert labels.shape == weights.shape == (len(OUTPUTS), 64, 64)
        assert labels.any() == found
        assert 0 <= image.min() <= image.max() <= 1
    assert augmented(sample, random, replace(SETTINGS, rotated_share=1.0))[2].all()


def test_a_killed_run_goes_on_after_its_last_check(sample, tmp_path, monkeypatch, capsys):
    datasets = {dataset: [sample, sample] for dataset in SETTINGS.shares}
    monkeypatch.setattr(anatomy, "samples", lambda split, settings: dict(datasets))
    loss_of, calls = anatomy.loss_of, []

    def killed(*tensors):
        calls.append(tensors)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return loss_of(*tensors)

    monkeypatch.setattr(anatomy, "loss_of", killed)
    with pytest.raises(KeyboardInterrupt):
        train_anatomy(tmp_path, SETTINGS)
    assert "step 1 " in capsys.readouterr().out
    train_anatomy(tmp_path, SETTINGS)
    said = capsys.readouterr().out
    assert "step 2 " in said
    assert "step 1 " not in said
    assert set(json.loads((tmp_path / "metrics.json").read_text())["dice"]) >= set(datasets)
    assert (tmp_path / "best.pt").is_file()


@pytest.mark.parametrize("heart_only", [False, True])
def test_the_heart_is_taught_without_touching_what_the_classifier_sees(
    sample, tmp_path, monkeypatch, heart_only
):
    monkeypatch.setattr(
        anatomy, "samples", lambda split, settings: {name: [sample] * 2 for name in settings.shares}
    )
    before = build_network()
    torch.save(before.state_dict(), tmp_path / "start.pt")
    settings = replace(SETTINGS, heart_only=heart_only, rotated_share=0.0)
    train_anatomy(tmp_path / "run", settings, start=tmp_path / "start.pt")
    after = torch.load(tmp_path / "run" / "last.pt", weights_only=True)["network"]
    moved = {
        name.split(".")[0]
        for name, value in before.state_dict().items()
        if not torch.equal(value, after[name])
    }
    whole = {"backbone", "pyramid", "edges", "decoder"}
    assert moved == ({"heart_decoder"} if heart_only else whole)


def test_an_untaught_decoder_of_the_heart_corrects_no_field():
    network = build_network().eval()
    picture = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        before = network(picture)["out"]
        torch.nn.init.normal_(network.heart_decoder[0][0].weight, std=9)
        after = network(picture)["out"]
    assert torch.equal(before[:, :6], after[:, :6])
    assert not torch.equal(before[:, 6], after[:, 6])


def test_a_decoder_of_the_heart_makes_the_heart_and_both_fields():
    made = {True: ["right_field", "left_field", "heart"], False: list(OUTPUTS[:6])}
    for heart_only, names in made.items():
        assert [OUTPUTS[n] for n in hold_the_rest(build_network(), heart_only=heart_only)] == names
