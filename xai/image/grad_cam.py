"""Grad-CAM at the last convolution stage."""

import numpy as np

from pipeline.protocols import Network, Progress, silent
from pipeline.types import Anatomy, Explanation, FloatArray, Method, Radiograph
from xai.image.chest_maps import explanation_of, label_index


def signed_map(activations: FloatArray, head_weights: FloatArray, index: int) -> FloatArray:
    """Grad-CAM of one label before its negative part is cut off.

    Between the last convolution stage and the logits stand global average pooling and one dense
    layer, so the gradient of the logit is known in closed form:
    `head_weights[k, index] / (row * col)` at every place of channel k. No backward pass is needed,
    and the result is exact.

    Args:
        activations: `(row, col, channel)` float32.
        head_weights: `(channel, label)` float32.
        index: Which label.

    Returns:
        `(row, col)` float32 in units of the logit; below zero is what speaks against the label.

    Reference:
        Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391. As there, the gradient is that of the
        score before the softmax, averaged over the places.
    """
    rows, cols, _ = activations.shape
    alpha = head_weights[:, index] / np.float32(rows * cols)
    weighted: FloatArray = activations @ alpha
    return weighted


def grad_cam_map(activations: FloatArray, head_weights: FloatArray, index: int) -> FloatArray:
    """Grad-CAM of one label as its paper has it: `signed_map` with negative sums cut off."""
    return np.maximum(signed_map(activations, head_weights, index), np.float32(0))


class GradCam:
    """Explains a label by Grad-CAM, enlarged bilinearly to the working grid."""

    def __init__(self, network: Network) -> None:
        """Keep the classifier, opened for explainers."""
        self._network = network

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one radiograph; it is one forward pass, so `progress` is not called.

        Raises:
            SettingsError: The classifier has no such label.
        """
        network = self._network
        index = label_index(network.labels, label)
        activations = network.activations(network.input_model(radiograph, anatomy))
        signed = signed_map(activations, network.head_weights(), index)
        rows, cols = signed.shape
        return explanation_of(
            Method.GRAD_CAM,
            label,
            network.to_image(np.maximum(signed, np.float32(0)), anatomy),
            anatomy,
            signed_image=network.to_image(signed, anatomy),
            measures={},
            parameters={"map": f"{rows} x {cols}"},
        )
