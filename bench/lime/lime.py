"""LIME against stock LIME: its speed, and its fidelity on the same superpixels.

Stock LIME is timed as it comes: its own quickshift, Keras' `predict`, 1,000 samples. Its quickshift
gives a dozen superpixels over the whole picture; fewer are always easier to fit, down to a single
one, so fidelity is compared where both are asked the same: the library runs on our superpixels,
hidden as ours are. Its figures on its own superpixels stand beside them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.lime.lime_metrics import LimeMetrics, RadiographMetrics
from bench.lime.radiographs import LimeRadiograph, radiographs_of
from bench.speed.stock import STOCK_SAMPLES, load_keras, stock_explanation, weight_map
from pipeline.classification.classifier import FolderClassifier
from pipeline.settings import Settings
from pipeline.types import BoolArray, FloatArray
from xai.image.lime_explainer import (
    KERNEL_WIDTH,
    LimeExplainer,
    Surrogate,
    distances_of,
    local_surrogate,
)
from xai.image.lime_sampling import Segments, perturbed, superpixels
from xai.quality.agreement import rank_correlation

REFERENCE_SAMPLES, FRESH_SAMPLES = 5000, 1000
STOCK_SEED, REFERENCE_SEED, FRESH_SEED = 1, 2, 3  # ours has the product's own
OUR_RUNS = 3  # before stock LIME, and as many after it
BATCH = 64
IN_MEDIAN = ("speedup", "seconds_ours", "seconds_stock")


def measure_lime(
    settings: Settings, data: Path, radiographs: int, on_progress: Callable[[str], None] = print
) -> LimeMetrics:
    """Measure both on the leading label of validation radiographs, or of phantoms.

    Args:
        settings: The classifier and its LIME settings, where the anatomy model lies.
        data: A dataset, or a folder of datasets.
        radiographs: How many radiographs at most.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
    """
    folder = settings.classifier or settings.weights_folder / "classifier"
    network = FolderClassifier(folder, settings.threads)
    model = load_keras(folder)
    cases, source = radiographs_of(network, settings, data, radiographs)
    rows = []
    for number, radiograph in enumerate(cases, 1):
        rows.append(radiograph_metrics(radiograph, network, model, settings))
        on_progress(f"{number} of {len(cases)} radiographs")
    found = {
        field.name: (median if field.name in IN_MEDIAN else mean)(
            getattr(row, field.name) for row in rows
        )
        for field in fields(RadiographMetrics)
    }
    return LimeMetrics(
        radiographs=len(rows),
        source=source,
        samples=settings.lime_samples,
        medians=RadiographMetrics(**found),
    )


def radiograph_metrics(
    radiograph: LimeRadiograph, network: FolderClassifier, model: Any, settings: Settings
) -> RadiographMetrics:
    """Measure both on one radiograph.

    Args:
        radiograph: The radiograph.
        network: The classifier, as the product runs it.
        model: The same as Keras loads it.
        settings: Samples, superpixels and seed of ours.
    """
    experiment = LimeExperiment(radiograph=radiograph, network=network)
    seconds_ours, seconds_stock, own = _timed(experiment, model, settings)
    segments = superpixels(
        radiograph.image_model, radiograph.roi_mask.astype(np.float32), settings.lime_segments
    )
    ours = local_surrogate(
        radiograph.image_model,
        segments,
        radiograph.baseline_value,
        experiment.predict,
        samples=settings.lime_samples,
        seed=settings.seed,
    )
    stock = experiment.library(STOCK_SAMPLES, STOCK_SEED, segments)
    reference = experiment.library(REFERENCE_SAMPLES, REFERENCE_SEED, segments)
    fresh = experiment.fresh(segments)
    own_found = surrogate_of(own, experiment.index)
    own_reference = experiment.explanation(
        REFERENCE_SAMPLES, REFERENCE_SEED, radiograph.baseline_value, None
    )
    by_pixel = [
        weights[radiograph.roi_mask]
        for weights in (
            np.concatenate([[0.0], ours.weights])[segments],
            weight_map(own, experiment.index),
            weight_map(own_reference, experiment.index),
        )
    ]
    return RadiographMetrics(
        speedup=seconds_stock / seconds_ours,
        seconds_ours=seconds_ours,
        seconds_stock=seconds_stock,
        superpixels_ours=len(ours.weights),
        superpixels_quickshift=len(own_found.weights),
        r2_ours=r2_of(ours, *fresh),
        r2_stock=r2_of(stock, *fresh),
        r2_quickshift=r2_of(own_found, *experiment.fresh(own.segments + 1)),
        fit_r2_ours=ours.r2,
        fit_r2_stock=stock.r2,
        rank_correlation=rank_correlation(ours.weights, reference.weights),
        rank_correlation_stock=rank_correlation(stock.weights, reference.weights),
        rank_correlation_quickshift=rank_correlation(by_pixel[0], by_pixel[2]),
        rank_correlation_stock_quickshift=rank_correlation(by_pixel[1], by_pixel[2]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LimeExperiment:
    """A radiograph and the network whose answer for it is explained."""

    radiograph: LimeRadiograph
    network: FolderClassifier

    @property
    def index(self) -> int:
        """The label's place."""
        return self.network.labels.index(self.radiograph.label)

    def predict(self, pictures: FloatArray) -> FloatArray:
        """The label's probability in each picture of a `(batch, size, size)` batch."""
        return self.network.probabilities(pictures)[:, self.index]

    def explanation(
        self, samples: int, seed: int, hide_color: Any, segments: Segments | None
    ) -> Any:
        """What the library finds with our network behind it; see `stock_explanation`."""
        return stock_explanation(
            lambda pictures: self.network.probabilities(pictures[..., 0].astype(np.float32)),
            self.radiograph.image_model,
            self.index,
            samples=samples,
            seed=seed,
            hide_color=hide_color,
            segments=segments,
            batch=BATCH,
        )

    def library(self, samples: int, seed: int, segments: Segments) -> Surrogate:
        """What the library finds on our superpixels, hidden as ours are.

        What lies around them is one more superpixel to the library, but looks the same when hidden,
        so its weight belongs to the intercept.
        """
        radiograph = self.radiograph
        hidden = np.where(segments > 0, radiograph.baseline_value, radiograph.image_model).astype(
            np.double
        )
        around = 1 - int(segments.min())
        picture = np.repeat(hidden.astype(np.double)[..., None], 3, axis=2)
        found = self.explanation(samples, seed, picture, segments - 1 + around)
        whole = surrogate_of(found, self.index)
        return Surrogate(
            weights=whole.weights[around:],
            intercept=whole.intercept + float(whole.weights[:around].sum()),
            r2=whole.r2,
        )

    def fresh(self, segments: Segments) -> tuple[BoolArray, NDArray[np.float64]]:
        """Samples as the library draws them that nothing was fitted to, and their answers."""
        count = int(segments.max())
        on = np.random.default_rng(FRESH_SEED).random((FRESH_SAMPLES, count)) < 0.5
        pictures = perturbed(
            self.radiograph.image_model, segments, on, self.radiograph.baseline_value, BATCH
        )
        truth = np.concatenate([self.predict(batch) for batch in pictures])
        return on, truth.astype(np.float64)


