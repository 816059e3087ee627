import json

import numpy as np
import pytest

from bench.maps.variants import FUSED_NOW, VariantMetrics, _fused, shifted_map

METRICS = VariantMetrics(
    areas={
        "grad_cam": ((0.4, 0.5), (0.4, 0.3)),
        FUSED_NOW: ((0.2, 0.6), (0.3, 0.5)),
    }
)


class BlockNetwork:
    """One channel: the mean of each 4 x 4 block of an 8 x 8 radiograph."""

    def activations(self, image_model):
        return image_model.reshape(2, 4, 2, 4).mean(axis=(1, 3))[..., None]

    def head_weights(self):
        return np.array([[4.0]], np.float32)  # so that every place weighs 1


def test_the_shifted_map_is_finer_and_moves_with_the_radiograph():
    radiograph = np.random.default_rng(0).random((8, 8)).astype(np.float32)
    fine = shifted_map(BlockNetwork(), radiograph, 0, 2)
    assert fine.shape == (4, 4)
    # The place at row 1, col 1: the radiograph moved by one pixel up and left, its first block.
    assert fine[1, 1] == pytest.approx(radiograph[1:5, 1:5].mean(), abs=1e-6)
    # The first place looks one pixel over the radiograph's edge, where there is nothing.
    assert fine[0, 0] == pytest.approx(radiograph[:3, :3].sum() / 16, abs=1e-6)
    mirrored = shifted_map(BlockNetwork(), radiograph[:, ::-1].copy(), 0, 2)
    np.testing.assert_allclose(mirrored, fine[:, ::-1], atol=1e-6)


def test_without_shifts_it_is_grad_cam():
    radiograph = np.random.default_rng(1).random((8, 8)).astype(np.float32)
    fine = shifted_map(BlockNetwork(), radiograph, 0, 1)
    assert fine.tolist() == BlockNetwork().activations(radiograph)[..., 0].tolist()


def test_fused_variants_by_hand():
    maps = {
        "lime": np.array([[0.5, 0.125], [9.0, 0.0]], np.float32),
        "grad_cam": np.array([[2.0, 2.0], [9.0, 1.0]], np.float32),
        "shifted_4": np.array([[1.0, 0.0], [9.0, 0.0]], np.float32),
        "layer_cam": np.array([[0.0, 4.0], [9.0, 0.0]], np.float32),
    }
    lungs = np.array([[True, True], [False, True]])
    found = {name: one.tolist() for name, one in _fused(maps, lungs).items()}
    assert found["arithmetic_mean"] == [[1, 0.625], [0, 0.25]]
    assert found["a_quarter_grad_cam"] == [[1, 0.4375], [0, 0.125]]
    assert found[FUSED_NOW] == [[1, 0.5], [0, 0]]
    assert found["geometric_shifted_4"] == [[1, 0], [0, 0]]
    assert found["geometric_layer_cam"] == [[0, 0.5], [0, 0]]
    assert found["lime_in_the_lungs"] == [[1, 0.25], [0, 0]]


def test_differences_are_paired_by_radiograph():
    rows = {line.split()[0]: line.split() for line in METRICS.table().splitlines()}
    # Gains 0.1 and -0.1 of Grad-CAM, 0.4 and 0.2 of the fused map: 0.3 better on each radiograph.
    assert rows["grad_cam"][1:] == [
        "0.400",
        "0.400",
        "+0.000",
        "±",
        "0.000",
        "-0.300",
        "±",
        "0.000",
    ]
    assert rows[FUSED_NOW][3:6] == ["+0.300", "±", "0.000"]
    assert json.loads(METRICS.json_line())["areas"]["grad_cam"] == [[0.4, 0.5], [0.4, 0.3]]
