"""The shipped classifier: Keras EfficientNetB0 on the thorax, five labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from training.classifier.augment import random_affine, random_marks, random_tone
from training.classifier.thorax_cache import ThoraxSet
from training.datasets.index import Split

if TYPE_CHECKING:
    import keras

LABELS = ("normal", "bacterial_pneumonia", "viral_pneumonia", "covid19", "tuberculosis")
NORMAL = LABELS[0]
GROUP_WEIGHTS = {
    ("paediatric", "normal"): 1.0,
    ("adult", "normal"): 1.8,
    ("paediatric", "bacterial_pneumonia"): 1.0,
    ("paediatric", "viral_pneumonia"): 1.0,
    ("adult", "covid19"): 1.5,
    ("adult", "tuberculosis"): 1.5,
}
"""How often each group of radiographs is drawn: even over labels within a dataset, so that neither
dataset nor label is learned as a guess; adults more often, since their radiographs are the harder
ones."""

GreyImages = NDArray[np.uint8]
Batches = Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the training: pictures of one size, a warm-up and a cosine of the rate.

    Attributes:
        size: Rows and columns of the pictures.
        steps: Optimiser steps.
        learning_rate: The highest.
        blanked_share: Share of radiographs whose lungs are blanked out and whose target is what can
            be known then: how often each label is drawn.
    """

    size: int
    steps: int
    learning_rate: float
    blanked_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierSettings:
    """How the classifier is trained: stages from small to large, a cosine of the rate in each.

    Reference:
        Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts,
        arXiv:1608.03983.
    """

    stages: tuple[Stage, ...] = (
        Stage(size=96, steps=875, learning_rate=1.5e-3),
        Stage(size=128, steps=275, learning_rate=8e-4),
        Stage(size=128, steps=450, learning_rate=4e-4),
        Stage(size=128, steps=520, learning_rate=7e-4),
        Stage(size=128, steps=450, learning_rate=1e-3),
        Stage(size=128, steps=5600, learning_rate=1.2e-3),
        Stage(size=128, steps=3000, learning_rate=8e-4, blanked_share=0.15),
    )
    batch: int = 32
    weight_decay: float = 1e-2
    averaging: float = 0.998
    label_smoothing: float = 0.05
    dropout: float = 0.3
    steps_per_check: int = 400
    seed: int = 0


def build_classifier(size: int, labels: int, dropout: float) -> "keras.Model":
    """EfficientNetB0 for grey pictures, with random weights.

    Args:
        size: Rows and columns of the input.
        labels: Number of labels.
        dropout: Share of pooled features dropped in training.

    Returns:
        A model from `(batch, size, size, 1)` float32 in [0, 1] to logits `(batch, labels)`; its
        layer `top_activation` is the last convolution stage, `head` the dense layer.

    Reference:
        Tan and Le 2019, EfficientNet, arXiv:1905.11946.
    """
    import keras

    grey = keras.Input((size, size, 1))
    base = keras.applications.EfficientNetB0(
        include_top=False, weights=None, input_tensor=_as_rgb(grey)
    )
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    logits = keras.layers.Dense(labels, name="head")(keras.layers.Dropout(dropout)(pooled))
    return keras.Model(grey, logits, name="efficientnetb0_thorax")


def _as_rgb(grey: "keras.KerasTensor") -> "keras.KerasTensor":
    import keras

    bright = keras.layers.Rescaling(255.0)(grey)  # EfficientNet's own first layer divides by 255
    return keras.layers.Concatenate()([bright, bright, bright])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassifierData:
    """Pictures `(radiograph, size, size)` uint8 with lungs, labels and datasets, of one split."""

    images: GreyImages
    lungs: NDArray[np.bool_]
    labels: NDArray[np.int64]
    datasets: NDArray[np.str_]

    @classmethod
    def of(cls, sets: dict[str, ThoraxSet], split: Split) -> "ClassifierData":
        """The radiographs of one split whose label the classifier knows."""
        parts = [
            (image, lungs, LABELS.index(radiograph.label), name)
            for name, found in sets.items()
            for radiograph, image, lungs in zip(
                found.radiographs, found.images, found.lungs, strict=True
            )
            if radiograph.split is split and radiograph.label in LABELS
        ]
        images, lungs, labels, datasets = zip(*parts, strict=True)
        return cls(
            images=np.stack(images),
            lungs=np.stack(lungs),
            labels=np.array(labels),
            datasets=np.array(datasets),
        )

    def every(self, step: int) -> "ClassifierData":
        """An even sample: every `step`-th radiograph."""
        return self._chosen(slice(None, None, step))

    def of_dataset(self, dataset: str) -> "ClassifierData":
        """The radiographs of one dataset."""
        return self._chosen(self.datasets == dataset)

    def _chosen(self, radiographs: slice | NDArray[np.bool_]) -> "ClassifierData":
        return ClassifierData(
            images=self.images[radiographs],
            lungs=self.lungs[radiographs],
            labels=self.labels[radiographs],
            datasets=self.datasets[radiographs],
        )


