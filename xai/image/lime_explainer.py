"""LIME on superpixels of what the network sees, with the `lime` library's kernel and solver."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.protocols import Network, Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    Anatomy,
    BoolArray,
    Explanation,
    FloatArray,
    Method,
    ProgressEvent,
    Radiograph,
    Step,
)
from xai.image.chest_maps import explanation_of, label_index
from xai.image.lime_sampling import Segments, perturbed, superpixels, switches

BATCH = 256
KERNEL_WIDTH = 0.25  # the library's own, on cosine distance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """The linear model fitted around one radiograph.

    Attributes:
        weights: `(superpixel,)` float64, change of the label's probability with each superpixel.
        intercept: The label's probability, as the model has it, with every superpixel off.
        r2: Weighted share of the probability's variance that it explains, in the samples it was
            fitted to; 1 is perfect.
    """

    weights: NDArray[np.float64]
    intercept: float
    r2: float


def fit_surrogate(on: BoolArray, probabilities: FloatArray, seed: int) -> Surrogate:
    """Fit the local linear model.

    Args:
        on: `(sample, superpixel)` bool; the first row is all on.
        probabilities: `(sample,)` float32, the label's probability in each sample.
        seed: Seed of the solver.

    Reference:
        Ribeiro et al. 2016, Why Should I Trust You?, arXiv:1602.04938; the kernel and the ridge
        regression are those of the `lime` library.
    """
    from lime.lime_image import LimeImageExplainer

    data = on.astype(np.float64)
    solver = LimeImageExplainer(kernel_width=KERNEL_WIDTH, random_state=seed).base
    intercept, pairs, r2, _ = solver.explain_instance_with_data(
        data,
        probabilities.astype(np.float64)[:, None],
        distances_of(on),
        0,
        data.shape[1],
        feature_selection="none",
    )
    weights = np.zeros(data.shape[1])
    for place, weight in pairs:
        weights[place] = weight
    return Surrogate(weights=weights, intercept=float(intercept), r2=float(r2))


def distances_of(on: BoolArray) -> NDArray[np.float64]:
    """Cosine distance of each sample to the radiograph itself, `(sample,)` float64 in [0, 1].

    Args:
        on: `(sample, superpixel)` bool; a sample with everything off is at distance 1.
    """
    return np.asarray(1 - np.sqrt(on.mean(axis=1)), np.float64)


def local_surrogate(
    image_model: FloatArray,
    segments: Segments,
    baseline_value: float,
    predict_fn: Callable[[FloatArray], FloatArray],
    *,
    samples: int,
    seed: int,
    batch: int = BATCH,
    progress: Callable[[float], None] = lambda fraction: None,
) -> Surrogate:
    """Ask the network about samples of one radiograph and fit the linear model to its answers.

    Args:
        image_model: `(size, size)` float32 in [0, 1], what the network sees.
        segments: `(size, size)` int64, superpixels from 1, 0 for what is never hidden.
        baseline_value: The tone of a hidden superpixel, in [0, 1].
        predict_fn: From a `(batch, size, size)` batch to the label's probabilities, `(batch,)`.
        samples: Number of pictures.
        seed: Seed of the design and of the solver.
        batch: Most pictures asked about at once; what is found does not depend on it.
        progress: Receives the share done, in [0, 1].
    """
    on = switches(samples, int(segments.max()), seed)
    answers: list[FloatArray] = []
    for pictures in perturbed(image_model, segments, on, baseline_value, batch):
        answers.append(predict_fn(pictures))
        progress(min(1.0, len(answers) * batch / samples))
    return fit_surrogate(on, np.concatenate(answers), seed)


class LimeExplainer:
    """Explains a label by LIME: the superpixels whose presence raises its probability.

    Kernel and solver are the library's. What differs from its image explainer: superpixels lie in
    what the network sees, samples are a balanced design (`xai/image/lime_design.py`), pictures are
    built and classified by the batch, and a hidden superpixel takes the mean tone of it all, not
    its own mean, which would leave a bright area bright.
    """

    def __init__(self, network: Network, settings: Settings) -> None:
        """Keep the network and the settings.

        Args:
            network: The classifier, opened for explainers.
            settings: `lime_samples`, `lime_segments` and `seed` are used.
        """
        self._network = network
        self._settings = settings

    def explain(
        self, radiograph: Radiograph, anatomy: Anatomy, label: str, *, progress: Progress = silent
    ) -> Explanation:
        """Explain one label of one radiograph.

        Raises:
            SettingsError: The classifier has no such label.
        """
        network, settings = self._network, self._settings
        index = label_index(network.labels, label)
        image = network.input_model(radiograph, anatomy)
        seen = network.roi_mask(anatomy)
        segments = superpixels(image, seen, settings.lime_segments)
        baseline_value = float(image[seen > 0.5].mean())
        surrogate = local_surrogate(
            image,
            segments,
            baseline_value,
            lambda pictures: network.probabilities(pictures)[:, index],
            samples=settings.lime_samples,
            seed=settings.seed,
            progress=lambda done: progress(ProgressEvent(step=Step.LIME, fraction=done)),
        )
        signed = np.concatenate([[0.0], surrogate.weights]).astype(np.float32)
        positive = np.maximum(signed, 0)
        strength = float(np.abs(signed).sum())
        return explanation_of(
            Method.LIME,
            label,
            network.to_image(positive[segments], anatomy),
            anatomy,
            signed_image=network.to_image(signed[segments], anatomy),
            superpixel_weights=tuple(surrogate.weights.tolist()),
            measures={
                "r2": surrogate.r2,
                "positive_weight_share": float(positive.sum()) / strength if strength else 0.0,
            },
            parameters={
                "samples": settings.lime_samples,
                "segments": len(surrogate.weights),
                "seed": settings.seed,
                "hidden_tone": round(baseline_value, 4),
                "kernel_width": KERNEL_WIDTH,
            },
        )
