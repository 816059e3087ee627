"""LayerCAM: a finer map than Grad-CAM's, of what the network's first stages pass on."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.protocols import Network, Progress, silent
from pipeline.types import Anatomy, Explanation, FloatArray, Method, ProgressEvent, Radiograph
from xai.image.chest_maps import explanation_of, label_index, normalised
from xai.image.layer_gradients import LayerGradients

STAGES = 2  # the finest ones
LOADED = 0.8  # of the time; most of it goes on importing TensorFlow


def layer_cam_map(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> FloatArray:
    """LayerCAM of one layer: each place of a channel has a weight of its own.

    Args:
        activations: `(row, col, channel)` float32.
        gradients: The same shape, the logit's derivative with respect to each.

    Returns:
        `(row, col)` float32, not negative, in units of the logit: the activations weighted by
        their positive gradients and summed over the channels, negative sums cut off.

    Reference:
        Jiang et al. 2021, LayerCAM: Exploring Hierarchical Class Activation Maps for
        Localization, IEEE Transactions on Image Processing 30:5875-5888, equations 5 to 7.
    """
    weighted = (np.maximum(gradients, 0) * activations).sum(axis=2)
    return np.asarray(np.maximum(weighted, 0), np.float32)


def joined(maps: Sequence[FloatArray]) -> FloatArray:
    """Several stages' maps as one, on the grid of the first.

    Args:
        maps: `(row, col)` float32 each, not negative, the finest first.

    Returns:
        `(row, col)` float32 in [0, 1]: the geometric mean of all stages, each divided by its
        maximum first. What one stage alone responds to falls away, as in `xai/image/fusion.py`.

    Reference:
        Jiang et al. 2021, section III-C, take the larger of the scaled maps at each place, which is
        about as faithful here, and let the last stages join, which is less (`python -m bench
        variants`, `docs/explanations.md`).
    """
    rows, cols = maps[0].shape
    product = np.ones((rows, cols), np.float32)
    for one in maps:
        enlarged = cv2.resize(normalised(one), (cols, rows), interpolation=cv2.INTER_LINEAR)
        product *= enlarged ** np.float32(1 / len(maps))
    return product


class LayerCam:
    """Explains a label by LayerCAM over the two finest stages of the network.

    Gradients are needed, which the converted network does not give: the Keras model is loaded at
    the first call (`LayerGradients`).
    """

    def __init__(self, network: Network, gradients: LayerGradients) -> None:
        """Keep them.

        Args:
            network: The classifier, opened for explainers.
            gradients: The same classifier at any depth.
        """
        self._network, self._gradients = network, gradients

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one radiograph.

        It has no signed map: what speaks against the label is cut off channel by channel.

        Raises:
            ModelError: The classifier's folder has no Keras file, or it does not fit the manifest.
            SettingsError: The classifier has no such label.
        """
        network, gradients = self._network, self._gradients
        index = label_index(network.labels, label)
        layers = gradients.open()[:STAGES]
        progress(ProgressEvent(step=Method.LAYER_CAM.spec.step, fraction=LOADED))
        found = gradients.of(network.input_model(radiograph, anatomy), index, layers)
        maps = [layer_cam_map(one.activations, one.gradients) for one in found]
        rows, cols = maps[0].shape
        return explanation_of(
            Method.LAYER_CAM,
            label,
            network.to_image(joined(maps), anatomy),
            anatomy,
            measures={},
            parameters={"map": f"{rows} x {cols}", "layers": ", ".join(layers)},
        )
