"""A reference implementation of each step, as the libraries' own examples have it."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.thorax_input import thorax_input
from pipeline.settings import Settings
from pipeline.types import CaseResult, FloatArray, Radiograph, Step
from segmentation.network import build_network
from segmentation.segmenter import DeepLabSegmenter

LAST_CONVOLUTION = "top_activation"
STOCK_SAMPLES = 1000  # the library's own default


def stock_read(data: bytes) -> FloatArray:
    """Pillow alone: `(row, col)` float32 in [0, 1]."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L"), np.float32) / np.float32(255)


class TorchSegmenter(DeepLabSegmenter):
    """The same network and geometry with torch instead of OpenVINO."""

    def __init__(self, folder: Path, size: int) -> None:
        """Load the weights that the shipped model was converted from."""
        import torch
        from safetensors.torch import load_file

        network = build_network()
        network.load_state_dict(load_file(folder / "anatomy.safetensors"))
        network.float().eval()
        self._size = size

        def forward(batch: FloatArray) -> list[FloatArray]:
            with torch.inference_mode():
                return [network(torch.from_numpy(batch))["out"].numpy()]

        self._model = forward

    def logits_model(self, radiograph: Radiograph) -> FloatArray:
        """The network's answer, asked for anew each time: this is what is timed."""
        self._latest = None
        return super().logits_model(radiograph)


def load_keras(folder: Path) -> Any:
    """The shipped classifier as Keras loads it."""
    import keras

    return keras.saving.load_model(folder / "classifier.keras", compile=False, safe_mode=True)


def stock_probabilities(model: Any, batch: NDArray[np.floating[Any]]) -> FloatArray:
    """`predict` and a softmax: `(batch, label)` of a `(batch, size, size, 1)` batch."""
    return softmax(model.predict(batch, verbose=0))


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities `(batch, label)` of `(batch, label)` logits, uncalibrated."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


def opened(model: Any, layer: str = LAST_CONVOLUTION) -> Any:
    """The model with a second output: what its last convolution stage, so named, gives."""
    import keras

    return keras.Model(model.input, [model.get_layer(layer).output, model.output])


def stock_grad_cam(opened_model: Any, image: FloatArray, index: int) -> FloatArray:
    """Grad-CAM by `GradientTape`, as in the Keras example.

    Args:
        opened_model: From `(batch, size, size, 1)` to last convolution stage and logits.
        image: `(size, size)` float32.
        index: Which label.

    Returns:
        `(row, col)` float32 on that stage's grid.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        activations, logits = opened_model(image[None, ..., None], training=False)
        score = logits[:, index]
    alpha = tf.reduce_mean(tape.gradient(score, activations), axis=(0, 1, 2))
    return np.asarray(tf.nn.relu(tf.reduce_sum(activations[0] * alpha, axis=-1)))


def stock_lime(model: Any, image: FloatArray, index: int, samples: int, seed: int) -> FloatArray:
    """`lime_image` as its own example runs it, `predict` behind it: signed weight per pixel."""
    found = stock_explanation(
        lambda pictures: stock_probabilities(model, pictures[..., :1]),
        image,
        index,
        samples=samples,
        seed=seed,
    )
    return weight_map(found, index)


def stock_explanation(
    predict_fn: Callable[[NDArray[np.double]], FloatArray],
    image: FloatArray,
    index: int,
    *,
    samples: int,
    seed: int,
    hide_color: float | NDArray[np.double] = 0,
    segments: NDArray[np.int64] | None = None,
    batch: int = 10,
) -> Any:
    """What `LimeImageExplainer.explain_instance` finds: the library's `ImageExplanation`.

    Args:
        predict_fn: From a `(batch, size, size, 3)` batch to `(batch, label)` probabilities.
        image: `(size, size)` float32 in [0, 1].
        index: Which label.
        samples: Perturbed samples.
        seed: Seed of the samples and of quickshift.
        hide_color: As in the library: a tone, or a `(size, size, 3)` picture.
        segments: `(size, size)` int64 from 0 without gaps; the library's quickshift if `None`.
        batch: Pictures at once; 10 is the library's own.
    """
    from lime.lime_image import LimeImageExplainer

    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        return LimeImageExplainer(random_state=seed).explain_instance(
            image.astype(np.double),
            predict_fn,
            labels=(index,),
            top_labels=None,
            hide_color=hide_color,
            num_samples=samples,
            batch_size=batch,
            segmentation_fn=None if segments is None else lambda picture: segments,
            random_seed=seed,
        )


def weight_map(found: Any, index: int) -> FloatArray:
    """The signed weight of each pixel's superpixel, `(size, size)` float32."""
    weights = np.zeros(found.segments.max() + 1, np.float32)
    for segment, weight in found.local_exp[index]:
        weights[segment] = weight
    return np.asarray(weights[found.segments])


def stock_steps(
    data: bytes, case: CaseResult, settings: Settings
) -> dict[Step, Callable[[], object]]:
    """The reference implementation of each step that has one, models loaded, on one radiograph.

    Args:
        data: The radiograph's file.
        case: What ours found in it, so that all look at the same thorax and explain one label.
        settings: Where weights are, and the seed.
    """
    from pipeline.manifest import load_manifest

    segmentation = settings.weights_folder / "anatomy"
    segmenter = TorchSegmenter(segmentation, load_manifest(segmentation, "segmentation").input.size)
    model = load_keras(settings.weights_folder / "classifier")
    size = int(model.input_shape[1])
    radiograph, anatomy = case.radiograph, case.anatomy
    label = next(iter(case.explanations.values())).label
    index = case.prediction.labels.index(label)
    image = thorax_input(radiograph, anatomy, size)
    opened_model = opened(model)
    return {
        Step.READ: lambda: stock_read(data),
        Step.SEGMENT: lambda: segmenter.segment(radiograph),
        Step.CLASSIFY: lambda: stock_probabilities(
            model, thorax_input(radiograph, anatomy, size)[None, ..., None]
        ),
        Step.GRAD_CAM: lambda: stock_grad_cam(opened_model, image, index),
        Step.LIME: lambda: stock_lime(model, image, index, STOCK_SAMPLES, settings.seed),
    }
