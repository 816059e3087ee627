"""Radiographs as batches for Keras: read, resized, augmented, labelled."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.classifier.augment import random_affine
from training.datasets.dataset import Dataset
from training.datasets.index import read_grey

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far an image is changed at most each time: degrees, and shares of its size."""

    degrees: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    flip: bool = False

    def __call__(self, image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
        """One changed copy of a square picture `(size, size)` uint8."""
        matrix = random_affine(
            random, image.shape[0], degrees=self.degrees, scale=self.scale, shift=self.shift
        )
        turned = cv2.warpAffine(
            image, matrix, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8)
        return turned[:, ::-1] if self.flip and random.random() < 0.5 else turned


def targets(dataset: Dataset) -> NDArray[np.float32]:
    """`(radiograph, class)` float32, 1 where a radiograph has a class."""
    return np.array(
        [
            [name in radiograph.labels for name in dataset.classes]
            for radiograph in dataset.radiographs
        ],
        np.float32,
    ).reshape(len(dataset.radiographs), len(dataset.classes))


def pictures(
    dataset: Dataset,
    *,
    shape: tuple[int, int, int],
    batch: int,
    one_output: bool = False,
    augmentation: Augmentation | None = None,
    scale: float = 1.0,
    seed: int = 0,
) -> "keras.utils.PyDataset":
    """Batches of pictures `(radiograph, row, col, channel)` float32 with their targets.

    Args:
        dataset: The radiographs.
        shape: Rows, columns and channels; grey is repeated over channels.
        batch: Radiographs a batch.
        one_output: Whether the target is the last of two classes instead of one number a class.
        augmentation: Changes the radiographs and shuffles them anew each epoch; `None` for neither.
        scale: What 8-bit values are multiplied with.
        seed: Of order and augmentation.
    """
    import keras

    found = targets(dataset)
    wanted = found[:, -1:] if one_output else found

    # Keras has no annotations, so the type checker takes its classes for `Any`.
    class Batches(keras.utils.PyDataset):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._epoch = 0
            self._order = np.arange(len(dataset.radiographs))
            self.on_epoch_end()

        def __len__(self) -> int:
            return math.ceil(len(dataset.radiographs) / batch)

        def __getitem__(self, number: int) -> tuple[Any, Any]:
            chosen = self._order[number * batch : (number + 1) * batch]
            random = np.random.default_rng((seed, self._epoch, number))
            images = [
                read_grey(dataset.radiographs[radiograph].path, shape[0]) for radiograph in chosen
            ]
            if augmentation is not None:
                images = [augmentation(image, random) for image in images]
            stacked = np.stack(images).astype(np.float32)[..., None] * np.float32(scale)
            return np.repeat(stacked, shape[2], axis=3), wanted[chosen]

        def on_epoch_end(self) -> None:
            if augmentation is not None:
                self._epoch += 1
                np.random.default_rng((seed, self._epoch)).shuffle(self._order)

    return Batches()
