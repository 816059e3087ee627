"""Grad-CAM at any convolution stage, for a study of what the network sees from fine to coarse."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SettingsError, WeightsMissingError
from pipeline.manifest import load_manifest
from pipeline.protocols import Network, Progress, silent
from pipeline.types import Anatomy, FloatArray, LayerMap, ProgressEvent, Radiograph, Step
from xai.image.chest_maps import label_index
from xai.image.network_grid import network_grid

KERAS_FILE = "classifier.keras"
LOADED, OPENED = 0.6, 0.8  # of the time; most of it goes on importing TensorFlow


def stage_layers(model: Any) -> tuple[str, ...]:
    """The last layer at each resolution, finest first.

    Of EfficientNetB0 these are the expansion of the block that halves the resolution next and the
    network's top, where segmentation decoders take their features, too.

    Args:
        model: A Keras model of a picture.

    Reference:
        Lin et al. 2017, Feature Pyramid Networks, arXiv:1612.03144: a stage is all layers of one
        output size, and its last layer has the strongest features.
    """
    import keras

    padding = (keras.layers.ZeroPadding2D, keras.layers.Cropping2D)
    last: dict[tuple[int, int], str] = {}
    convolved = False
    for layer in model.layers:
        convolved |= isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
        if convolved and _is_map(layer) and not isinstance(layer, padding):
            last[layer.output.shape[1:3]] = layer.name
    return tuple(last[size] for size in sorted(last, reverse=True))


def convolution_layers(model: Any) -> tuple[str, ...]:
    """Every layer that gives a map and may be named: convolutions and what follows them."""
    return tuple(layer.name for layer in model.layers if _is_map(layer))


def _is_map(layer: Any) -> bool:
    """Whether a layer gives one map of more than one place, so that an explainer can place it."""
    shape = getattr(getattr(layer, "output", None), "shape", ())
    return len(shape) == 4 and None not in shape[1:3] and min(shape[1:3]) > 1


def open_layers(model: Any, layers: Sequence[str]) -> Any:
    """The model with further outputs: what these layers give, in order, and then the logits.

    Raises:
        SettingsError: The model has no such layer, or it gives no map.
    """
    import keras

    if set(layers) - set(convolution_layers(model)):
        raise SettingsError(name="layer")
    outputs = [model.get_layer(name).output for name in layers]
    return keras.Model(model.input, [*outputs, model.output])


def layer_maps(opened: Any, image_model: FloatArray, index: int) -> list[FloatArray]:
    """Grad-CAM of one label at every opened layer, by one forward and one backward pass.

    Args:
        opened: From `open_layers`.
        image_model: `(size, size)` float32 in [0, 1].
        index: Which label.

    Returns:
        `(row, col)` float32 a layer, on its own grid, in units of the logit: the channels summed,
        each weighted by the mean of the logit's gradient over its places. Negative values, which
        the paper cuts off, are kept.

    Reference:
        Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391.
    """
    import tensorflow as tf

    batch = tf.constant(image_model[None, :, :, None])
    with tf.GradientTape() as tape:
        tape.watch(batch)
        *activations, logits = opened(batch, training=False)
        score = logits[0, index]
    gradients = tape.gradient(score, activations)
    return [
        weighted_sum(found.numpy()[0], slope.numpy()[0])
        for found, slope in zip(activations, gradients, strict=True)
    ]


def weighted_sum(activations: NDArray[np.float32], gradients: NDArray[np.float32]) -> FloatArray:
    """Channels `(row, col, channel)` weighted by their mean gradients, `(row, col)` float32."""
    return np.asarray(activations @ gradients.mean(axis=(0, 1)), np.float32)


class LayerGradCam:
    """Explains a label by Grad-CAM at several depths, through the Keras model.

    TensorFlow is imported at the first call, for the product itself runs without it; the network
    that classifies says what it sees and where that lies on the radiograph.
    """

    def __init__(self, network: Network, folder: Path, threads: int) -> None:
        """Keep them; nothing is loaded yet.

        Args:
            network: The classifier, opened for explainers.
            folder: Its folder, with the Keras file.
            threads: TensorFlow's threads.
        """
        self._network, self._folder, self._threads = network, folder, threads
        self._model: Any = None
        self._opened: Mapping[tuple[str, ...], Any] = {}

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
            progress: Hears of loading and of the passes.

        Raises:
            ModelError: The folder has no Keras file, or it does not fit the manifest.
            SettingsError: The classifier has no such label or layer.
        """

        def tell(fraction: float) -> None:
            progress(ProgressEvent(step=Step.GRAD_CAM, fraction=fraction))

        network = self._network
        index = label_index(network.labels, label)
        if self._model is None:
            self._model = self._loaded()
        tell(LOADED)
        names = layers or stage_layers(self._model)
        if names not in self._opened:
            self._opened = {names: open_layers(self._model, names)}
        tell(OPENED)
        image = network.input_model(radiograph, anatomy)
        box = network_grid(network, anatomy, image.shape[0]).box
        maps = layer_maps(self._opened[names], image, index)
        return tuple(
            LayerMap(layer=name, label=label, signed_model=found, box=box)
            for name, found in zip(names, maps, strict=True)
        )

    def _loaded(self) -> Any:
        """The Keras model, its file checked against the manifest."""
        if KERAS_FILE not in load_manifest(self._folder, "classification").files:
            raise WeightsMissingError(model=self._folder.name, file=KERAS_FILE)
        import tensorflow as tf

        with contextlib.suppress(RuntimeError):  # somebody else's TensorFlow runs already
            tf.config.threading.set_intra_op_parallelism_threads(self._threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        import keras

        return keras.saving.load_model(self._folder / KERAS_FILE, compile=False, safe_mode=True)
