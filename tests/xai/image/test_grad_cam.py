import numpy as np
import pytest

from pipeline.errors import SettingsError
from pipeline.types import (
    Anatomy,
    Box,
    ImageFormat,
    Method,
    Radiograph,
    ShapeMeasure,
    Structure,
    Zone,
)
from xai.image.grad_cam import GradCam, grad_cam_map, signed_map

ACTIVATIONS = np.array([[[1, 0], [2, 1]], [[0, 4], [3, 3]]], np.float32)  # (row, col, channel)
HEAD = np.array([[4, -4], [-2, 8]], np.float32)  # (channel, label)


def anatomy_of(spine_cols: slice, thorax_rows: slice) -> Anatomy:
    """Four rows and columns; thorax some rows, spine some columns, right lung the first column."""
    thorax = np.zeros((4, 4), bool)
    thorax[thorax_rows] = True
    spine = np.zeros((4, 4), bool)
    spine[:, spine_cols] = True
    empty = np.zeros((4, 4), bool)
    lung = np.zeros((4, 4), bool)
    lung[:, 0] = True
    masks = {Structure.SPINE: spine, Structure.RIGHT_LUNG: lung}
    nothing = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)
    return Anatomy(
        masks_image={name: masks.get(name, empty) for name in Structure},
        zones_image=dict.fromkeys(Zone, empty),
        thorax_image=thorax,
        thorax_box=Box(top=0, bottom=4, left=0, right=4),
        measures=dict.fromkeys(Structure, nothing),
    )


class FixedNetwork:
    """Gives the activations above for any radiograph, and enlarges maps by repetition."""

    labels = ("normal", "pneumonia")

    def input_model(self, radiograph, anatomy):
        return radiograph.pixels

    def roi_mask(self, anatomy):
        return anatomy.thorax_image.astype(np.float32)

    def probabilities(self, batch_model):
        raise AssertionError("Grad-CAM needs no probabilities")

    def activations(self, image_model):
        return ACTIVATIONS

    def head_weights(self):
        return HEAD

    def to_image(self, map_model, anatomy):
        return np.kron(map_model, np.ones((2, 2), np.float32))


RADIOGRAPH = Radiograph(
    pixels=np.full((4, 4), 0.5, np.float32),
    sha256="0",
    format=ImageFormat.PNG,
    source_shape=(4, 4),
)


def test_map_by_hand():
    # alpha = (4, -2) / 4 = (1, -0.5): 1 - 0, 2 - 0.5, 0 - 2 -> 0, 3 - 1.5
    assert grad_cam_map(ACTIVATIONS, HEAD, 0).tolist() == [[1.0, 1.5], [0.0, 1.5]]
    # alpha = (-4, 8) / 4 = (-1, 2): -1 -> 0, -2 + 2, 8, -3 + 6
    assert grad_cam_map(ACTIVATIONS, HEAD, 1).tolist() == [[0.0, 0.0], [8.0, 3.0]]


def test_signed_map_by_hand():
    assert signed_map(ACTIVATIONS, HEAD, 0).tolist() == [[1.0, 1.5], [-2.0, 1.5]]
    assert signed_map(ACTIVATIONS, HEAD, 1).tolist() == [[-1.0, 0.0], [8.0, 3.0]]


def test_equals_the_gradient_of_an_independent_network():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    convolution = torch.nn.Conv2d(1, 6, 3)
    head = torch.nn.Linear(6, 3)
    radiograph = torch.rand(1, 1, 9, 7)
    stage = torch.relu(convolution(radiograph))
    stage.retain_grad()
    head(stage.mean(dim=(2, 3)))[0, 2].backward()
    alpha = stage.grad.mean(dim=(2, 3))[0]
    expected = torch.relu((alpha[:, None, None] * stage[0]).sum(0)).detach().numpy()

    activations = stage[0].detach().permute(1, 2, 0).numpy()
    ours = grad_cam_map(activations, head.weight.detach().T.numpy(), 2)

    assert expected.max() > 0
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-8)


def test_explanation_by_hand_cut_to_the_chest():
    anatomy = anatomy_of(spine_cols=slice(2, 3), thorax_rows=slice(0, 3))
    found = GradCam(FixedNetwork()).explain(RADIOGRAPH, anatomy, "pneumonia")

    assert found.method is Method.GRAD_CAM
    assert found.label == "pneumonia"
    lower = [1.0, 1.0, 0.375, 0.375]
    np.testing.assert_allclose(found.raw_image, [[0] * 4, [0] * 4, lower, lower])
    # Row 3 lies outside the thorax, column 2 is the spine.
    np.testing.assert_allclose(found.map_image, [[0] * 4, [0] * 4, [1, 1, 0, 0.375], [0] * 4])
    # 5.5 in all, 2.375 kept.
    assert found.removed_mass == pytest.approx(3.125 / 5.5)
    assert found.parameters == {"map": "2 x 2"}
    upper = [-0.125, -0.125, 0.0, 0.0]
    np.testing.assert_allclose(found.signed_image, [upper, upper, lower, lower])
    # The right lung is column 0: two ones of 5.5 in all.
    assert found.measures["lungs_share"] == pytest.approx(2 / 5.5)


def test_nothing_seen_gives_an_empty_map():
    class Silent(FixedNetwork):
        def activations(self, image_model):
            return np.zeros((2, 2, 2), np.float32)

    anatomy = anatomy_of(spine_cols=slice(2, 3), thorax_rows=slice(0, 4))
    found = GradCam(Silent()).explain(RADIOGRAPH, anatomy, "normal")

    assert not found.raw_image.any()
    assert found.removed_mass == 0


def test_unknown_label_is_refused():
    anatomy = anatomy_of(spine_cols=slice(2, 3), thorax_rows=slice(0, 4))
    with pytest.raises(SettingsError) as caught:
        GradCam(FixedNetwork()).explain(RADIOGRAPH, anatomy, "fracture")
    assert caught.value.parameters == {"name": "explain_label"}
