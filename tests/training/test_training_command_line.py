import json

import cv2
import pytest

from pipeline.manifest import write_manifest
from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Language, Structure
from training.__main__ import main
from training.anatomy.robustness import REFUSED, STILL_FOUND
from training.cards import anatomy_metrics, classifier_metrics, robustness_metrics


def test_recipes_are_listed(capsys):
    assert main(["recipes"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names[:3] == ["anatomy", "classifier", "cross_dataset"]


def test_a_folder_without_an_index_is_wrong_usage(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", "--model", "anatomy", "--dataset", str(tmp_path)])
    assert stop.value.code == 2
    assert "index.csv" in capsys.readouterr().err


@pytest.fixture
def drawn_dataset(tmp_path):
    lines = ["file,label,lung_mask"]
    for seed in range(2):
        phantom = draw_phantom(seed, shape=(224, 224))
        lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
        cv2.imwrite(str(tmp_path / f"{seed}.png"), (phantom.pixels * 255).astype("uint8"))
        cv2.imwrite(str(tmp_path / f"{seed}-mask.png"), lungs.astype("uint8") * 255)
        lines.append(f"{seed}.png,normal,{seed}-mask.png")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_anatomy_model_is_evaluated_on_any_dataset(drawn_dataset, tmp_path):
    out = tmp_path / "metrics.json"
    call = ["evaluate", "--model", "anatomy", "--dataset", str(drawn_dataset), "--json", str(out)]
    assert main(call) == 0
    found = json.loads(out.read_text())
    assert found["n"] == 2
    assert {case["file"] for case in found["worst"]} == {"0.png", "1.png"}
    low, high = found["dice"]["mean"]["ci95"]
    assert 0.85 < low <= found["dice"]["mean"]["value"] <= high <= 1


def test_a_dataset_with_nothing_to_measure_is_one_sentence(drawn_dataset, capsys):
    (drawn_dataset / "index.csv").write_text("file,label\n0.png,nodule\n")
    assert main(["evaluate", "--model", "anatomy", "--dataset", str(drawn_dataset)]) == 1
    assert "no radiograph has a lung mask" in capsys.readouterr().err
    (drawn_dataset / "index.csv").write_text("file,label\n")
    assert main(["evaluate", "--model", "classifier", "--dataset", str(drawn_dataset)]) == 1
    assert "there is no radiograph" in capsys.readouterr().err


def test_a_label_that_the_classifier_does_not_know_is_abnormal(drawn_dataset, capsys):
    (drawn_dataset / "index.csv").write_text("file,label\n0.png,nodule\n1.png,no_nodule\n")
    assert main(["evaluate", "--model", "classifier", "--dataset", str(drawn_dataset)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 2
    assert found["refused"] == {}
    assert found["abnormal"]["sensitivity"]["value"] in {0, 1}
    assert found["abnormal"]["specificity"]["value"] in {0, 1}
    assert set(found["unfamiliar"]) == {"share", "accuracy_of_rest"}


def test_a_calibration_refuses_too_few_radiographs(drawn_dataset, tmp_path, capsys):
    out = tmp_path / "site"
    assert main(["calibrate", "--dataset", str(drawn_dataset), "--out", str(out)]) == 1
    assert "a calibration takes 50 to 200" in capsys.readouterr().err
    assert not out.exists()


def test_a_dataset_of_one_kind_has_no_auc_and_says_so(drawn_dataset, capsys):
    assert main(["evaluate", "--model", "classifier", "--dataset", str(drawn_dataset)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 2
    assert found["abnormal"]["auc"] is None
    assert 0 <= found["abnormal"]["accuracy"]["value"] <= 1


def test_cards_show_values_with_their_intervals():
    metric = {"value": 0.9512, "ci95": [0.9404, 0.9611]}
    anatomy = anatomy_metrics(
        {
            "jsrt": {
                "n": 20,
                "output": "field",
                "dice": {"mean": metric, "share_above_0_90": metric},
                "iou": metric,
                "implausible_share": 0.0,
                "dice_heart": metric,
            }
        }
    )
    assert "| jsrt | 20 | field | 0.951 (0.940 to 0.961) |" in anatomy
    assert anatomy.endswith("| 0.000 | 0.951 (0.940 to 0.961) | – |")
    classifier = classifier_metrics(
        {
            "adult": {
                "n": 7,
                "abnormal": {
                    "auc": metric,
                    "accuracy": metric,
                    "accuracy_outside_band": metric,
                    "share_uncertain": metric,
                    "ece": metric,
                },
                "macro_f1": metric,
                "blanked": {"lungs_auc": metric, "outside_auc": None},
                "grad_cam": {"thorax_share": metric},
                "refused": 1,
            }
        }
    )
    cells = classifier.splitlines()[-1].strip("| ").split(" | ")
    shown = "0.951 (0.940 to 0.961)"
    assert cells[7:] == [shown, "1", shown, "–", shown]
    changed = {"robustness": dict.fromkeys((*STILL_FOUND, *REFUSED), metric)}
    assert "| upside down: share refused | 0.951" in robustness_metrics({"jsrt": changed})


def test_a_folder_without_a_model_is_one_sentence(drawn_dataset, tmp_path, capsys):
    call = ["evaluate", "--model", str(tmp_path / "gone"), "--dataset", str(drawn_dataset)]
    assert main(call) == 1
    assert "manifest" in capsys.readouterr().err


def test_labels_that_occur_together_are_not_measured_as_if_they_excluded_one_another(
    drawn_dataset, tmp_path, capsys
):
    folder = tmp_path / "together"
    folder.mkdir()
    (folder / "classifier.xml").write_text("")
    write_manifest(
        folder,
        name="together",
        task="classification",
        files=["classifier.xml"],
        labels=["effusion"],
        input={"size": 8},
        activation="sigmoid",
        normal_label="none",
        terms={name: dict.fromkeys(Language, name) for name in ("effusion", "none")},
    )
    assert main(["evaluate", "--model", str(folder), "--dataset", str(drawn_dataset)]) == 1
    assert "occur together" in capsys.readouterr().err
