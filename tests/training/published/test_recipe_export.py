"""A trained recipe drops into the app by its folder, and answers there as it did in training."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import torch

from pipeline.build import local_models
from pipeline.classification.classifier import FolderClassifier
from pipeline.phantom.drawing import sample_radiograph
from pipeline.settings import Settings
from tests.fakes import finished
from training.__main__ import main
from training.published import architectures, densenet14, resnet50_head
from training.published.export import ExportError, export, terms_of
from training.published.published import run, shortened, smaller


def test_densenet_finds_its_labels_in_the_app_by_their_own_thresholds(
    drawn, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(densenet14, "SIZE", 32)
    labels = {"pneumonia": "Pneumonia", "normal": "Emphysema"}
    radiographs = tuple(
        replace(radiograph, labels=frozenset(labels[name] for name in radiograph.labels))
        for radiograph in drawn.radiographs
    )
    dataset = replace(drawn, classes=("Emphysema", "Pneumonia"), radiographs=radiographs)
    metrics = densenet14.run(dataset, tmp_path / "run", "none", epochs=1)
    assert main(["export", str(tmp_path / "run"), "--out", str(tmp_path / "own")]) == 0
    assert "with 2 labels" in capsys.readouterr().out

    classifier = FolderClassifier(tmp_path / "own", threads=1)
    grey = np.random.default_rng(0).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    network = densenet14.build(2, "none")
    network.load_state_dict(torch.load(tmp_path / "run" / "model.pt", weights_only=True))
    with torch.inference_mode():
        expected = network.eval()(densenet14.normalised(grey)).numpy()
    found = classifier.logits(grey.astype(np.float32) / 255)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    stage = classifier.activations(grey[0].astype(np.float32) / 255)
    bias = network.classifier.bias.detach().numpy()
    np.testing.assert_allclose(
        stage.mean((0, 1)) @ classifier.head_weights() + bias, found[0], atol=1e-3
    )

    settings = Settings(classifier=tmp_path / "own", lime_samples=40, write_report=False)
    case = finished(sample_radiograph(0), models=local_models(settings), settings=settings)
    assert case.prediction.thresholds == metrics["thresholds"]
    assert case.prediction.terms["Emphysema"]["ru"] == "эмфизема"


def test_an_architecture_answers_in_the_app_as_it_did_in_training(drawn, tmp_path):
    recipe = smaller(shortened(architectures.recipe_of("MobileNet"), 1), 32)
    run(recipe, recipe.prepare(drawn), tmp_path / "mobilenet", "none")
    manifest = export(tmp_path / "mobilenet", tmp_path / "own")
    assert (manifest.labels, manifest.normal_label) == (("normal", "abnormal"), "normal")
    grey = np.random.default_rng(0).integers(0, 256, (2, 32, 32)).astype(np.float32)
    trained = keras.models.load_model(tmp_path / "mobilenet" / "best.keras")
    expected = np.asarray(trained(np.repeat(grey[..., None], 3, axis=3), training=False))
    logits = FolderClassifier(tmp_path / "own", threads=1).logits(grey / 255)
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    found = exponents / exponents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_run_that_is_not_there_or_of_another_shape_is_one_sentence(drawn, tmp_path, capsys):
    assert main(["export", str(tmp_path / "gone"), "--out", str(tmp_path / "own")]) == 1
    assert "no finished run" in capsys.readouterr().err
    small = smaller(shortened(resnet50_head.RECIPE, 1), 32)
    run(small, drawn, tmp_path / "resnet50_head", "none")
    with pytest.raises(ExportError, match="average pooling and one layer"):
        export(tmp_path / "resnet50_head", tmp_path / "own")


def test_labels_without_a_known_name_keep_their_own():
    assert terms_of(["Pleural_Thickening", "rib_fracture"]) == {
        "Pleural_Thickening": {
            "en": "pleural thickening",
            "ru": "утолщение плевры",
            "uk": "потовщення плеври",
        },
        "rib_fracture": {"en": "rib fracture"},
    }


@pytest.mark.parametrize(
    ("file", "content", "named"),
    [
        ("model.pt", '{"thresholds": {}, "temperature": 1}', "auc_by_label missing"),
        ("model.pt", '{"auc_by_label": {}, "thresholds": {}, "temperature": 0}', "temperature"),
        ("best.keras", '{"classes": {"normal": {}}}', "classes"),
        ("best.keras", "{", "syntax"),
    ],
)
def test_a_run_whose_figures_do_not_fit_is_refused_by_field(tmp_path, file, content, named):
    (tmp_path / "metrics.json").write_text(content)
    for name in (file, "answers.npz"):
        (tmp_path / name).touch()
    with pytest.raises(ExportError, match=f"metrics.json: .*{named}"):
        export(tmp_path, tmp_path / "out")
