"""The classifier's twin in torch, and a training run that is killed and goes on."""

import json

import numpy as np
import pytest
import torch

from training.classifier import fit as classifier_fit
from training.classifier.cross_dataset import cross_dataset, table
from training.classifier.fit import check, train_classifier
from training.classifier.torch_twin import copy_back, twin_of
from training.classifier.training import (
    GROUP_WEIGHTS,
    LABELS,
    ClassifierData,
    ClassifierSettings,
    Stage,
    batches,
    build_classifier,
)


@pytest.fixture(scope="module")
def model():
    import keras

    keras.utils.set_random_seed(1)
    built = build_classifier(64, 5, dropout=0.3)
    random = np.random.default_rng(0)
    built.set_weights(  # running means and variances of 0 and 1 would hide that they were mixed up
        [value + random.uniform(0, 0.02, value.shape) for value in built.get_weights()]
    )
    return built


def radiographs():
    """Bright below for abnormal, bright above for normal."""
    groups = [(dataset, label) for dataset, label in GROUP_WEIGHTS for _ in range(4)]
    images = np.full((len(groups), 48, 48), 60, np.uint8)
    for image, (_, label) in zip(images, groups, strict=True):
        image[slice(0, 24) if label == "normal" else slice(24, 48)] = 220
    return ClassifierData(
        images=images,
        lungs=np.zeros(images.shape, bool),
        labels=np.array([LABELS.index(label) for _, label in groups]),
        datasets=np.array([dataset for dataset, _ in groups]),
    )


def test_the_twin_answers_as_the_keras_model_does(model):
    pictures = np.random.default_rng(0).random((3, 64, 64, 1), np.float32)
    twin = twin_of(model, 0.3).eval()
    with torch.inference_mode():
        answered = twin(torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy())).numpy()
    expected = np.asarray(model(pictures, training=False))
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(answered, expected, atol=1e-4)


def test_weights_come_back_unchanged_and_changes_arrive(model):
    before = [np.array(value) for value in model.get_weights()]
    twin = twin_of(model, 0.3)
    copy_back(twin, model)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    with torch.no_grad():
        for part in twin.parameters():
            part.mul_(2)
    copy_back(twin, model)
    kernel, _ = model.get_layer("head").get_weights()
    np.testing.assert_array_equal(kernel, 2 * before[-2])
    model.set_weights(before)


def test_training_goes_on_after_the_last_finished_stage(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch, "compile", lambda module: module)  # minutes, and not what is tested
    short = Stage(size=32, steps=2, learning_rate=1e-3)
    first = ClassifierSettings(stages=(short,), batch=6, steps_per_check=1)
    train_classifier(radiographs(), radiographs(), tmp_path, first)
    written = (tmp_path / "stage1.keras").stat().st_mtime_ns
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["file"] == "stage1.keras"
    assert {"auc_adult", "auc_paediatric", "accuracy"} < set(metrics)
    capsys.readouterr()
    both = ClassifierSettings(stages=(short, short), batch=6, steps_per_check=2)
    train_classifier(radiographs(), radiographs(), tmp_path, both)
    assert (tmp_path / "stage1.keras").stat().st_mtime_ns == written
    assert json.loads((tmp_path / "metrics.json").read_text())["file"] == "stage2.keras"
    assert capsys.readouterr().out.count("32 px") == 1


def test_training_learns_what_tells_the_radiographs_apart(model, monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda module: module)
    stage = Stage(size=32, steps=30, learning_rate=3e-3)
    settings = ClassifierSettings(stages=(stage,), batch=12, averaging=0.5)
    data = radiographs()

    source = batches(data, stage, settings, np.random.default_rng(0))
    *_, trained = classifier_fit._trained(twin_of(model, 0.0), source, stage, settings)
    scores = check(trained, data, stage.size)
    assert scores["auc_adult"] > 0.95
    assert scores["auc_paediatric"] > 0.95


def test_each_dataset_alone_is_measured_on_every_dataset(tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda module: module)
    stage = Stage(size=32, steps=4, learning_rate=1e-3)
    settings = ClassifierSettings(stages=(stage,), batch=8, steps_per_check=4)
    found = cross_dataset(radiographs(), radiographs(), tmp_path, settings)
    assert {(one, other) for one in found for other in found[one]} == {
        (one, other) for one in ("adult", "paediatric") for other in ("adult", "paediatric")
    }
    assert all(0 <= score <= 1 for scores in found.values() for score in scores.values())
    assert json.loads((tmp_path / "cross_dataset.json").read_text()) == found
    assert table(found).splitlines()[2].startswith("| adult | ")
