"""Each published recipe: its network is the published one, and it trains and reports."""

import csv
from dataclasses import replace

import keras
import numpy as np
import pytest
import torch

from training.__main__ import main
from training.datasets.dataset import binary
from training.datasets.index import Split
from training.published import architectures, densenet14, nine_classes, pneumonia_cnn, resnet50_head
from training.published.fit import Plan
from training.published.start import StartWeightsError
from training.recipes import RECIPES


def of_kind(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_the_pneumonia_cnn_is_the_published_one():
    model = pneumonia_cnn.build((150, 150, 3), 2, "none")
    assert [c.filters for c in of_kind(model, keras.layers.Conv2D)] == [32, 32, 64]
    assert [d.units for d in of_kind(model, keras.layers.Dense)] == [64, 1]
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert pneumonia_cnn.RECIPE.shape == (150, 150, 3)


def test_the_nine_class_networks_are_the_published_ones():
    model = nine_classes.build_cnn((260, 260, 1), 9, "none")
    assert [c.filters for c in of_kind(model, keras.layers.Conv2D)] == [
        128,
        128,
        256,
        256,
        512,
        512,
    ]
    assert [d.units for d in of_kind(model, keras.layers.Dense)] == [128, 256, 9]
    assert {d.rate for d in of_kind(model, keras.layers.Dropout)} == {0.1}
    assert isinstance(model.optimizer, keras.optimizers.Nadam)
    assert (nine_classes.CNN.plan.epochs, nine_classes.CNN.batch) == (30, 100)
    assert nine_classes.RESNET.plan.epochs == 26
    assert len(nine_classes.CLASSES) == 9


def test_the_resnet_head_learns_and_the_rest_is_frozen():
    model = resnet50_head.build((64, 64, 3), 3, "none")
    assert len(model.trainable_weights) == 4  # kernel and bias of dense 256 and of the softmax
    assert [d.units for d in of_kind(model, keras.layers.Dense)] == [256, 3]
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-4)
    assert resnet50_head.RECIPE.plan == Plan(epochs=400, patience=10)


def test_what_a_network_costs_is_counted():
    cost = architectures.cost_of(
        architectures.build("MobileNet", (224, 224, 3), 2, "none"), repeats=2
    )
    assert cost["parameters_m"] == pytest.approx((3_228_864 + 2 * 1024 + 2) / 1e6)
    # Howard et al. 2017, table 4: 569 million multiply-adds, 1 million of them in the classifier
    assert cost["operations_g"] == pytest.approx(2 * 0.568, rel=0.05)
    assert cost["latency_ms"] > 0
    assert cost["memory_mb"] > 4 * cost["parameters_m"]


def test_architectures_are_compared_on_one_split(drawn, tmp_path, monkeypatch):
    def small(name):
        return replace(recipe_of(name), batch=4)

    recipe_of = architectures.recipe_of
    monkeypatch.setattr(architectures, "recipe_of", small)
    rows = architectures.compare(
        binary(drawn), tmp_path, "none", names=("MobileNet",), epochs=1, steps=1, size=32
    )
    assert [row["architecture"] for row in rows] == ["MobileNet"]
    assert 0 <= rows[0]["accuracy"] <= 1
    text = (tmp_path / "table.md").read_text()
    assert text.startswith("| architecture | parameters, M |")
    assert "| MobileNet | 3.2 |" in text
    assert (tmp_path / "architectures.png").stat().st_size > 1000


