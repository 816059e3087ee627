"""What the gate is taught on: varied pictures as the trunk sees them, drawn once and kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.inference import openvino
from pipeline.reading.gate import INPUT_SIZE, PictureView
from training.gate.augment import of_nothing, varied
from training.gate.network import FEATURES, build_trunk
from training.gate.photographed import photographed
from training.gate.pictures import CHESTS, LATERAL, NOT_CHEST, PHANTOM, STORED, Pictures

if TYPE_CHECKING:
    from torch import nn

VIEWS = tuple(PictureView)
LYING = tuple(view for view in VIEWS if view.degrees)
NOTHING = "nothing"
"""The name of pictures that show no body at all."""

FloatImage = NDArray[np.float32]
TURNED_PHOTOGRAPHS = 0.2
BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many pictures are drawn of what.

    Attributes:
        upright: Of each hospital; as many are turned.
        lateral: Of all laterals.
        not_chest: Of all pictures of other parts of the body.
        nothing: Of nothing at all.
        photographs: Of screens and light boxes, of all hospitals together.
    """

    upright: int = 700
    lateral: int = 1500
    not_chest: int = 2000
    nothing: int = 500
    photographs: int = 8000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Pictures as the trunk sees them.

    Attributes:
        features: `(picture, feature)` float16.
        views: `(picture,)` what each shows, as a number of `VIEWS`.
        photograph: `(picture,)` whether it is a photograph.
        sources: `(picture,)` the dataset that it was drawn from.
        folds: `(picture,)` its part of that dataset.
    """

    features: NDArray[np.float16]
    views: NDArray[np.int64]
    photograph: NDArray[np.bool_]
    sources: NDArray[np.str_]
    folds: NDArray[np.int64]

    def chosen(self, which: NDArray[np.bool_]) -> "Samples":
        """Some of them."""
        return Samples(
            features=self.features[which],
            views=self.views[which],
            photograph=self.photograph[which],
            sources=self.sources[which],
            folds=self.folds[which],
        )


Drawn = tuple[FloatImage, PictureView, bool, str, int]
"""A picture on the network's grid, what it shows, whether it is a photograph, source, part."""


def drawn_samples(
    pictures: Mapping[str, Pictures], counts: Counts, file: Path, seed: int = 0
) -> Samples:
    """Draw the pictures and let the trunk see them, or read what was kept.

    Args:
        pictures: By dataset.
        counts: How many.
        file: Where it is kept.
        seed: Of everything that is drawn.
    """
    if not file.is_file():
        drawn = list(_drawn(pictures, counts, np.random.default_rng(seed)))
        images = np.stack([one[0] for one in drawn])
        np.savez(
            file,
            features=features_of(build_trunk(), images),
            views=np.array([VIEWS.index(one[1]) for one in drawn]),
            photograph=np.array([one[2] for one in drawn]),
            sources=np.array([one[3] for one in drawn]),
            folds=np.array([one[4] for one in drawn]),
        )
    with np.load(file) as stored:
        return Samples(**{name: stored[name] for name in stored.files})


def features_of(trunk: "nn.Module", images: FloatImage) -> NDArray[np.float16]:
    """What the trunk sees of `(picture, row, col)` float32, `(picture, feature)` float16.

    Through OpenVINO, which takes a fifth of torch's time for depthwise convolutions.
    """
    import torch

    ov = openvino()
    shape = [BATCH, 1, INPUT_SIZE, INPUT_SIZE]
    model = ov.convert_model(trunk, example_input=torch.zeros(shape), input=shape)
    threads = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = ov.compile_model(model, "CPU", threads)
    found = np.empty((len(images), FEATURES), np.float16)
    for start in range(0, len(images), BATCH):
        shown = images[start : start + BATCH, None]
        blanks = np.zeros((BATCH - len(shown), 1, INPUT_SIZE, INPUT_SIZE), np.float32)
        seen = compiled(np.concatenate([shown, blanks]))[0][: len(shown)]
        found[start : start + BATCH] = seen
    return found


def on_grid(image: NDArray[np.uint8]) -> FloatImage:
    """A picture on the network's grid, float32 in [0, 1]."""
    size = (INPUT_SIZE, INPUT_SIZE)
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / np.float32(255)


def _drawn(
    pictures: Mapping[str, Pictures], counts: Counts, random: np.random.Generator
) -> Iterator[Drawn]:
    chests = [name for name in (*CHESTS, PHANTOM) if name in pictures]
    for name in chests:
        for _ in range(counts.upright):
            image, fold = _one(pictures[name], random)
            yield varied(image, random), PictureView.UPRIGHT, False, name, fold
            image, fold = _one(pictures[name], random)
            view = LYING[int(random.integers(len(LYING)))]
            yield varied(image, random, view.degrees // 90), view, False, name, fold
    for _ in range(counts.lateral):
        image, fold = _one(pictures[LATERAL], random)
        turns = int(random.integers(4)) if random.random() < 0.3 else 0
        yield varied(image, random, turns), PictureView.LATERAL, False, LATERAL, fold
    for _ in range(counts.not_chest):
        image, fold = _one(pictures[NOT_CHEST], random)
        shown = varied(image, random, int(random.integers(4)))
        yield shown, PictureView.NOT_CHEST, False, NOT_CHEST, fold
    for _ in range(counts.nothing):
        shown = varied(of_nothing(random, STORED), random)
        yield shown, PictureView.NOT_CHEST, False, NOTHING, -1
    for number in range(counts.photographs):
        name = chests[number % len(chests)]
        image, fold = _one(pictures[name], random)
        view, lies = PictureView.UPRIGHT, random.random() < TURNED_PHOTOGRAPHS
        if random.random() < 0.5:
            image = np.ascontiguousarray(image[:, ::-1])
        if lies:
            view = LYING[int(random.integers(len(LYING)))]
            image = np.ascontiguousarray(np.rot90(image, view.degrees // 90))
        yield on_grid(photographed(image, random)), view, True, name, fold


def _one(pictures: Pictures, random: np.random.Generator) -> tuple[NDArray[np.uint8], int]:
    chosen = int(random.integers(len(pictures.images)))
    image: NDArray[np.uint8] = pictures.images[chosen]
    return image, int(pictures.folds[chosen])
