"""The thorax of every film of a pack, cut out once by the very path the app runs."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ChestNotFoundError
from pipeline.thorax_input import thorax_input
from pipeline.types import ImageFormat, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.packs import Film, read_grey, read_pack


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThoraxSet:
    """The films of a pack whose chest was found.

    Attributes:
        films: The films, in the index's order.
        images: `(film, size, size)` uint8, what the classifier sees, times 255.
        lungs: `(film, size, size)` bool, the lungs on the same grid.
        refused: How many films had no chest to be found.
    """

    films: list[Film]
    images: NDArray[np.uint8]
    lungs: NDArray[np.bool_]
    refused: int


def radiograph_of(film: Film) -> Radiograph:
    """A film of a pack as the app would read it."""
    pixels = read_grey(film.path).astype(np.float32) / np.float32(255)
    rows, cols = pixels.shape
    return Radiograph(pixels=pixels, sha256="", format=ImageFormat.PNG, source_shape=(rows, cols))


def thorax_set(pack: Path, segmenter: DeepLabSegmenter, size: int, cache: Path) -> ThoraxSet:
    """Cut out the thorax of every film, or read it from the cache of an earlier run.

    Args:
        pack: The pack's folder.
        segmenter: The shipped segmenter.
        size: Rows and columns of the pictures.
        cache: A folder for `<pack>-<size>.npz`.
    """
    films = read_pack(pack)
    file = cache / f"{pack.name}-{size}.npz"
    if not file.exists():
        images = np.zeros((len(films), size, size), np.uint8)
        lungs = np.zeros(images.shape, bool)
        found = np.ones(len(films), bool)
        for number, film in enumerate(films):
            radiograph = radiograph_of(film)
            try:
                anatomy = segmenter.segment(radiograph)
            except ChestNotFoundError:
                found[number] = False
                continue
            images[number] = np.round(thorax_input(radiograph, anatomy, size) * 255)
            cut = anatomy.lungs_image[anatomy.thorax_box.slices].astype(np.uint8)
            lungs[number] = cv2.resize(cut, (size, size), interpolation=cv2.INTER_NEAREST)
            if number % 500 == 0:
                print(f"{pack.name}: {number} of {len(films)}", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, images=images, lungs=np.packbits(lungs, axis=-1), found=found)
    with np.load(file) as stored:
        images, found = stored["images"], stored["found"]
        lungs = np.unpackbits(stored["lungs"], axis=-1, count=size).astype(bool)
    kept = [film for film, there in zip(films, found, strict=True) if there]
    return ThoraxSet(
        films=kept, images=images[found], lungs=lungs[found], refused=int((~found).sum())
    )
