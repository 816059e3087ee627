"""LIME on superpixels of what the network sees, with the `lime` library's kernel and solver."""

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
from xai.lime_sampling import perturbed, superpixels, switches
from xai.mask_maps import explanation_of, label_index

BATCH = 32
KERNEL_WIDTH = 0.25  # the library's own, on cosine distance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """The linear model fitted around one film.

    Attributes:
        weights: `(superpixel,)` float64, change of the label's probability with each superpixel.
        r2: Weighted share of the probability's variance that it explains; 1 is perfect.
    """

    weights: NDArray[np.float64]
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
    lit = data.sum(axis=1)
    # Cosine distance to the row of ones; a sample with everything off is at distance 1.
    distances = 1 - np.sqrt(lit / data.shape[1])
    solver = LimeImageExplainer(kernel_width=KERNEL_WIDTH, random_state=seed).base
    _, pairs, r2, _ = solver.explain_instance_with_data(
        data,
        probabilities.astype(np.float64)[:, None],
        distances,
        0,
        data.shape[1],
        feature_selection="none",
    )
    weights = np.zeros(data.shape[1])
    for place, weight in pairs:
        weights[place] = weight
    return Surrogate(weights=weights, r2=float(r2))


class LimeExplainer:
    """Explains a label by LIME: the superpixels whose presence raises its probability.

    Differs from the stock image explainer in speed and in aim, not in method: superpixels lie in
    what the network sees, pictures are built and classified by the batch, and a hidden superpixel
    takes the mean tone of it all, not its own mean, which would leave a bright area bright.
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
        """Explain one label of one film.

        Raises:
            SettingsError: The classifier has no such label.
        """
        network, settings = self._network, self._settings
        index = label_index(network.labels, label)
        image = network.input_model(radiograph, anatomy)
        seen = network.seen_model(anatomy)
        segments = superpixels(image, seen, settings.lime_segments)
        count = int(segments.max())
        hidden = float(image[seen > 0.5].mean())
        on = switches(settings.lime_samples, count, settings.seed)
        answers: list[FloatArray] = []
        for pictures in perturbed(image, segments, on, hidden, BATCH):
            answers.append(network.probabilities(pictures)[:, index])
            done = min(1.0, len(answers) * BATCH / settings.lime_samples)
            progress(ProgressEvent(step=Step.LIME, fraction=done))
        surrogate = fit_surrogate(on, np.concatenate(answers), settings.seed)
        signed = np.concatenate([[0.0], surrogate.weights])
        strength = float(np.abs(signed).sum())
        positive = np.maximum(signed, 0).astype(np.float32)
        return explanation_of(
            Method.LIME,
            label,
            network.to_image(positive[segments], anatomy),
            anatomy,
            measures={
                "r2": surrogate.r2,
                "positive_weight_share": float(positive.sum()) / strength if strength else 0.0,
            },
            parameters={
                "samples": settings.lime_samples,
                "segments": count,
                "seed": settings.seed,
                "hidden_tone": round(hidden, 4),
                "kernel_width": KERNEL_WIDTH,
            },
        )
