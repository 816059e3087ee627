"""Nine lung conditions at 260 x 260: the six-convolution CNN, and ResNet50 beside it."""

from typing import TYPE_CHECKING

from training.published.fit import Plan
from training.published.published import Published
from training.published.start import load, started

if TYPE_CHECKING:
    import keras

CLASSES = (
    "healthy",
    "pneumonia",
    "higher density",
    "lower density",
    "obstruction",
    "infection",
    "trauma",
    "mediastinal change",
    "malformation",
)


def build_cnn(shape: tuple[int, int, int], classes: int, weights: str) -> "keras.Model":
    """Three blocks of convolution, pooling, convolution, pooling, dropout 0.1; dense 128 and 256.

    The blocks have 128, 256 and 512 filters.
    """
    import keras
    from keras import layers

    blocks = [
        layer
        for filters in (128, 256, 512)
        for layer in (
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(filters, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.1),
        )
    ]
    model = keras.Sequential(
        [
            keras.Input(shape),
            *blocks,
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ],
        name="nine_classes_cnn",
    )
    load(model, weights)
    model.compile("nadam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def build_resnet(shape: tuple[int, int, int], classes: int, weights: str) -> "keras.Model":
    """ResNet50 whose last layer has one output a class."""
    import keras

    base = started(
        keras.applications.ResNet50, weights, include_top=False, input_shape=shape, pooling="avg"
    )
    outputs = keras.layers.Dense(classes, activation="softmax")(base.output)
    model = keras.Model(base.input, outputs, name="nine_classes_resnet50")
    model.compile("nadam", "categorical_crossentropy", metrics=["accuracy"])
    return model


CNN = Published(
    name="nine_classes_cnn",
    summary="six convolutions at 260 x 260 grey, a class a folder",
    shape=(260, 260, 1),
    build=build_cnn,
    plan=Plan(epochs=30),
    batch=100,
    scale=1 / 255,
)
RESNET = Published(
    name="nine_classes_resnet50",
    summary="ResNet50 at 260 x 260, a class a folder",
    shape=(260, 260, 3),
    build=build_resnet,
    plan=Plan(epochs=26),
    batch=100,
    scale=1 / 255,
)
