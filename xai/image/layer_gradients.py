"""The classifier opened at any depth: what a layer gives, and how the logit depends on it."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError, WeightsMissingError
from pipeline.manifest import load_manifest
from pipeline.types import FloatArray

KERAS_FILE = "classifier.keras"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerGradient:
    """One layer on one picture.

    Attributes:
        layer: The layer's name.
        activations: `(row, col, channel)` float32, what the layer gives.
        gradients: The same shape, the derivative of one label's logit with respect to each.
    """

    layer: str
    activations: FloatArray
    gradients: FloatArray


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


def layer_gradients(
    opened: Any, layers: Sequence[str], image_model: FloatArray, index: int
) -> list[LayerGradient]:
    """Every opened layer on one picture, by one forward and one backward pass.

    Args:
        opened: From `open_layers`.
        layers: The names it was opened at.
        image_model: `(size, size)` float32 in [0, 1].
        index: Which label's logit.
    """
    import tensorflow as tf

    batch = tf.constant(image_model[None, :, :, None])
    with tf.GradientTape() as tape:
        tape.watch(batch)
        *activations, logits = opened(batch, training=False)
        score = logits[0, index]
    gradients = tape.gradient(score, activations)
    return [
        LayerGradient(layer=name, activations=found.numpy()[0], gradients=slope.numpy()[0])
        for name, found, slope in zip(layers, activations, gradients, strict=True)
    ]


class LayerGradients:
    """A classifier's Keras model, loaded when it is first asked.

    The product itself runs without TensorFlow: importing it takes seconds and hundreds of
    megabytes, which only those pay who ask for a map that needs gradients.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Keep where it lies; nothing is loaded yet.

        Args:
            folder: The classifier's folder, with the Keras file.
            threads: TensorFlow's threads.
        """
        self._folder, self._threads = folder, threads
        self._model: Any = None
        self._opened: dict[tuple[str, ...], Any] = {}

    @property
    def model(self) -> Any:
        """The Keras model, its file checked against the manifest.

        Raises:
            ModelError: The folder has no Keras file, or it does not fit the manifest.
        """
        if self._model is None:
            self._model = self._loaded()
        return self._model

    def open(self, layers: Sequence[str] = ()) -> tuple[str, ...]:
        """Open the model at these layers, or at every stage's last one; gives their names.

        Raises:
            ModelError: The folder has no Keras file, or it does not fit the manifest.
            SettingsError: The classifier has no such layer.
        """
        names = tuple(layers) or stage_layers(self.model)
        if names not in self._opened:
            self._opened[names] = open_layers(self.model, names)
        return names

    def of(self, image_model: FloatArray, index: int, layers: Sequence[str]) -> list[LayerGradient]:
        """These layers on one picture; arguments and errors as in `layer_gradients` and `open`."""
        names = self.open(layers)
        return layer_gradients(self._opened[names], names, image_model, index)

    def _loaded(self) -> Any:
        if KERAS_FILE not in load_manifest(self._folder, "classification").files:
            raise WeightsMissingError(model=self._folder.name, file=KERAS_FILE)
        import tensorflow as tf

        with contextlib.suppress(RuntimeError):  # somebody else's TensorFlow runs already
            tf.config.threading.set_intra_op_parallelism_threads(self._threads)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        import keras

        return keras.saving.load_model(self._folder / KERAS_FILE, compile=False, safe_mode=True)
