"""LayerCAM, with numbers worked out by hand on a toy network, and on the shipped classifier."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import SettingsError
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import Settings
from pipeline.types import Method, Step, Zone
from tests.fakes import FakeSegmenter
from tests.pipeline.pictures.test_overlays import radiograph as radiograph_of
from xai.image.layer_cam import joined, layer_cam_map
from xai.image.layer_gradients import LayerGradients, layer_gradients, open_layers
from xai.image.registry import ExplainedModel, build_explainer

WEIGHTS = Path(__file__).parents[3] / "weights" / "classifier"


def toy_network():
    """Two channels, x and 1 - x; pooled over 2 x 2 places; a logit of 4 x and of -8 (1 - x)²."""
    import keras

    grey = keras.Input((2, 2, 1))
    fine = keras.layers.Conv2D(2, 1, name="fine")(grey)
    squared = keras.layers.Lambda(lambda maps: maps * keras.ops.abs(maps), name="squared")(fine)
    pooled = keras.layers.GlobalAveragePooling2D()(squared)
    model = keras.Model(grey, keras.layers.Dense(1, name="head")(pooled))
    model.get_layer("fine").set_weights([np.array([[[[1.0, -1.0]]]]), np.array([0.0, 1.0])])
    model.get_layer("head").set_weights([np.array([[4.0], [-8.0]]), np.array([0.0])])
    return model


def test_each_place_is_weighted_by_its_own_positive_gradient():
    """d logit / d x = 4 · 2x / 4 = 2x, and x is weighted by it: 2x². The other channel is cut."""
    image = np.array([[0.0, 0.5], [1.0, 0.25]], np.float32)

    (found,) = layer_gradients(open_layers(toy_network(), ["fine"]), ["fine"], image, 0)

    assert found.gradients[..., 0].tolist() == [[0.0, 1.0], [2.0, 0.5]]
    assert found.gradients[..., 1].tolist() == [[-4.0, -2.0], [0.0, -3.0]]
    assert layer_cam_map(found.activations, found.gradients).tolist() == [[0, 0.5], [2.0, 0.125]]


def test_a_negative_activation_takes_away_and_the_sum_is_cut_at_zero():
    activations = np.array([[[2.0, -1.0], [0.5, -3.0]]], np.float32)
    gradients = np.array([[[1.0, 0.5], [2.0, 1.0]]], np.float32)
    assert layer_cam_map(activations, gradients).tolist() == [[1.5, 0.0]]


def test_stages_are_joined_by_the_geometric_mean_of_their_scaled_maps():
    fine = np.array([[4.0, 0.0], [0.0, 1.0]], np.float32)
    middle = np.array([[2.0, 2.0], [0.0, 0.5]], np.float32)
    coarse = np.array([[3.0]], np.float32)
    assert joined([fine]).tolist() == [[1.0, 0.0], [0.0, 0.25]]
    assert joined([fine, middle]).tolist() == [[1.0, 0.0], [0.0, 0.25]]
    assert joined([fine, coarse]).tolist() == [[1.0, 0.0], [0.0, 0.5]]
    assert not joined([fine, 0 * coarse]).any()


def test_the_shipped_classifier_has_a_map_finer_than_grad_cam():
    network = FolderClassifier(WEIGHTS, 1)
    phantom = draw_phantom(1, Zone.LEFT_LOWER, (128, 128)).pixels
    plain = radiograph_of(0.4, 128)
    radiograph = type(plain)(
        pixels=phantom, sha256="", format=plain.format, source_shape=(128, 128)
    )
    anatomy, events = FakeSegmenter().segment(plain), []
    explainer = build_explainer(
        Method.LAYER_CAM,
        ExplainedModel(network=network, gradients=LayerGradients(WEIGHTS, 1), settings=Settings()),
    )

    found = explainer.explain(radiograph, anatomy, "tuberculosis", progress=events.append)

    assert found.method is Method.LAYER_CAM
    assert found.parameters == {
        "map": "96 x 96",
        "layers": "block2a_expand_activation, block3a_expand_activation",
    }
    assert found.raw_image.max() == 1
    assert found.signed_image is None
    assert [event.step for event in events] == [Step.FURTHER_MAPS]
    again = explainer.explain(radiograph, anatomy, "tuberculosis")
    assert np.array_equal(again.raw_image, found.raw_image)
    other = explainer.explain(radiograph, anatomy, "normal")
    assert not np.array_equal(other.raw_image, found.raw_image)
    with pytest.raises(SettingsError):
        explainer.explain(radiograph, anatomy, "fracture")