def test_the_study_has_a_row_for_each_pair_and_prints_the_published_shape(
    drawn, tmp_path, monkeypatch
):
    monkeypatch.setattr(pneumonia_cnn, "STUDY_EPOCHS", (1, 2))
    monkeypatch.setattr(pneumonia_cnn, "STUDY_STEPS", (1, 2))
    small = replace(pneumonia_cnn.RECIPE, shape=(32, 32, 3), batch=4)
    monkeypatch.setattr(pneumonia_cnn, "RECIPE", small)
    rows = pneumonia_cnn.study(drawn, tmp_path)
    assert [(row["epochs"], row["steps"]) for row in rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    with (tmp_path / "study.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 4
    table = pneumonia_cnn.study_table(rows).splitlines()
    assert table[0] == "| epochs | 1 steps | 2 steps |"
    assert [line.split(" | ")[0] for line in table[2:]] == ["| 1", "| 2"]
    assert table[3].count("%") == 2


def test_pictures_are_classified_into_a_file_and_unreadable_ones_named(drawn, tmp_path):
    model = tmp_path / "best.keras"
    keras.utils.set_random_seed(0)
    pneumonia_cnn.build((150, 150, 3), 2, "none").save(model)
    (tmp_path / "radiographs" / "notes.png").write_text("no picture")
    out = tmp_path / "out.csv"
    call = ["classify", str(tmp_path / "radiographs"), "--model", str(model), "--out", str(out)]
    assert main(call) == 1
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 13
    bad = [row for row in rows if row["error"]]
    assert [row["file"].rpartition("/")[2] for row in bad] == ["notes.png"]
    for row in rows:
        if not row["error"]:
            assert float(row["normal"]) + float(row["pneumonia"]) == pytest.approx(1)


def test_only_the_last_layer_of_densenet_learns_and_a_run_goes_on(drawn, tmp_path, monkeypatch):
    monkeypatch.setattr(densenet14, "SIZE", 32)
    first = densenet14.run(drawn, tmp_path / "run", "none", epochs=1)
    assert first["n"] == 4
    assert set(first["auc_by_label"]) == {"normal", "pneumonia"}
    torch.manual_seed(0)
    fresh = densenet14.build(2, "none").state_dict()
    trained = torch.load(tmp_path / "run" / "model.pt", weights_only=True)
    frozen = [name for name in fresh if name.endswith("conv0.weight")]
    assert all(torch.equal(fresh[name], trained[name]) for name in frozen)
    assert not torch.equal(fresh["classifier.weight"], trained["classifier.weight"])
    shown = []
    monkeypatch.setattr("builtins.print", lambda *words, **_: shown.append(str(words[0])))
    densenet14.run(drawn, tmp_path / "run", "none", epochs=2)
    assert [line.split(" loss")[0] for line in shown] == ["epoch 2 of 2"]


def test_densenet_says_which_file_to_bring(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(StartWeightsError, match=r"put densenet121-\w+\.pth into"):
        densenet14.build(14, "imagenet")


def test_densenet_refuses_weights_of_another_network(tmp_path):
    torch.save({"layer": torch.zeros(2)}, tmp_path / "other.pt")
    (tmp_path / "text.pt").write_text("no weights")
    for name in ("other.pt", "text.pt"):
        with pytest.raises(StartWeightsError, match="does not fit DenseNet121"):
            densenet14.build(14, str(tmp_path / name))


def test_radiographs_are_normalised_as_imagenet_is():
    grey = np.full((1, 2, 2), 128, np.uint8)
    found = densenet14.normalised(grey)
    assert found.shape == (1, 3, 2, 2)
    expected = [
        (128 / 255 - 0.485) / 0.229,
        (128 / 255 - 0.456) / 0.224,
        (128 / 255 - 0.406) / 0.225,
    ]
    np.testing.assert_allclose(found[0, :, 0, 0], expected, rtol=1e-5)


def test_a_published_recipe_needs_its_data_and_a_shipped_one_takes_none(tmp_path, capsys):
    for call in (["train", "pneumonia_cnn"], ["train", "anatomy", "--data", str(tmp_path)]):
        with pytest.raises(SystemExit) as stop:
            main(call)
        assert stop.value.code == 2
        assert "--data" in capsys.readouterr().err
    assert main(["train", "pneumonia_cnn", "--data", str(tmp_path)]) == 1
    assert "two folders of pictures" in capsys.readouterr().err


def test_a_network_of_its_own_starts_from_a_file_or_from_chance(tmp_path):
    file = tmp_path / "cnn.weights.h5"
    first = pneumonia_cnn.build((32, 32, 3), 2, "none")
    first.save_weights(file)
    again = pneumonia_cnn.build((32, 32, 3), 2, str(file))
    np.testing.assert_array_equal(first.get_weights()[0], again.get_weights()[0])
    for weights, said in (("imagenet", "no ImageNet weights"), ("gone.h5", "no weights file")):
        with pytest.raises(StartWeightsError, match=said):
            pneumonia_cnn.build((32, 32, 3), 2, weights)
    with pytest.raises(StartWeightsError, match="does not fit"):
        pneumonia_cnn.build((64, 64, 3), 2, str(file))


def test_a_recipe_is_trained_from_the_command_line(drawn, tmp_path, capsys):
    for radiograph in drawn.radiographs:
        split = "train" if radiograph.split is Split.TRAIN else "val"
        (label,) = radiograph.labels
        number = radiograph.path.stem
        name = f"person{number}_virus_1.png" if label == "pneumonia" else f"IM-{number}-1.png"
        target = tmp_path / "set" / split / label.upper() / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(radiograph.path.read_bytes())
    runs = tmp_path / "runs"
    call = ["train", "pneumonia_cnn", "--data", str(tmp_path / "set"), "--runs", str(runs)]
    assert main([*call, "--epochs", "1", "--steps", "1"]) == 0
    said = capsys.readouterr().out
    assert "{'normal': 6, 'pneumonia': 6}" in said
    assert "accuracy" in said
    assert (runs / "pneumonia_cnn" / "best.keras").is_file()


def test_every_published_system_has_its_recipe():
    assert {
        "binary_efficientnetb0",
        "architectures",
        "nine_classes_cnn",
        "nine_classes_resnet50",
        "pneumonia_cnn",
        "pneumonia_study",
        "densenet14",
        "resnet50_head",
    } < set(RECIPES)
