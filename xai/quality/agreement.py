"""How alike two saliency maps are: by the ranks of their places, and by their strongest parts."""

import numpy as np
from numpy.typing import NDArray

from pipeline.types import FUSED, BoolArray, FloatArray, QualityMeasure, QualityScore

STRONGEST = 0.2
"""Share of the places that count as a map's strongest."""

RANDOM_IOU = STRONGEST / (2 - STRONGEST)
"""IoU of two sets of that size that are independent: 1/9."""


def rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Spearman's rank correlation of two vectors, in [-1, 1]; 0 where one of them is flat."""
    from scipy.stats import rankdata

    ranks = [rankdata(values) for values in (first, second)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return 0.0
    return float(np.clip(np.corrcoef(ranks[0], ranks[1])[0, 1], -1, 1))


def top_k_iou(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Intersection over union of the strongest fifths of two vectors, in [0, 1]."""
    tops = [
        (values >= np.quantile(values, 1 - STRONGEST)) & (values > 0) for values in (first, second)
    ]
    either = int((tops[0] | tops[1]).sum())
    return int((tops[0] & tops[1]).sum()) / either if either else 0.0


def agreement_of(
    first_model: FloatArray, second_model: FloatArray, lungs_model: BoolArray
) -> tuple[float, float]:
    """Rank correlation and top-k IoU of two maps over the lungs; 0 and 0 without lungs.

    Args:
        first_model: `(size, size)` float32, on the network's grid: neither map is finer.
        second_model: The same of the other method.
        lungs_model: `(size, size)` bool.
    """
    if not lungs_model.any():
        return 0.0, 0.0
    first, second = first_model[lungs_model], second_model[lungs_model]
    return rank_correlation(first, second), top_k_iou(first, second)


def agreement_scores(
    first_model: FloatArray, second_model: FloatArray, lungs_model: BoolArray
) -> list[QualityScore]:
    """The same as scores of the fused map, which both methods make up."""
    alike, shared = agreement_of(first_model, second_model, lungs_model)
    return [
        QualityScore(map=FUSED, measure=QualityMeasure.RANK_CORRELATION, value=alike),
        QualityScore(
            map=FUSED, measure=QualityMeasure.TOP_K_IOU, value=shared, random_baseline=RANDOM_IOU
        ),
    ]
