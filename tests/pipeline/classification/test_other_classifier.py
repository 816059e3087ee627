"""A user-supplied classifier, with other labels, through the whole flow by its folder."""

import json
import math
from dataclasses import replace

import keras
import pytest

from pipeline.build import exporter, local_models
from pipeline.manifest import write_manifest
from pipeline.phantom.drawing import sample_radiograph
from pipeline.settings import Settings
from pipeline.types import FUSED_METHODS, ClaimStatus, Language, Method, Section
from tests.fakes import finished
from training.convert import convert_classifier

TERMS = {
    "clear": {"en": "no abnormality", "ru": "без отклонений", "uk": "без відхилень"},
    "emphysema": {"en": "emphysema", "ru": "эмфизема", "uk": "емфізема"},
    "nodule": {"en": "nodule", "ru": "узелок", "uk": "вузлик"},
    "effusion": {"en": "pleural effusion", "ru": "плевральный выпот", "uk": "плевральний випіт"},
}

SHORT = {"lime_samples": 60, "threads": 1, "measure_quality": False}

EXCLUSIVE = ["clear", "emphysema", "effusion"]


def own_classifier(place, biases, region="thorax", **manifest):
    """A small network with random weights as a classifier's folder."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    radiograph = keras.Input((64, 64, 1))
    layer_map = layers.Conv2D(6, 5, strides=4, activation="relu", name="top_activation")(radiograph)
    logits = layers.Dense(
        len(biases), name="head", bias_initializer=keras.initializers.Constant(biases)
    )(layers.GlobalAveragePooling2D()(layer_map))
    convert_classifier(keras.Model(radiograph, logits), place)
    write_manifest(
        place,
        name="own",
        task="classification",
        files=["classifier.xml", "classifier.bin", "head.npz"],
        input={"size": 64, "region": region},
        normal_label="clear",
        terms=TERMS,
        **manifest,
    )
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return own_classifier(
        tmp_path_factory.mktemp("own"),
        [0, 2, 0],
        labels=EXCLUSIVE,
        threshold_prob=0.6,
        uncertain_prob=(0.1, 0.99),
    )


@pytest.fixture(scope="module")
def multi_label_folder(tmp_path_factory):
    return own_classifier(
        tmp_path_factory.mktemp("multi_label"),
        [1, 2, -1],
        labels=["effusion", "emphysema", "nodule"],
        activation="sigmoid",
        region="radiograph",
        threshold_prob=0.5,
        thresholds={"nodule": 0.9},
    )


def test_labels_names_and_thresholds_follow_the_manifest(folder):
    settings = Settings(classifier=folder, language=Language.RUSSIAN, lime_samples=60, threads=1)
    models = local_models(settings)
    case = finished(sample_radiograph(0), models=models, settings=settings)
    assert case.prediction.labels == tuple(EXCLUSIVE)
    assert case.prediction.label == "emphysema"
    assert (case.prediction.threshold_prob, case.prediction.is_uncertain) == (0.6, True)
    assert {case.explanations[method].label for method in FUSED_METHODS} == {"emphysema"}
    assert case.problems == ()
    assert case.report is not None
    assert "эмфизема" in case.report.prompt
    assert set(case.report.sections) == set(Section)
    assert not [c for c in case.report.claims if c.status is ClaimStatus.CONTRADICTED]
    assert "weights.classifier.classifier.keras" not in case.provenance
    written = exporter(Language.RUSSIAN).files(case, None)["report.md"].decode()
    assert "эмфизема" in written
    assert "туберкул" not in written.lower()
    other = finished(
        sample_radiograph(0),
        models=models,
        settings=replace(
            settings, explain_label="effusion", write_report=False, measure_quality=False
        ),
    )
    assert other.explanations[Method.GRAD_CAM].label == "effusion"


def test_labels_that_occur_together_are_found_each_by_its_own_threshold(multi_label_folder):
    settings = Settings(classifier=multi_label_folder, language=Language.UKRAINIAN, **SHORT)
    models = replace(local_models(settings), text_explainer=None)  # the first test explains a text
    case = finished(sample_radiograph(0), models=models, settings=settings)
    found = case.prediction
    assert found.thresholds == {"effusion": 0.5, "emphysema": 0.5, "nodule": 0.9}
    assert found.found_labels == {"effusion", "emphysema"}
    assert (found.label, found.is_abnormal) == ("emphysema", True)
    assert sum(found.probabilities) > 1
    assert not found.calibrated
    assert {case.explanations[method].label for method in FUSED_METHODS} == {"emphysema"}
    assert case.report is not None
    assert "емфізема" in case.report.prompt
    assert not [c for c in case.report.claims if c.status is ClaimStatus.CONTRADICTED]
    files = exporter(Language.UKRAINIAN).files(case, None)
    prediction = json.loads(files["result.json"])["prediction"]
    assert prediction["multi_label"] is True
    assert prediction["found"] == ["effusion", "emphysema"]
    written = files["report.md"].decode()
    assert "плевральний випіт ●" in written
    assert "вузлик ●" not in written


def test_a_classifier_that_sees_the_whole_radiograph_may_be_caught_looking_beside_the_chest(
    multi_label_folder,
):
    settings = Settings(classifier=multi_label_folder, write_report=False, **SHORT)
    case = finished(sample_radiograph(0), models=local_models(settings), settings=settings)
    outside = ~case.anatomy.thorax_image
    raw = case.explanations[Method.GRAD_CAM].raw_image
    assert raw[outside].max() > 0
    assert case.explanations[Method.GRAD_CAM].removed_mass > 0.1
    assert case.explanations[Method.GRAD_CAM].map_image[outside].max() == 0


def test_where_no_label_reaches_its_threshold_none_is_found_and_the_leading_one_explained(tmp_path):
    own_classifier(
        tmp_path,
        [-3, -2, -4],
        labels=["effusion", "emphysema", "nodule"],
        activation="sigmoid",
        thresholds={"emphysema": 0.9},
    )
    settings = Settings(classifier=tmp_path, **SHORT)
    models = replace(local_models(settings), text_explainer=None)
    case = finished(sample_radiograph(0), models=models, settings=settings)
    found = case.prediction
    assert (found.label, found.is_abnormal) == ("clear", False)
    assert found.leading_label == "effusion"
    assert case.explanations[Method.LIME].label == "effusion"
    absent = math.prod(1 - share for share in found.probabilities)
    assert found.probability("clear") == pytest.approx(absent)
    assert 0.5 < absent < 1 - found.probability("effusion")
    assert case.report is not None
    assert "no abnormality" in case.report.prompt
