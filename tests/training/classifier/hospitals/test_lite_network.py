"""The network in torch and Keras: the same probabilities, and a head that contrasts with normal."""

import keras
import numpy as np
import torch

from training.classifier.calibrate import softmax
from training.classifier.hospitals.lite_network import (
    build_keras,
    build_torch,
    contrasted,
    to_keras,
)


def test_the_keras_model_gives_the_probabilities_of_the_torch_network():
    torch.manual_seed(0)
    network = build_torch(20)
    for part in network.modules():  # running means as after training, not zeros and ones
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
    network.eval()
    model = build_keras(64, 6)
    to_keras(network, model)
    pictures = np.random.default_rng(0).random((3, 64, 64, 1)).astype(np.float32)
    with torch.inference_mode():
        expected = network(torch.from_numpy(pictures.transpose(0, 3, 1, 2))).numpy()[:, :6]
    found = model.predict(pictures, verbose=0)
    assert isinstance(model, keras.Model)
    np.testing.assert_allclose(softmax(found), softmax(expected), atol=1e-4)


def test_frozen_blocks_keep_their_running_means():
    network = build_torch(8, frozen=3)
    network.learns()
    assert not network.stem.training
    assert [block.training for block in network.blocks[:4]] == [False, False, False, True]
    assert not any(weights.requires_grad for weights in network.blocks[:3].parameters())


def test_a_contrasted_head_has_the_same_probabilities_and_no_common_part():
    random = np.random.default_rng(0)
    kernel = random.normal(size=(8, 4)).astype(np.float32)
    bias = random.normal(size=4).astype(np.float32)
    features = random.normal(size=(5, 8)).astype(np.float32)
    found, shifted = contrasted(kernel, bias)
    np.testing.assert_allclose(
        softmax(features @ found + shifted), softmax(features @ kernel + bias), atol=1e-6
    )
    whole, _ = contrasted(kernel, bias, share=1.0)
    np.testing.assert_allclose(whole[:, 1:], kernel[:, 1:] - kernel[:, :1], atol=1e-6)
    against = kernel[:, 0] - kernel[:, 1:].mean(axis=1)
    np.testing.assert_allclose(found[:, 0], 0.1 * against, atol=1e-6)
