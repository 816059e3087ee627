"""LIME's stability: would other random samples have given the same map?"""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.types import FloatArray
from xai.image.lime_explainer import fit_surrogate
from xai.image.lime_sampling import Segments, perturbed, switches
from xai.quality.agreement import rank_correlation
from xai.quality.masking_curves import BATCH, MaskingContext


def strengths_of(map_model: FloatArray, segments: Segments) -> FloatArray:
    """Mean of a map over each superpixel, `(superpixel,)` float32.

    Args:
        map_model: `(size, size)` float32.
        segments: `(size, size)` int64, 0 where there is none, superpixels from 1.
    """
    numbers = segments.ravel()
    totals = np.bincount(numbers, weights=map_model.ravel())
    return (totals[1:] / np.bincount(numbers)[1:]).astype(np.float32)


def lime_stability(
    context: MaskingContext,
    segments: Segments,
    shown_model: FloatArray,
    *,
    samples: int,
    seeds: Sequence[int],
    progress: Callable[[float], None] = lambda fraction: None,
) -> float:
    """Mean rank correlation of a LIME map's superpixels with those of further, smaller runs.

    The further runs draw fewer pictures than the map's own, so the value is a lower bound of what
    a second full run would give. Weights below zero count as zero, as they do in the map.

    Args:
        context: The radiograph and the label.
        segments: `(size, size)` int64, the superpixels of the map.
        shown_model: `(size, size)` float32, the LIME map.
        samples: Pictures of one further run.
        seeds: Seed of each further run.
        progress: Receives the share done, in [0, 1].

    Returns:
        In [-1, 1].

    Reference:
        Visani et al. 2022, Statistical stability indices for LIME, arXiv:2001.11757, compares
        whole runs; here the shown map is compared with short ones.
    """
    shown = strengths_of(shown_model, segments)
    found = []
    for run, seed in enumerate(seeds):
        on = switches(samples, int(segments.max()), seed)
        answers = []
        for pictures in perturbed(context.image_model, segments, on, context.baseline_value, BATCH):
            answers.append(context.predict_fn(pictures))
            progress((run + len(answers) * BATCH / samples) / len(seeds))
        weights = fit_surrogate(on, np.concatenate(answers), seed).weights
        found.append(rank_correlation(shown, np.maximum(weights, 0)))
    return float(np.mean(found))
