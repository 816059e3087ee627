"""Evaluation of the classifier: what is blanked, and figures worked out by hand."""

import numpy as np
import pytest

from pipeline.manifest import load_manifest
from pipeline.settings import ROOT
from tests.fakes import FakeSegmenter
from training.classified import Classified, Part, _binarised, blanked
from training.evaluate_classifier import classifier_metrics, subgroups
from training.evaluate_curves import draw_curves
from training.packs import Film, Split
from training.thorax_cache import radiograph_of

MANIFEST = load_manifest(ROOT / "weights" / "classifier", "classification")


@pytest.fixture
def film(tmp_path):
    import cv2

    path = tmp_path / "film.png"
    cv2.imwrite(str(path), np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1)))
    return Film(
        pack="drawn",
        path=path,
        label="normal",
        patient="1",
        split=Split.VALIDATION,
        lung_mask=None,
    )


def test_lungs_become_flat_or_the_outside_black_and_nothing_else_changes(film):
    radiograph = radiograph_of(film)
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
def found(film, tmp_path):
    import dataclasses

    labels = ["normal", "normal", "tuberculosis", "tuberculosis"]
    films = [
        dataclasses.replace(
            film,
            label=label,
            patient=str(number),
            groups={"sex": "FM"[number % 2], "age": str(20 + number), "site": ""},
        )
        for number, label in enumerate(labels)
    ]
    return Classified(
        films=films,
        logits=logits_for([0.02, 0.97, 0.96, 0.98]),
        blanked_logits={
            Part.LUNGS: logits_for([0.5, 0.5, 0.5, 0.5]),
            Part.OUTSIDE: logits_for([0.02, 0.03, 0.96, 0.98]),
        },
        thorax_shares=np.array([0.9, 1.0, 0.8, 0.9]),
        tones=np.array([0.2, 0.4, 0.6, 0.8]),
        refused=[],
    )


def test_figures_are_those_worked_out_by_hand(found):
    figures = classifier_metrics(found, MANIFEST)
    # Pairs (tuberculosis, normal): 0.96 beats one of two, 0.98 beats both.
    assert figures["abnormal"]["auc"]["value"] == pytest.approx(3 / 4)
    assert figures["abnormal"]["accuracy"]["value"] == pytest.approx(3 / 4)
    assert figures["blanked"]["lungs_auc"]["value"] == pytest.approx(0.5)
    assert figures["blanked"]["outside_auc"]["value"] == pytest.approx(1.0)
    assert figures["by_label"]["tuberculosis"]["f1"]["value"] == pytest.approx(2 * 2 / 5)
    assert figures["by_label"]["normal"]["f1"]["value"] == pytest.approx(2 * 1 / 3)
    assert figures["confusion"]["normal"]["tuberculosis"] == 1
    assert figures["grad_cam"]["thorax_share"]["value"] == pytest.approx(0.9)
    assert figures["by_group"]["sex=M"]["accuracy"]["value"] == pytest.approx(1 / 2)
    assert figures["by_group"]["sex=F"]["auc"]["value"] == pytest.approx(1.0)
    assert figures["by_group"]["tone=dark"]["auc"] is None


def test_subgroups_are_few_values_or_thirds_of_numbers(found, monkeypatch):
    groups = {name: cases.tolist() for name, cases in subgroups(found).items()}
    assert groups["sex=F"] == [0, 2]
    assert groups["age=21"] == [1]
    assert groups["tone=bright"] == [3]
    assert not any(name.startswith("site") for name in groups)
    monkeypatch.setattr("training.evaluate_classifier.MOST_VALUES", 3)
    numbers = {name: cases.tolist() for name, cases in subgroups(found).items()}
    assert numbers["age=20..21"] == [0, 1]
    assert numbers["age=23..23"] == [3]


def test_curves_are_drawn_beside_the_figures(found, tmp_path):
    files = draw_curves(found, MANIFEST, tmp_path / "adult")
    assert [file.name for file in files] == [
        "adult-roc.png",
        "adult-reliability.png",
        "adult-confusion.png",
    ]
    assert all(file.stat().st_size > 5000 for file in files)


def test_to_two_classes_any_label_but_normal_is_abnormal(film):
    import dataclasses

    tuberculosis = dataclasses.replace(film, label="tuberculosis")
    told = _binarised(("normal", "abnormal"))
    assert [told(film).label, told(tuberculosis).label] == ["normal", "abnormal"]
    assert _binarised(MANIFEST.labels)(tuberculosis) is tuberculosis