def resized(images: GreyImages, size: int) -> NDArray[np.float32]:
    """`(radiograph, 1, size, size)` float32 in [0, 1]."""
    small = [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]
    return np.stack(small).astype(np.float32)[:, None] / np.float32(255)


def augmented(image: GreyImages, size: int, random: np.random.Generator) -> NDArray[np.float32]:
    """One training picture `(size, size)` float32 in [0, 1]; what is outside the thorax stays 0."""
    matrix = random_affine(random, image.shape[0], degrees=10, scale=0.12, shift=0.05)
    turned = cv2.warpAffine(image, matrix, image.shape[::-1])
    if random.random() < 0.3:
        turned = np.ascontiguousarray(turned[:, ::-1])
    small = cv2.resize(turned, (size, size), interpolation=cv2.INTER_AREA)
    inside = small > 0
    toned = random_tone(random, small.astype(np.float32) / np.float32(255), strength=0.6)
    if random.random() < 0.3:
        toned = random_marks(random, toned)
    return np.where(inside, toned, 0).astype(np.float32)


def without_lungs(
    image: GreyImages, lungs: NDArray[np.bool_], random: np.random.Generator
) -> GreyImages:
    """A thorax `(size, size)` whose lungs are one grey: that of the rest, or any; evened out."""
    around = (image > 0) & ~lungs
    if not around.any():
        return np.zeros_like(image)
    grey = image[around].mean() if random.random() < 0.6 else random.uniform(0, 255)
    low, high = np.percentile(np.append(image[around], grey), (1, 99))
    evened = np.clip((np.where(lungs, grey, image) - low) / max(high - low, 1) * 255, 1, 255)
    return np.where(lungs | around, evened, 0).astype(np.uint8)


def batches(
    data: ClassifierData, stage: Stage, settings: ClassifierSettings, random: np.random.Generator
) -> Batches:
    """Endless augmented batches `(radiograph, 1, size, size)` with targets `(radiograph, label)`.

    Groups are drawn by `GROUP_WEIGHTS`, the radiographs of a group in turn.
    """
    groups, weights = [], []
    for (dataset, label), weight in GROUP_WEIGHTS.items():
        members = np.flatnonzero((data.datasets == dataset) & (data.labels == LABELS.index(label)))
        if members.size:
            groups.append(members)
            weights.append(weight)
    shares = np.array(weights) / sum(weights)
    known = np.eye(len(LABELS), dtype=np.float32)
    unknown = np.zeros(len(LABELS), np.float32)
    for members, share in zip(groups, shares, strict=True):
        unknown[data.labels[members[0]]] += share
    orders = [random.permutation(members) for members in groups]
    taken = [0] * len(groups)
    while True:
        pictures, targets = [], []
        for group in random.choice(len(groups), settings.batch, p=shares):
            if taken[group] == len(orders[group]):
                orders[group], taken[group] = random.permutation(groups[group]), 0
            radiograph = orders[group][taken[group]]
            taken[group] += 1
            image = data.images[radiograph]
            if random.random() < stage.blanked_share:
                image = without_lungs(image, data.lungs[radiograph], random)
                targets.append(unknown)
            else:
                targets.append(known[data.labels[radiograph]])
            pictures.append(augmented(image, stage.size, random))
        yield np.stack(pictures)[:, None], np.stack(targets)
