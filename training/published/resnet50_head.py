"""A frozen ResNet50 with a head of its own, on a folder of classes."""

from typing import TYPE_CHECKING

from training.published.fit import Plan
from training.published.published import Published
from training.published.start import IMAGENET, started

if TYPE_CHECKING:
    import keras


def build(shape: tuple[int, int, int], classes: int, weights: str) -> "keras.Model":
    """ResNet50, frozen; global average pooling, dense 256, dropout 0.5, softmax."""
    import keras
    from keras import layers

    base = started(keras.applications.ResNet50, weights, include_top=False, input_shape=shape)
    base.trainable = False
    inputs = keras.Input(shape)
    features = base(keras.applications.resnet50.preprocess_input(inputs), training=False)
    pooled = layers.GlobalAveragePooling2D()(features)
    hidden = layers.Dropout(0.5)(layers.Dense(256, activation="relu")(pooled))
    model = keras.Model(inputs, layers.Dense(classes, activation="softmax")(hidden))
    model.compile(keras.optimizers.Adam(1e-4), "categorical_crossentropy", metrics=["accuracy"])
    return model


RECIPE = Published(
    name="resnet50_head",
    summary="ResNet50 frozen, a head of 256, on a folder of classes",
    shape=(224, 224, 3),
    build=build,
    plan=Plan(epochs=400, patience=10),
    batch=32,
    weights=IMAGENET,
)
