"""Grad-CAM at any convolution stage, for a study of what the network sees from fine to coarse."""

import numpy as np
from numpy.typing import NDArray

from pipeline.protocols import Network, Progress, silent
from pipeline.types import Anatomy, FloatArray, LayerMap, ProgressEvent, Radiograph, Step
from xai.image.chest_maps import label_index
from xai.image.layer_gradients import LayerGradients
from xai.image.network_grid import network_grid

LOADED, OPENED = 0.6, 0.8  # of the time; most of it goes on importing TensorFlow


def weighted_sum(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> FloatArray:
    """Grad-CAM of one layer before its negative part is cut off.

    Args:
        activations: `(row, col, channel)` float32.
        gradients: The same shape, the logit's derivative with respect to each.

    Returns:
        `(row, col)` float32 on the layer's own grid, in units of the logit: the channels summed,
        each weighted by the mean of its gradients over all places. Negative values, which the
        paper cuts off, are kept.

    Reference:
        Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391.
    """
    return np.asarray(activations @ gradients.mean(axis=(0, 1)), np.float32)


class LayerGradCam:
    """Explains a label by Grad-CAM at several depths, through the Keras model.

    The network that classifies says what it sees and where that lies on the radiograph.
    """

    def __init__(self, network: Network, gradients: LayerGradients) -> None:
        """Keep them.

        Args:
            network: The classifier, opened for explainers.
            gradients: The same classifier at any depth.
        """
        self._network, self._gradients = network, gradients

    def explain(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        label: str,
        *,
        layers: tuple[str, ...] = (),
        progress: Progress = silent,
    ) -> tuple[LayerMap, ...]:
        """Explain one label of one radiograph at several depths.

        Args:
            radiograph: The radiograph.
            anatomy: Its anatomy.
            label: The label.
            layers: Names of layers; the last one at each resolution, finest first, if empty.
            progress: Receives loading and the passes.

        Raises:
            ModelError: The folder has no Keras file, or it does not fit the manifest.
            SettingsError: The classifier has no such label or layer.
        """

        def on_progress(fraction: float) -> None:
            progress(ProgressEvent(step=Step.GRAD_CAM, fraction=fraction))

        network, gradients = self._network, self._gradients
        index = label_index(network.labels, label)
        _ = gradients.model
        on_progress(LOADED)
        names = gradients.open(layers)
        on_progress(OPENED)
        image = network.input_model(radiograph, anatomy)
        box = network_grid(network, anatomy, image.shape[0]).box
        return tuple(
            LayerMap(
                layer=one.layer,
                label=label,
                signed_model=weighted_sum(one.activations, one.gradients),
                box=box,
            )
            for one in gradients.of(image, index, names)
        )
