"""What the published recipes share: pictures, figures, starting weights, a run that goes on."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest

from training.published import fit as fit_module
from training.published.fit import Plan, history_of
from training.published.metrics import Answers, classification_metrics
from training.published.pictures import Augmentation, pictures
from training.published.pneumonia_cnn import RECIPE
from training.published.published import run
from training.published.start import StartWeightsError, started

SMALL = replace(RECIPE, shape=(32, 32, 3), batch=4, plan=Plan(epochs=3))


def test_pictures_are_grey_repeated_and_scaled_with_the_last_batch_short(drawn):
    batches = pictures(drawn, shape=(16, 16, 3), batch=5, one_output=True, scale=1 / 255)
    assert len(batches) == 3
    images, wanted = batches[2]
    assert images.shape == (2, 16, 16, 3)
    assert images.dtype == np.float32
    assert wanted.tolist() == [[0.0], [1.0]]
    np.testing.assert_array_equal(images[..., 0], images[..., 2])
    assert images[0, :8].mean() > 0.7 > 0.2 > images[0, 8:].mean()
    assert images[1, 8:].mean() > 0.7


def test_two_outputs_have_one_hot_targets(drawn):
    _, wanted = pictures(drawn, shape=(16, 16, 1), batch=2)[0]
    assert wanted.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_augmentation_is_the_same_for_the_same_seed_and_other_each_epoch(drawn):
    def batches(seed):
        return pictures(
            drawn, shape=(16, 16, 1), batch=12, augmentation=Augmentation(degrees=20), seed=seed
        )

    first, again, other = batches(1), batches(1), batches(2)
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert np.abs(first[0][0] - other[0][0]).max() > 0
    again.on_epoch_end()
    assert np.abs(first[0][0] - again[0][0]).max() > 0


def test_metrics_are_those_worked_out_by_hand():
    answers = Answers(
        truth=np.array([0, 0, 0, 1, 1]),
        probabilities=np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6], [0.6, 0.4]]),
        classes=("normal", "pneumonia"),
    )
    found = classification_metrics(answers)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["confusion"] == [[2, 1], [1, 1]]
    assert found["classes"]["normal"]["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["auc"] == pytest.approx(4 / 6)  # of six pairs, four are in order
    assert classification_metrics(replace(answers, truth=np.zeros(5, int)))["auc"] is None


def test_imagenet_weights_that_cannot_be_fetched_are_named():
    def build(weights):
        raise Exception(
            "URL fetch failure on https://host/keras-applications/efficientnetb0_notop.h5: None"
        )

    with pytest.raises(StartWeightsError, match=r"put efficientnetb0_notop\.h5 into"):
        started(build, "imagenet")


@pytest.mark.filterwarnings("ignore:Skipping nested container")
def test_a_weights_file_that_is_missing_or_of_another_network_is_said(tmp_path):
    options = {"include_top": False, "input_shape": (32, 32, 3)}
    file = tmp_path / "thin.weights.h5"
    keras.applications.MobileNet(alpha=0.25, weights=None, **options).save_weights(file)
    with pytest.raises(StartWeightsError, match="does not fit"):
        started(keras.applications.MobileNet, str(file), **options)
    with pytest.raises(StartWeightsError, match="there is no weights file"):
        started(keras.applications.MobileNet, str(tmp_path / "none.h5"), **options)


def test_a_run_is_trained_reported_and_not_trained_again(drawn, tmp_path):
    folder = tmp_path / "run"
    metrics = run(replace(SMALL, plan=Plan(epochs=12)), drawn, folder, "none")
    assert metrics["n"] == 4
    assert metrics["accuracy"] == 1.0
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    for name in ("history.png", "roc.png", "confusion.png", "distribution.png", "best.keras"):
        assert (folder / name).stat().st_size > 1000, name
    before = (folder / "history.csv").read_bytes()
    assert run(SMALL, drawn, folder, "none") == metrics
    assert (folder / "history.csv").read_bytes() == before


def test_a_killed_run_goes_on_with_the_epoch_it_was_in(drawn, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise Killed

    folder, whole = tmp_path / "run", keras.Model.fit
    with monkeypatch.context() as patched:
        patched.setattr(
            keras.Model,
            "fit",
            lambda model, *data, callbacks, **options: whole(
                model, *data, callbacks=[*callbacks, Kill()], **options
            ),
        )
        with pytest.raises(Killed):
            run(SMALL, drawn, folder, "none")
    assert [row["epoch"] for row in history_of(folder)] == [0, 1]
    assert not (folder / fit_module.DONE).exists()
    run(SMALL, drawn, folder, "none")
    assert [row["epoch"] for row in history_of(folder)] == [0, 1, 2]
