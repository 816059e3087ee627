"""Small classifiers of whole radiographs, trained in half a minute, in the app's format."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.manifest import write_manifest
from pipeline.types import Language

SIZE = 64
LABELS = ("normal", "abnormal")
EPOCHS, BATCH = 30, 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """A small classifier.

    Attributes:
        network: It, opened as the app opens any.
        folder: Its folder.
        accuracy: Share of its own training radiographs that it classifies correctly.
    """

    network: FolderClassifier
    folder: Path
    accuracy: float


def train_small(
    pictures: NDArray[np.float32], truth: NDArray[np.int64], folder: Path, seed: int
) -> Trained:
    """Train a small convolution network and write it to a folder.

    Args:
        pictures: `(radiograph, size, size)` float32 in [0, 1].
        truth: `(radiograph,)`, 1 where a radiograph is abnormal.
        folder: The classifier's folder; it is made.
        seed: Seed of weights and batches.
    """
    import keras

    from training.convert import convert_classifier

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    radiograph = keras.Input((SIZE, SIZE, 1))
    stage = radiograph
    for number, (channels, strides) in enumerate(((16, 2), (32, 2), (32, 1), (48, 2))):
        last = number == 3
        stage = layers.Conv2D(channels, 3, strides=strides, padding="same", use_bias=False)(stage)
        stage = layers.BatchNormalization(momentum=0.9)(stage)
        stage = layers.Activation("relu", name="top_activation" if last else None)(stage)
    logits = layers.Dense(len(LABELS), name="head")(layers.GlobalAveragePooling2D()(stage))
    model = keras.Model(radiograph, logits, name="small")
    model.compile(
        optimizer=keras.optimizers.Adam(2e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(pictures[..., None], truth, epochs=EPOCHS, batch_size=BATCH, verbose=0)
    found = model.predict(pictures[..., None], verbose=0).argmax(axis=1)
    convert_classifier(model, folder)
    write_manifest(
        folder,
        name="small",
        task="classification",
        files=["classifier.xml", "classifier.bin", "head.npz"],
        labels=LABELS,
        input={"size": SIZE, "region": "radiograph"},
        normal_label=LABELS[0],
        terms={label: dict.fromkeys(Language, label) for label in LABELS},
    )
    return Trained(
        network=FolderClassifier(folder, threads=1),
        folder=folder,
        accuracy=float((found == truth).mean()),
    )
