"""Grad-CAM at every stage, against numerical differences and against the closed form."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import SettingsError, WeightsMissingError
from pipeline.phantom.drawing import draw_phantom
from pipeline.types import Step, Zone
from tests.fakes import FakeSegmenter
from tests.pipeline.pictures.test_overlays import radiograph as radiograph_of
from xai.image.grad_cam import signed_map
from xai.image.layer_grad_cam import LayerGradCam, weighted_sum
from xai.image.layer_gradients import (
    LayerGradients,
    convolution_layers,
    layer_gradients,
    open_layers,
    stage_layers,
)

WEIGHTS = Path(__file__).parents[3] / "weights" / "classifier"
EFFICIENT_LAYERS = {
    "block2a_expand_activation": (96, 96),
    "block3a_expand_activation": (48, 48),
    "block4a_expand_activation": (24, 24),
    "block6a_expand_activation": (12, 12),
    "top_activation": (6, 6),
}


def small_model():
    import keras

    keras.utils.set_random_seed(3)
    grey = keras.Input((16, 16, 1))
    fine = keras.layers.Conv2D(4, 3, padding="same", activation="tanh", name="fine")(grey)
    padded = keras.layers.ZeroPadding2D(((0, 1), (0, 1)), name="padded")(fine)
    middle = keras.layers.Conv2D(5, 3, strides=2, activation="tanh", name="middle")(padded)
    coarse = keras.layers.Conv2D(6, 3, strides=2, activation="tanh", name="coarse")(middle)
    pooled = keras.layers.GlobalAveragePooling2D()(coarse)
    return keras.Model(grey, keras.layers.Dense(3, name="head")(pooled))


IMAGE = np.random.default_rng(0).random((16, 16)).astype(np.float32)


def maps_at(model, layers, index):
    found = layer_gradients(open_layers(model, layers), layers, IMAGE, index)
    return [weighted_sum(one.activations, one.gradients) for one in found]


def test_the_layers_are_the_last_layers_of_each_resolution():
    model = small_model()
    assert stage_layers(model) == ("fine", "middle", "coarse")
    assert {"fine", "middle", "coarse", "padded"} <= set(convolution_layers(model))
    assert "head" not in convolution_layers(model)


def test_equals_numerical_differences_of_the_rest_of_the_network():
    """Each channel's weight is how the logit moves when that whole channel is raised a little."""
    import keras

    model = small_model()
    rest_input = keras.Input((8, 8, 5))
    rest = model.get_layer("coarse")(rest_input)
    rest = model.get_layer("head")(keras.layers.GlobalAveragePooling2D()(rest))
    rest = keras.Model(rest_input, rest)
    middle = np.asarray(
        keras.Model(model.input, model.get_layer("middle").output)(IMAGE[None, ..., None])
    )
    step = 1e-2
    alpha = []
    for channel in range(5):
        raised = np.zeros_like(middle)
        raised[..., channel] = step
        upper, lower = (
            np.asarray(rest(middle + measurement * raised))[0, 1] for measurement in (1, -1)
        )
        alpha.append((upper - lower) / (2 * step) / 64)  # the mean over 8 x 8 places

    (found,) = maps_at(model, ["middle"], 1)

    expected = middle[0] @ np.array(alpha)
    assert expected.min() < 0 < expected.max()
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-5)


def test_the_last_layer_is_the_closed_form_and_one_pass_serves_all():
    import keras

    model = small_model()
    names = stage_layers(model)
    together = maps_at(model, names, 2)
    for name, found in zip(names, together, strict=True):
        (alone,) = maps_at(model, [name], 2)
        np.testing.assert_allclose(found, alone, rtol=1e-5, atol=1e-7)
    coarse = keras.Model(model.input, model.get_layer("coarse").output)
    activations = np.asarray(coarse(IMAGE[None, ..., None]))[0]
    head = model.get_layer("head").get_weights()[0]
    np.testing.assert_allclose(together[-1], signed_map(activations, head, 2), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", ["nowhere", "head"])
def test_a_layer_without_a_map_is_refused(name):
    with pytest.raises(SettingsError) as caught:
        open_layers(small_model(), [name])
    assert caught.value.parameters == {"name": "layer"}


def test_the_shipped_classifier_from_fine_to_coarse():
    network = FolderClassifier(WEIGHTS, 1)
    radiograph = radiograph_of(0.4, 128)
    anatomy = FakeSegmenter().segment(radiograph)
    phantom = draw_phantom(1, Zone.LEFT_LOWER, (128, 128)).pixels
    radiograph = type(radiograph)(
        pixels=phantom, sha256="", format=radiograph.format, source_shape=(128, 128)
    )
    explainer, events = LayerGradCam(network, LayerGradients(WEIGHTS, 1)), []

    layer_maps = explainer.explain(radiograph, anatomy, "tuberculosis", progress=events.append)

    assert {
        layer_map.layer: layer_map.signed_model.shape for layer_map in layer_maps
    } == EFFICIENT_LAYERS
    assert {layer_map.label for layer_map in layer_maps} == {"tuberculosis"}
    assert {layer_map.box for layer_map in layer_maps} == {anatomy.thorax_box}
    assert [event.step for event in events] == [Step.GRAD_CAM, Step.GRAD_CAM]
    index = network.labels.index("tuberculosis")
    activations = network.activations(network.input_model(radiograph, anatomy))
    closed = signed_map(activations, network.head_weights(), index)
    largest = np.abs(closed).max()
    np.testing.assert_allclose(layer_maps[-1].signed_model, closed, atol=1e-3 * largest)
    (named,) = explainer.explain(
        radiograph, anatomy, "tuberculosis", layers=("block5c_project_conv",)
    )
    assert named.layer == "block5c_project_conv"
    assert named.signed_model.shape == (12, 12)
    with pytest.raises(SettingsError):
        explainer.explain(radiograph, anatomy, "fracture")


def test_a_folder_without_the_keras_file_says_so(monkeypatch):
    monkeypatch.setattr("xai.image.layer_gradients.KERAS_FILE", "other.keras")
    explainer = LayerGradCam(FolderClassifier(WEIGHTS, 1), LayerGradients(WEIGHTS, 1))
    radiograph = radiograph_of(0.4, 128)
    with pytest.raises(WeightsMissingError):
        explainer.explain(radiograph, FakeSegmenter().segment(radiograph), "normal")
