"""The shipped classifier: what it sees, and that its converted form answers as the Keras file."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.classification.classifier import MANY, FolderClassifier
from pipeline.classification.thorax_input import lungs_model, thorax_input
from pipeline.manifest import load_manifest
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import ROOT
from pipeline.types import (
    Anatomy,
    Box,
    ImageFormat,
    Radiograph,
    ShapeMeasure,
    Structure,
    Zone,
)

FOLDER = ROOT / "weights" / "classifier"


def radiograph(pixels):
    return Radiograph(
        pixels=np.ascontiguousarray(pixels, np.float32),
        sha256="",
        format=ImageFormat.PNG,
        source_shape=pixels.shape,
    )


def square_chest(shape, box):
    thorax = np.zeros(shape, bool)
    thorax[box.slices] = True
    empty = np.zeros(shape, bool)
    measure = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)
    return Anatomy(
        masks_image={structure: empty.copy() for structure in Structure},
        zones_image={zone: empty.copy() for zone in Zone},
        thorax_image=thorax,
        thorax_box=box,
        measures=dict.fromkeys(Structure, measure),
    )


@pytest.fixture(scope="module")
def classifier():
    return FolderClassifier(FOLDER, threads=1)


@pytest.fixture(scope="module")
def phantom_chest():
    phantom = draw_phantom(0)
    rows, cols = np.nonzero(
        phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
    )
    box = Box(top=rows.min(), bottom=rows.max() + 1, left=cols.min(), right=cols.max() + 1)
    return radiograph(phantom.pixels), square_chest(phantom.pixels.shape, box)


def test_what_lies_outside_the_thorax_cannot_be_seen():
    random = np.random.default_rng(0)
    box = Box(top=20, bottom=84, left=10, right=74)
    anatomy = square_chest((100, 100), box)
    inside = random.random((100, 100)).astype(np.float32)
    around = inside.copy()
    around[~anatomy.thorax_image] = random.random((~anatomy.thorax_image).sum())
    first, second = (thorax_input(radiograph(pixels), anatomy, 32) for pixels in (inside, around))
    assert (first == second).all()


def test_what_the_heart_hides_of_the_lungs_is_not_classified():
    box = Box(top=20, bottom=84, left=10, right=74)
    chest = square_chest((100, 100), box)
    lung, hidden = np.zeros((2, 100, 100), bool)
    lung[30:70, 20:40] = True
    hidden[50:70, 40:60] = True

    def with_lung(mask, hidden_image=None):
        masks = {**chest.masks_image, Structure.RIGHT_LUNG: mask}
        return replace(chest, masks_image=masks, hidden_image=hidden_image)

    seen = lungs_model(with_lung(lung), 64)
    assert (lungs_model(with_lung(lung | hidden, hidden), 64) == seen).all()
    assert (lungs_model(with_lung(lung | hidden), 64) != seen).any()


def test_exposure_does_not_matter():
    random = np.random.default_rng(0)
    anatomy = square_chest((100, 100), Box(top=20, bottom=84, left=10, right=74))
    pixels = random.random((100, 100)).astype(np.float32)
    first = thorax_input(radiograph(pixels), anatomy, 64)
    second = thorax_input(radiograph(pixels * 0.3 + 0.5), anatomy, 64)
    assert np.abs(first - second).max() < 1e-5
    assert (first.min(), first.max()) == (0, 1)


def test_the_converted_model_answers_as_the_keras_model(classifier, phantom_chest):
    import keras

    model = keras.models.load_model(FOLDER / "classifier.keras", compile=False)
    seen = classifier.input_model(*phantom_chest)
    batch = np.stack([seen, seen[:, ::-1], np.roll(seen, 9, axis=1), 1 - seen])
    logits = model.predict(batch.astype(np.float32)[..., None], verbose=0)
    temperature = load_manifest(FOLDER, "classification").temperature
    exponents = np.exp(logits / temperature)
    expected = exponents / exponents.sum(axis=1, keepdims=True)
    assert np.abs(classifier.probabilities(batch.astype(np.float32)) - expected).max() < 1e-3


@pytest.mark.parametrize("count", [MANY - 1, MANY, 2 * MANY + 3])
def test_many_pictures_are_answered_as_one_by_one(classifier, count):
    batch = np.random.default_rng(count).random((count, 192, 192)).astype(np.float32)
    alone = np.concatenate([classifier.logits(picture[None]) for picture in batch])
    together = classifier.logits(batch)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert (classifier.logits(batch) == together).all()


def test_the_head_on_the_activations_gives_the_logits(classifier, phantom_chest):
    import keras

    seen = classifier.input_model(*phantom_chest)
    _, bias = (
        keras.models.load_model(FOLDER / "classifier.keras", compile=False)
        .get_layer("head")
        .get_weights()
    )
    pooled = classifier.activations(seen).mean(axis=(0, 1))
    assert pooled @ classifier.head_weights() + bias == pytest.approx(
        classifier.logits(seen[None])[0], abs=2e-2
    )


def test_a_prediction_is_a_calibrated_distribution(classifier, phantom_chest):
    prediction = classifier.classify(*phantom_chest)
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)
    assert prediction.labels == classifier.labels
    normal = prediction.probability(prediction.normal_label)
    assert prediction.abnormal_probability == pytest.approx(1 - normal)


def test_a_map_returns_to_where_it_came_from(classifier):
    anatomy = square_chest((100, 120), Box(top=20, bottom=80, left=30, right=90))
    size = classifier.input_model(
        radiograph(np.random.default_rng(0).random((100, 120))), anatomy
    ).shape[0]
    spot = np.zeros((size, size), np.float32)
    spot[: size // 4, -size // 4 :] = 1
    back = classifier.to_image(spot, anatomy)
    assert back.shape == (100, 120)
    rows, cols = np.nonzero(back > 0.5)
    assert (rows.min(), rows.max()) == (20, 34)
    assert (cols.min(), cols.max()) == (75, 89)
