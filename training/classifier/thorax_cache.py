"""The thorax of every radiograph of a dataset, cut out once by the very path the app runs."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.classification.thorax_input import thorax_input
from pipeline.errors import ChestNotFoundError
from pipeline.types import ImageFormat, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.datasets.index import ImageRecord, read_grey, read_index


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThoraxSet:
    """The radiographs of a dataset whose chest was found.

    Attributes:
        radiographs: The radiographs, in the index's order.
        images: `(radiograph, size, size)` uint8, what the classifier sees, times 255.
        lungs: `(radiograph, size, size)` bool, the lungs on the same grid.
        refused: How many radiographs had no chest to be found.
    """

    radiographs: list[ImageRecord]
    images: NDArray[np.uint8]
    lungs: NDArray[np.bool_]
    refused: int


def radiograph_of(radiograph: ImageRecord) -> Radiograph:
    """A radiograph of a dataset as the app would read it."""
    pixels = read_grey(radiograph.path).astype(np.float32) / np.float32(255)
    rows, cols = pixels.shape
    return Radiograph(pixels=pixels, sha256="", format=ImageFormat.PNG, source_shape=(rows, cols))


def thorax_set(dataset: Path, segmenter: DeepLabSegmenter, size: int, cache: Path) -> ThoraxSet:
    """Cut out the thorax of every radiograph, or read it from the cache of an earlier run.

    Args:
        dataset: The dataset's folder.
        segmenter: The shipped segmenter.
        size: Rows and columns of the pictures.
        cache: A folder for `<dataset>-<size>.npz`.
    """
    radiographs = read_index(dataset)
    file = cache / f"{dataset.name}-{size}.npz"
    if not file.exists():
        images = np.zeros((len(radiographs), size, size), np.uint8)
        lungs = np.zeros(images.shape, bool)
        found = np.ones(len(radiographs), bool)
        for number, image in enumerate(radiographs):
            radiograph = radiograph_of(image)
            try:
                anatomy = segmenter.segment(radiograph)
            except ChestNotFoundError:
                found[number] = False
                continue
            images[number] = np.round(thorax_input(radiograph, anatomy, size) * 255)
            cut = anatomy.lungs_image[anatomy.thorax_box.slices].astype(np.uint8)
            lungs[number] = cv2.resize(cut, (size, size), interpolation=cv2.INTER_NEAREST)
            if number % 500 == 0:
                print(f"{dataset.name}: {number} of {len(radiographs)}", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, images=images, lungs=np.packbits(lungs, axis=-1), found=found)
    with np.load(file) as stored:
        images, found = stored["images"], stored["found"]
        lungs = np.unpackbits(stored["lungs"], axis=-1, count=size).astype(bool)
    kept = [image for image, there in zip(radiographs, found, strict=True) if there]
    return ThoraxSet(
        radiographs=kept, images=images[found], lungs=lungs[found], refused=int((~found).sum())
    )
