"""What the anatomy model is trained on: radiographs with their labels, changed at random."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from segmentation.network import OUTPUTS
from training.anatomy.labels import labels_of
from training.anatomy.stages import AnatomySettings
from training.classifier.augment import random_affine, random_marks, random_tone
from training.datasets.index import ImageRecord, Split, data_folder, read_grey, read_index

DATASETS = {
    "jsrt": False,
    "paediatric": True,
    "shenzhen": False,
}  # whether the mask includes the lung behind the heart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnatomySample:
    """One radiograph with its labels: `(row, col)` uint8 and twice `(7, row, col)` bool."""

    radiograph: ImageRecord
    image: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    weights: NDArray[np.bool_]


def samples(split: Split, settings: AnatomySettings) -> dict[str, list[AnatomySample]]:
    """All radiographs of a split that have a mask of two lungs, by dataset, as they are taught."""
    found: dict[str, list[AnatomySample]] = {}
    size = settings.size
    for dataset in settings.shares:
        heart_included = DATASETS[dataset]
        found[dataset] = []
        for radiograph in read_index(data_folder() / dataset):
            if radiograph.split is not split or radiograph.lung_mask is None:
                continue
            image = read_grey(radiograph.path, size)
            mask = read_grey(radiograph.lung_mask, size)
            heart = (
                None if radiograph.heart_mask is None else read_grey(radiograph.heart_mask, size)
            )
            made = labels_of(image, mask, heart_included=heart_included, heart=heart)
            if made is not None:
                found[dataset].append(
                    AnatomySample(
                        radiograph=radiograph, image=image, labels=made[0], weights=made[1]
                    )
                )
    return found


def mirrored(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mirror `(row, col, 7)` planes; the sides swap their channels with their places."""
    return planes[:, ::-1][:, :, [1, 0, 3, 2, 4, 5, 6]]


def augmented(
    sample: AnatomySample, random: np.random.Generator, settings: AnatomySettings
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """One training example: image `(row, col)`, labels and weights `(7, row, col)`, float32."""
    size, movement = sample.image.shape[0], settings.movement
    matrix = random_affine(
        random, size, degrees=12 * movement, scale=0.25 * movement, shift=0.08 * movement
    )
    image = sample.image
    labels = np.moveaxis(sample.labels, 0, -1).astype(np.uint8)
    weights = np.moveaxis(sample.weights, 0, -1).astype(np.uint8)
    if random.random() < 0.3:
        image, labels, weights = image[:, ::-1], mirrored(labels), mirrored(weights)
    turned = cv2.warpAffine(np.ascontiguousarray(image), matrix, (size, size))

    def warp(planes: NDArray[np.uint8]) -> NDArray[np.float32]:
        # cv2 warps at most four channels at a time.
        halves = [
            cv2.warpAffine(
                np.ascontiguousarray(part), matrix, (size, size), flags=cv2.INTER_NEAREST
            )
            for part in (planes[:, :, :3], planes[:, :, 3:])
        ]
        return np.moveaxis(np.concatenate(halves, axis=-1), -1, 0).astype(np.float32)

    tone = random_tone(random, turned.astype(np.float32) / np.float32(255))
    if random.random() < 0.1:
        tone = 1 - tone
    image_marked = random_marks(random, tone)
    if random.random() < settings.rotated_share:
        rotated = np.rot90(image_marked, int(random.integers(1, 4))).copy()
        nothing = np.zeros((len(OUTPUTS), size, size), np.float32)
        return rotated, nothing, np.ones_like(nothing)
    return image_marked, warp(labels), warp(weights)


def batches(
    found: dict[str, list[AnatomySample]], settings: AnatomySettings, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]]:
    """Endless batches, each dataset with its share of them."""
    datasets, shares = zip(*settings.shares.items(), strict=True)
    while True:
        picks = []
        for dataset in random.choice(datasets, settings.batch, p=shares):
            sample = found[dataset][random.integers(len(found[dataset]))]
            picks.append(augmented(sample, random, settings))
        images, labels, weights = zip(*picks, strict=True)
        yield np.stack(images), np.stack(labels), np.stack(weights)
