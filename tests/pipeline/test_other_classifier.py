"""A classifier of one's own, with other labels, dropped into the whole flow by its folder."""

from dataclasses import replace

import keras
import pytest

from pipeline.build import exporter, local_models
from pipeline.manifest import write_manifest
from pipeline.phantom import sample_film
from pipeline.run import analyse
from pipeline.settings import Settings
from pipeline.types import ClaimStatus, Language, Method, Section
from training.convert import convert_classifier

TERMS = {
    "clear": {"en": "no abnormality", "ru": "без отклонений", "uk": "без відхилень"},
    "emphysema": {"en": "emphysema", "ru": "эмфизема", "uk": "емфізема"},
    "effusion": {"en": "pleural effusion", "ru": "плевральный выпот", "uk": "плевральний випіт"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    keras.utils.set_random_seed(3)
    layers = keras.layers
    film = keras.Input((64, 64, 1))
    stage = layers.Conv2D(6, 5, strides=4, activation="relu", name="top_activation")(film)
    logits = layers.Dense(3, name="head", bias_initializer=keras.initializers.Constant([0, 2, 0]))(
        layers.GlobalAveragePooling2D()(stage)
    )
    place = tmp_path_factory.mktemp("own")
    convert_classifier(keras.Model(film, logits), place)
    write_manifest(
        place,
        name="own",
        task="classification",
        files=["classifier.xml", "classifier.bin", "head.npz"],
        labels=list(TERMS),
        input_size=64,
        normal_label="clear",
        threshold_prob=0.6,
        uncertain_prob=(0.1, 0.99),
        terms=TERMS,
    )
    return place


def test_labels_names_and_thresholds_follow_the_manifest(folder):
    settings = Settings(classifier=folder, language=Language.RUSSIAN, lime_samples=60, threads=1)
    models = local_models(settings)
    case = analyse(sample_film(0), models=models, settings=settings)
    assert case.prediction.labels == tuple(TERMS)
    assert case.prediction.label == "emphysema"
    assert (case.prediction.threshold_prob, case.prediction.is_uncertain) == (0.6, True)
    assert {case.explanations[method].label for method in Method} == {"emphysema"}
    assert case.problems == ()
    assert case.report is not None
    assert "эмфизема" in case.report.prompt
    assert set(case.report.sections) == set(Section)
    assert not [c for c in case.report.claims if c.status is ClaimStatus.CONTRADICTED]
    assert "weights.classifier.classifier.keras" not in case.provenance
    written = exporter(Language.RUSSIAN).files(case, None)["report.md"].decode()
    assert "эмфизема" in written
    assert "туберкул" not in written.lower()
    other = analyse(
        sample_film(0),
        models=models,
        settings=replace(settings, explain_label="effusion", write_report=False),
    )
    assert other.explanations[Method.GRAD_CAM].label == "effusion"
