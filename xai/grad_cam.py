"""Grad-CAM at the last convolution stage."""

import numpy as np

from pipeline.protocols import Network, Progress, silent
from pipeline.settings import Settings
from pipeline.types import Anatomy, Explanation, FloatArray, Method, Radiograph
from xai.mask_maps import explanation_of, label_index


def grad_cam_map(activations: FloatArray, head_weights: FloatArray, index: int) -> FloatArray:
    """Grad-CAM of one label, from the last convolution stage and the head above it.

    Between that stage and the logits stand global average pooling and one dense layer, so the
    gradient of the logit is known in closed form: `head_weights[k, index] / (row * col)` at every
    place of channel k. No backward pass is needed, and the result is exact.

    Args:
        activations: `(row, col, channel)` float32.
        head_weights: `(channel, label)` float32.
        index: Which label.

    Returns:
        `(row, col)` float32, not negative, in units of the logit.

    Reference:
        Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391. As there, the gradient is that of the
        score before the softmax, averaged over the places, and negative sums are cut off.
    """
    rows, cols, _ = activations.shape
    alpha = head_weights[:, index] / np.float32(rows * cols)
    weighted: FloatArray = np.maximum(activations @ alpha, np.float32(0))
    return weighted


class GradCam:
    """Explains a label by Grad-CAM, enlarged bilinearly to the working grid."""

    def __init__(self, network: Network, settings: Settings) -> None:
        """Keep the network.

        Args:
            network: The classifier, opened for explainers.
            settings: Taken as every explainer takes them; Grad-CAM leaves nothing to choose.
        """
        self._network = network

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one film; it is one forward pass, so `progress` hears nothing.

        Raises:
            SettingsError: The classifier has no such label.
        """
        network = self._network
        index = label_index(network.labels, label)
        activations = network.activations(network.input_model(radiograph, anatomy))
        map_model = grad_cam_map(activations, network.head_weights(), index)
        rows, cols = map_model.shape
        return explanation_of(
            Method.GRAD_CAM,
            label,
            network.to_image(map_model, anatomy),
            anatomy,
            measures={},
            parameters={"map": f"{rows} x {cols}"},
        )
