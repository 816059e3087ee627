"""Six architectures on one split, and the binary EfficientNetB0 that was chosen among them."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.datasets.dataset import Dataset, binary
from training.published.fit import BEST, Plan
from training.published.published import Published, run, shortened, smaller
from training.published.start import IMAGENET, NONE, started

if TYPE_CHECKING:
    import keras

ARCHITECTURES = (  # the slowest to train last, so that a run cut short has a table of the others
    "MobileNet",
    "EfficientNetB0",
    "EfficientNetB3",
    "DenseNet121",
    "ResNet50",
    "VGG19",
)
PREPROCESSING = {
    "MobileNet": "mobilenet",
    "VGG19": "vgg19",
    "EfficientNetB0": "efficientnet",
    "DenseNet121": "densenet",
    "ResNet50": "resnet50",
    "EfficientNetB3": "efficientnet",
}


def build(
    architecture: str, shape: tuple[int, int, int], classes: int, weights: str
) -> "keras.Model":
    """The network of that name, with its own preprocessing, pooled, and a softmax over classes."""
    import keras
    from keras import layers

    base = started(
        getattr(keras.applications, architecture),
        weights,
        include_top=False,
        input_shape=shape,
        pooling="avg",
    )
    module = getattr(keras.applications, PREPROCESSING[architecture])
    if weights == NONE:
        _follow(base)
    inputs = keras.Input(shape)
    pooled = layers.Dropout(0.2)(base(module.preprocess_input(inputs)))
    outputs = layers.Dense(classes, activation="softmax")(pooled)
    model = keras.Model(inputs, outputs, name=architecture.lower())
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy", metrics=["accuracy"])
    return model


def _follow(base: "keras.Model") -> None:
    """Let the running means of batch normalisation follow weights that change fast.

    At Keras' own momentum of 0.99 they trail the weights by some hundred steps, which is as long as
    a short run from random weights takes: its validation metrics would be those of the means, not
    of the network.
    """
    import keras

    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9


def recipe_of(architecture: str) -> Published:
    """Abnormality or none with one of the architectures, at 224 x 224."""
    return Published(
        name=architecture.lower(),
        summary=f"{architecture} at 224 x 224, abnormality or none",
        shape=(224, 224, 3),
        build=partial(build, architecture),
        plan=Plan(epochs=10, patience=3),
        batch=32,
        prepare=binary,
        weights=IMAGENET,
    )


BINARY_EFFICIENTNET = replace(recipe_of("EfficientNetB0"), name="binary_efficientnetb0")


def compare(
    dataset: Dataset,
    folder: Path,
    weights: str,
    *,
    names: Sequence[str] = ARCHITECTURES,
    epochs: int | None = None,
    steps: int | None = None,
    size: int | None = None,
) -> list[dict[str, Any]]:
    """Train each architecture on the same images; write `table.md`, `table.json` and a plot."""
    import keras

    rows = []
    for name in names:
        recipe = smaller(shortened(recipe_of(name), epochs, steps), size)
        metrics = run(recipe, dataset, folder / recipe.name, weights)
        model = keras.models.load_model(folder / recipe.name / BEST)
        rows.append({"architecture": name, **cost_of(model), **chosen(metrics)})
        (folder / "table.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
        (folder / "table.md").write_text(table(rows) + "\n", encoding="utf-8")
    _draw(rows, folder / "architectures.png")
    return rows


def chosen(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics that the comparison shows."""
    return {name: metrics[name] for name in ("accuracy", "auc", "ece")}


def cost_of(model: "keras.Model", repeats: int = 20) -> dict[str, float]:
    """What a network costs to run on one radiograph.

    Returns:
        `parameters_m` in millions; `operations_g`, multiplications and additions in 10^9;
        `latency_ms`, the median of `repeats` calls after a first one; `memory_mb`, its weights and
        the values of its layers in float32, in MB of 10^6 bytes.
    """
    import tensorflow as tf

    shape = (1, *model.input_shape[1:])
    radiograph = tf.zeros(shape)
    forward = tf.function(lambda batch: model(batch, training=False))
    forward(radiograph)
    times = []
    for _ in range(repeats):
        started_at = time.perf_counter()
        forward(radiograph)
        times.append((time.perf_counter() - started_at) * 1000)
    return {
        "parameters_m": model.count_params() / 1e6,
        "operations_g": _operations(forward.get_concrete_function(radiograph)) / 1e9,
        "latency_ms": float(np.median(times)),
        "memory_mb": (model.count_params() + _values(model)) * 4 / 1e6,
    }


def _operations(function: Any) -> int:
    """Floating-point operations of one call, as TensorFlow's profiler counts them."""
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    options = ProfileOptionBuilder(ProfileOptionBuilder.float_operation())
    found = profile(function.graph, options=options.with_empty_output().build())
    return int(found.total_float_ops)


def _values(model: "keras.Model") -> int:
    """How many values all layers put out for one radiograph."""
    total = 0
    for layer in model.layers:
        if hasattr(layer, "layers"):
            total += _values(layer)
        else:
            total += int(np.prod(layer.output.shape[1:]))
    return total


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The comparison as Markdown."""
    lines = [
        "| architecture | parameters, M | operations, G | latency, ms | memory, MB "
        "| accuracy | AUC | ECE |",
        "| --- |" + " --- |" * 7,
    ]
    for row in rows:
        auc = "–" if row["auc"] is None else f"{row['auc']:.3f}"
        lines.append(
            f"| {row['architecture']} | {row['parameters_m']:.1f} | {row['operations_g']:.2f} | "
            f"{row['latency_ms']:.0f} | {row['memory_mb']:.0f} | {row['accuracy']:.3f} | {auc} | "
            f"{row['ece']:.3f} |"
        )
    return "\n".join(lines)


def _draw(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Accuracy over operations, the area of each point as its parameters."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(7, 4.5), layout="constrained")
    axes = drawn.subplots()
    for row in rows:
        axes.scatter(row["operations_g"], row["accuracy"], s=20 * row["parameters_m"], alpha=0.6)
        axes.annotate(row["architecture"], (row["operations_g"], row["accuracy"]))
    axes.set(
        xlabel="operations on one radiograph, 10^9", ylabel="accuracy on validation radiographs"
    )
    drawn.savefig(file, dpi=120)