def _timed(experiment: LimeExperiment, model: Any, settings: Settings) -> tuple[float, float, Any]:
    """Our median time in s, ours before and after stock LIME; its time, and what it found."""
    radiograph, network = experiment.radiograph, experiment.network
    explainer = LimeExplainer(network, settings)

    def ours() -> float:
        started = time.perf_counter()
        explainer.explain(radiograph.radiograph, radiograph.anatomy, radiograph.label)
        return time.perf_counter() - started

    def predicted(pictures: NDArray[np.double]) -> FloatArray:
        return network.calibrated(model.predict(pictures[..., :1], verbose=0))

    ours()  # warm, as Keras is after its first batch
    predicted(np.zeros((10, *radiograph.image_model.shape, 1)))
    times = [ours() for _ in range(OUR_RUNS)]
    started = time.perf_counter()
    found = stock_explanation(
        predicted,
        radiograph.image_model,
        experiment.index,
        samples=STOCK_SAMPLES,
        seed=STOCK_SEED,
        hide_color=radiograph.baseline_value,
    )
    seconds_stock = time.perf_counter() - started
    times += [ours() for _ in range(OUR_RUNS)]
    return median(times), seconds_stock, found


def surrogate_of(found: Any, index: int) -> Surrogate:
    """The linear model in the library's explanation of one label."""
    weights = np.zeros(found.segments.max() + 1)
    for segment, weight in found.local_exp[index]:
        weights[segment] = weight
    return Surrogate(
        weights=weights, intercept=float(found.intercept[index]), r2=float(found.score)
    )


def r2_of(surrogate: Surrogate, on: BoolArray, truth: NDArray[np.float64]) -> float:
    """Share of the probability's variance that a linear model explains, by the kernel's weights.

    Args:
        surrogate: The linear model.
        on: `(sample, superpixel)` bool, samples that it was not fitted to.
        truth: `(sample,)` float64, the label's probability in each.

    Returns:
        1 is perfect, 0 as good as the mean; below 0 where the mean would be better.
    """
    weights = np.exp(-(distances_of(on) ** 2) / (2 * KERNEL_WIDTH**2))
    predicted = on @ surrogate.weights + surrogate.intercept
    around = truth - np.average(truth, weights=weights)
    return float(1 - (weights @ (truth - predicted) ** 2) / (weights @ around**2))
