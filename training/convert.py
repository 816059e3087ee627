"""Conversion of trained weights for inference: OpenVINO beside the framework's own file."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.inference import openvino
from pipeline.reading.gate import INPUT_SIZE as GATE_SIZE
from segmentation.network import INPUT_SIZE, two_scale_logits

if TYPE_CHECKING:
    import keras
    from torch import nn


def convert_anatomy(network: "nn.Module", folder: Path) -> None:
    """Write `anatomy.safetensors` and `anatomy.xml`/`.bin` to `folder`.

    The converted model holds both scales of `two_scale_logits`. Its weights stay in float32, which
    keeps it within 1e-3 of the network.
    """
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    save_file(network.state_dict(), folder / "anatomy.safetensors")

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return two_scale_logits(self.network, batch)

    ov = openvino()
    shape = [1, 3, INPUT_SIZE, INPUT_SIZE]
    model = ov.convert_model(Logits(), example_input=torch.zeros(shape), input=shape)
    ov.save_model(model, folder / "anatomy.xml", compress_to_fp16=False)


def convert_gate(network: "nn.Module", folder: Path) -> None:
    """Write `gate.xml`/`.bin` to `folder`, the weights in float16."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    ov = openvino()
    shape = [1, 1, GATE_SIZE, GATE_SIZE]
    model = ov.convert_model(network.eval(), example_input=torch.zeros(shape), input=shape)
    ov.save_model(model, folder / "gate.xml", compress_to_fp16=True)


def convert_classifier(model: "keras.Model", folder: Path) -> None:
    """Write `classifier.keras`, `classifier.xml`/`.bin` (float32) and `head.npz` to `folder`.

    The converted model has two outputs: logits, and the activations of the last convolution
    stage, from which Grad-CAM is read in one forward pass.
    """
    import keras
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    ov = openvino()
    size = model.input_shape[1]
    both = keras.Model(model.input, [model.output, model.get_layer("top_activation").output])
    model.save(folder / "classifier.keras")
    signature = tf.TensorSpec((None, size, size, 1), tf.float32)
    function = tf.function(lambda batch: both(batch, training=False), input_signature=[signature])
    converted = ov.convert_model(function)
    # The converter exposes inner values of the graph as well, which would keep it from fusing them.
    wanted = ov.Model(converted.get_results()[:2], converted.get_parameters(), model.name)
    ov.save_model(wanted, folder / "classifier.xml", compress_to_fp16=False)
    kernel, _ = model.get_layer("head").get_weights()
    np.savez(folder / "head.npz", kernel=kernel.astype(np.float32))
