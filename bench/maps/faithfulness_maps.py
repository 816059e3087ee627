"""Every method's map of one radiograph, under each seed and timed, on the network's own grid."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.types import (
    FUSED,
    FUSED_METHODS,
    SALIENCY_MAPS,
    Anatomy,
    Explanation,
    FloatArray,
    Method,
    Radiograph,
)
from xai.image.describer import ZoneDescriber
from xai.image.network_grid import NetworkGrid
from xai.image.registry import ExplainedModel, build_explainer
from xai.quality.masking_curves import random_map

SEEDS = (0, 1)
STOCK_NAME = "stock_lime"
BLOB = 0.25  # standard deviation of the blob in the middle, in parts of the grid
NOISE = 102  # so that the noise that is a method is not the noise that it is compared with

PredictFn = Callable[[NDArray[np.double]], FloatArray]
"""From a `(batch, size, size, 3)` batch to `(batch, label)` probabilities."""


@dataclass(slots=True, kw_only=True, eq=False)
class MethodMaps:
    """One method's maps of one radiograph.

    Attributes:
        maps_model: `(size, size)` float32 under each seed.
        ms: Time of the first, in ms; `None` where it was not drawn as it comes.
    """

    maps_model: list[FloatArray] = field(default_factory=list)
    ms: float | None = None

    def add(self, map_model: FloatArray, started: float | None) -> None:
        """Take in the map of one more seed, begun at a time of `perf_counter` if that counts."""
        if not self.maps_model and started is not None:
            self.ms = (time.perf_counter() - started) * 1000
        self.maps_model.append(map_model)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadiographToMap:
    """A radiograph, the label to explain, and where the network's grid lies on it."""

    radiograph: Radiograph
    anatomy: Anatomy
    label: str
    image_model: FloatArray
    grid: NetworkGrid


class StockLime:
    """`lime_image` as its own example runs it, over the Keras model of a classifier's folder.

    A map over `predict` takes longer than all else together. The library asks the same samples of
    the converted network, which gives the same answers (within 1e-3, held by a test), so on most
    radiographs that one is asked and only the others are timed.
    """

    def __init__(self, folder: Path, network: FolderClassifier) -> None:
        """Load the Keras model beside the converted one."""
        from bench.speed.stock import load_keras

        self._model = load_keras(folder)
        self._network = network

    def predicted(self, pictures: NDArray[np.double]) -> FloatArray:
        """The answers of `predict`."""
        from bench.speed.stock import stock_probabilities

        return stock_probabilities(self._model, pictures[..., :1])

    def converted(self, pictures: NDArray[np.double]) -> FloatArray:
        """The converted network's answers, uncalibrated as the others."""
        from bench.speed.stock import softmax

        return softmax(self._network.logits(pictures[..., 0].astype(np.float32)))

    def explain(self, radiograph: RadiographToMap, seed: int, predict_fn: PredictFn) -> FloatArray:
        """The signed weight of each pixel, `(size, size)` float32."""
        from bench.speed.stock import STOCK_SAMPLES, stock_explanation, weight_map

        index = self._network.labels.index(radiograph.label)
        found = stock_explanation(
            predict_fn, radiograph.image_model, index, samples=STOCK_SAMPLES, seed=seed
        )
        return weight_map(found, index)


def maps_of_radiograph(
    radiograph: RadiographToMap,
    model: ExplainedModel,
    stock: StockLime | None,
    *,
    as_it_comes: bool,
) -> dict[str, MethodMaps]:
    """Every method's map and the fused one, a blob in the middle, noise, and stock LIME.

    The fused map's time is that of the two fused methods and of fusing them.

    Args:
        radiograph: The radiograph.
        model: What the explainers are built from.
        stock: Stock LIME, if it is to be drawn, too.
        as_it_comes: Whether stock LIME asks Keras' `predict`, and its time counts.
    """
    describer, size = ZoneDescriber(), radiograph.grid.size
    drawn: dict[str, MethodMaps] = {
        name: MethodMaps() for name in (*SALIENCY_MAPS, "centre_blob", "random")
    }
    if stock is not None:
        drawn[STOCK_NAME] = MethodMaps()
    for seed in SEEDS:
        model = replace(model, settings=replace(model.settings, seed=seed))
        found: dict[Method, Explanation] = {}
        spent = 0.0
        for method in Method:
            explainer = build_explainer(method, model)
            started = time.perf_counter()
            found[method] = explainer.explain(
                radiograph.radiograph, radiograph.anatomy, radiograph.label
            )
            if method in FUSED_METHODS:
                spent += time.perf_counter() - started
            drawn[method].add(radiograph.grid.to_model(found[method].raw_image), started)
        begun = time.perf_counter() - spent
        fused = describer.describe(found, radiograph.anatomy).fused_image
        drawn[FUSED].add(radiograph.grid.to_model(fused), begun)
        started = time.perf_counter()
        drawn["centre_blob"].add(centre_blob(size), started)
        started = time.perf_counter()
        drawn["random"].add(random_map(size, (seed, NOISE)), started)
        if stock is None:
            continue
        timed = as_it_comes and seed == SEEDS[0]
        started = time.perf_counter()
        weights = stock.explain(radiograph, seed, stock.predicted if timed else stock.converted)
        drawn[STOCK_NAME].add(np.maximum(weights, 0), started if timed else None)
    return drawn


def centre_blob(size: int) -> FloatArray:
    """A map that always says "the middle", `(size, size)` float32 in [0, 1]."""
    rows, cols = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return np.asarray(np.exp(-(rows**2 + cols**2) / (2 * BLOB**2)), np.float32)
