"""The shortcut alarm: how much of a map lies where no disease of the chest can be seen."""

from collections.abc import Mapping

import numpy as np

from pipeline.types import (
    Anatomy,
    BoolArray,
    FloatArray,
    QualityMeasure,
    QualityScore,
    Radiograph,
    SaliencyMap,
)
from xai.image.chest_maps import share_within
from xai.quality.burned_in import burned_in_text

BORDER = 0.05  # of the shorter side: how broad the radiograph's border is


def suspect_places(radiograph: Radiograph, anatomy: Anatomy) -> dict[QualityMeasure, BoolArray]:
    """Where a classifier has no business: `(row, col)` bool for each shortcut measure."""
    outside = ~anatomy.thorax_image
    return {
        QualityMeasure.MASS_OUTSIDE_THORAX: outside,
        QualityMeasure.MASS_ON_TEXT: burned_in_text(radiograph.pixels, anatomy.thorax_image),
        QualityMeasure.MASS_ON_BORDER: border(radiograph.shape) & outside,
    }


def border(shape: tuple[int, int]) -> BoolArray:
    """The frame of a radiograph, `(row, col)` bool."""
    width = max(1, round(BORDER * min(shape)))
    frame = np.ones(shape, np.bool_)
    frame[width:-width, width:-width] = False
    return frame


def shortcut_scores(
    name: SaliencyMap,
    raw_image: FloatArray,
    seen_image: BoolArray,
    places: Mapping[QualityMeasure, BoolArray],
) -> list[QualityScore]:
    """Shares of a map's total in each place; the baseline is the place's share of what is seen.

    Only what the network sees counts: a classifier that is shown the thorax alone cannot use what
    is outside, and what its coarse map leaves there is the blur of the enlargement.

    Args:
        name: Whose map.
        raw_image: `(row, col)` float32 in [0, 1], the map before anything was cut away.
        seen_image: `(row, col)` bool, where the network sees the radiograph.
        places: From `suspect_places`.
    """
    even = seen_image.astype(np.float32)
    return [
        QualityScore(
            map=name,
            measure=measure,
            value=share_within(raw_image * even, place),
            random_baseline=share_within(even, place),
        )
        for measure, place in places.items()
    ]
