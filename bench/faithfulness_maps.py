"""Every method's map of one film, under each seed and timed, on the network's own grid."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.classifier import FolderClassifier
from pipeline.settings import Settings
from pipeline.types import Anatomy, Explanation, FloatArray, Method, Radiograph
from xai.describe import ZoneDescriber
from xai.grad_cam import GradCam
from xai.lime_explainer import LimeExplainer
from xai.network_grid import NetworkGrid
from xai.trust_curves import random_map

SEEDS = (0, 1)
STOCK_NAME, STOCK_SAMPLES = "stock_lime", 1000
BLOB = 0.25  # standard deviation of the blob in the middle, in parts of the grid
NOISE = 102  # so that the noise that is a method is not the noise that it is held against

Stock = Callable[[FloatArray, int, int], FloatArray]
"""From `(size, size)` input, label's place and seed to a `(size, size)` map."""


@dataclass(slots=True, kw_only=True, eq=False)
class Drawn:
    """One method's maps of one film.

    Attributes:
        maps_model: `(size, size)` float32 under each seed.
        ms: Time of the first, in ms.
    """

    maps_model: list[FloatArray] = field(default_factory=list)
    ms: float = 0.0

    def add(self, map_model: FloatArray, started: float) -> None:
        """Take in the map of one more seed, begun at a time of `perf_counter`."""
        if not self.maps_model:
            self.ms = (time.perf_counter() - started) * 1000
        self.maps_model.append(map_model)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilmToMap:
    """A film, the label to explain, and where the network's grid lies on it."""

    radiograph: Radiograph
    anatomy: Anatomy
    label: str
    image_model: FloatArray
    grid: NetworkGrid


def maps_of_film(
    film: FilmToMap, network: FolderClassifier, settings: Settings, stock: Stock | None
) -> dict[str, Drawn]:
    """Grad-CAM, LIME and the fused map, a blob in the middle, noise, and stock LIME if given.

    The fused map's time is that of both methods and of fusing them.
    """
    describer, size = ZoneDescriber(), film.grid.size
    drawn = {name: Drawn() for name in ("grad_cam", "lime", "fused", "centre_blob", "random")}
    for seed in SEEDS:
        seeded = replace(settings, seed=seed)
        begun = time.perf_counter()
        found: dict[Method, Explanation] = {}
        for method, explainer in (
            (Method.GRAD_CAM, GradCam(network, seeded)),
            (Method.LIME, LimeExplainer(network, seeded)),
        ):
            started = time.perf_counter()
            found[method] = explainer.explain(film.radiograph, film.anatomy, film.label)
            drawn[method].add(film.grid.to_model(found[method].raw_image), started)
        fused = describer.describe(found, film.anatomy).fused_image
        drawn["fused"].add(film.grid.to_model(fused), begun)
        started = time.perf_counter()
        drawn["centre_blob"].add(centre_blob(size), started)
        started = time.perf_counter()
        drawn["random"].add(random_map(size, (seed, NOISE)), started)
        if stock is not None:
            index = network.labels.index(film.label)
            started = time.perf_counter()
            weights = stock(film.image_model, index, seed)
            drawn.setdefault(STOCK_NAME, Drawn()).add(np.maximum(weights, 0), started)
    return drawn


def centre_blob(size: int) -> FloatArray:
    """A map that always says "the middle", `(size, size)` float32 in [0, 1]."""
    rows, cols = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    return np.asarray(np.exp(-(rows**2 + cols**2) / (2 * BLOB**2)), np.float32)


def stock_way(folder: Path) -> Stock:
    """`lime_image` as its own example runs it, over the Keras model of a classifier's folder."""
    from bench.stock import load_keras, stock_lime

    model = load_keras(folder)

    def explain(image_model: FloatArray, index: int, seed: int) -> FloatArray:
        return stock_lime(model, image_model, index, STOCK_SAMPLES, seed)

    return explain
