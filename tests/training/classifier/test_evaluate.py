"""Evaluation of the classifier: what is blanked, and figures worked out by hand."""

import numpy as np
import pytest

from pipeline.manifest import load_manifest
from pipeline.settings import ROOT
from tests.fakes import FakeSegmenter
from training.classifier.classified import Classified, Part, _binarised, blanked
from training.classifier.curves import draw_curves
from training.classifier.evaluate import classifier_metrics, subgroups
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, Split

MANIFEST = load_manifest(ROOT / "weights" / "classifier", "classification")


@pytest.fixture
def radiograph(tmp_path):
    import cv2

    path = tmp_path / "radiograph.png"
    cv2.imwrite(str(path), np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1)))
    return ImageRecord(
        dataset="drawn",
        path=path,
        label="normal",
        patient="1",
        split=Split.VALIDATION,
        lung_mask=None,
    )


def test_lungs_become_flat_or_the_outside_black_and_nothing_else_changes(radiograph):
    record = radiograph
    radiograph = radiograph_of(record)
    anatomy = FakeSegmenter().segment(radiograph)
    without_lungs = blanked(radiograph, anatomy, Part.LUNGS).pixels
    around = anatomy.thorax_image & ~anatomy.lungs_image
    assert np.ptp(without_lungs[anatomy.lungs_image]) == 0
    assert without_lungs[anatomy.lungs_image][0] == pytest.approx(radiograph.pixels[around].mean())
    np.testing.assert_array_equal(
        without_lungs[~anatomy.lungs_image], radiograph.pixels[~anatomy.lungs_image]
    )
    only_thorax = blanked(radiograph, anatomy, Part.OUTSIDE).pixels
    assert only_thorax[~anatomy.thorax_image].max() == 0
    np.testing.assert_array_equal(
        only_thorax[anatomy.thorax_image], radiograph.pixels[anatomy.thorax_image]
    )


def logits_for(abnormal):
    """Logits that give normal and tuberculosis these shares at the manifest's temperature."""
    abnormal = np.asarray(abnormal)
    found = np.full((len(abnormal), 5), -40.0)
    found[:, MANIFEST.labels.index("normal")] = np.log(1 - abnormal)
    found[:, MANIFEST.labels.index("tuberculosis")] = np.log(abnormal)
    return (found * MANIFEST.temperature).astype(np.float32)


@pytest.fixture
def found(radiograph, tmp_path):
    import dataclasses

    labels = ["normal", "normal", "tuberculosis", "tuberculosis"]
    radiographs = [
        dataclasses.replace(
            radiograph,
            label=label,
            patient=str(number),
            groups={"sex": "FM"[number % 2], "age": str(20 + number), "site": ""},
        )
        for number, label in enumerate(labels)
    ]
    return Classified(
        radiographs=radiographs,
        logits=logits_for([0.02, 0.97, 0.96, 0.98]),
        blanked_logits={
            Part.LUNGS: logits_for([0.5, 0.5, 0.5, 0.5]),
            Part.OUTSIDE: logits_for([0.02, 0.03, 0.96, 0.98]),
        },
        thorax_shares=np.array([0.9, 1.0, 0.8, 0.9]),
        tones=np.array([0.2, 0.4, 0.6, 0.8]),
        refused=[],
    )


def test_metrics_are_those_worked_out_by_hand(found):
    metrics = classifier_metrics(found, MANIFEST)
    # Pairs (tuberculosis, normal): 0.96 beats one of two, 0.98 beats both.
    assert metrics["abnormal"]["auc"]["value"] == pytest.approx(3 / 4)
    assert metrics["abnormal"]["accuracy"]["value"] == pytest.approx(3 / 4)
    assert metrics["blanked"]["lungs_auc"]["value"] == pytest.approx(0.5)
    assert metrics["blanked"]["outside_auc"]["value"] == pytest.approx(1.0)
    assert metrics["by_label"]["tuberculosis"]["f1"]["value"] == pytest.approx(2 * 2 / 5)
    assert metrics["by_label"]["normal"]["f1"]["value"] == pytest.approx(2 * 1 / 3)
    assert metrics["confusion"]["normal"]["tuberculosis"] == 1
    assert metrics["grad_cam"]["thorax_share"]["value"] == pytest.approx(0.9)
    assert metrics["by_group"]["sex=M"]["accuracy"]["value"] == pytest.approx(1 / 2)
    assert metrics["by_group"]["sex=F"]["auc"]["value"] == pytest.approx(1.0)
    assert metrics["by_group"]["tone=dark"]["auc"] is None


def test_subgroups_are_few_values_or_thirds_of_numbers(found, monkeypatch):
    groups = {name: cases.tolist() for name, cases in subgroups(found).items()}
    assert groups["sex=F"] == [0, 2]
    assert groups["age=21"] == [1]
    assert groups["tone=bright"] == [3]
    assert not any(name.startswith("site") for name in groups)
    monkeypatch.setattr("training.classifier.evaluate.MOST_VALUES", 3)
    numbers = {name: cases.tolist() for name, cases in subgroups(found).items()}
    assert numbers["age=20..21"] == [0, 1]
    assert numbers["age=23..23"] == [3]


def test_curves_are_drawn_beside_the_metrics(found, tmp_path):
    files = draw_curves(found, MANIFEST, tmp_path / "adult")
    assert [file.name for file in files] == [
        "adult-roc.png",
        "adult-reliability.png",
        "adult-confusion.png",
    ]
    assert all(file.stat().st_size > 5000 for file in files)


def test_to_two_classes_any_label_but_normal_is_abnormal(radiograph):
    import dataclasses

    tuberculosis = dataclasses.replace(radiograph, label="tuberculosis")
    told = _binarised(("normal", "abnormal"))
    assert [told(radiograph).label, told(tuberculosis).label] == ["normal", "abnormal"]
    assert _binarised(MANIFEST.labels)(tuberculosis) is tuberculosis
