"""What ratings tell, on radiographs where it is known."""

import numpy as np
import pytest

from pipeline.types import ExplanationQuality, Method, QualityMeasure, QualityScore
from training.pointed import pointed
from training.telling import JudgedRadiograph, telling
from xai.quality.limits import Limits, QualityLimits

LIMITS = QualityLimits(limits={QualityMeasure.STABILITY: Limits(good=0.7, doubtful=0.5)})


def radiograph(number, stability, *, called=True, right=True, hit=None):
    score = QualityScore(map=Method.LIME, measure=QualityMeasure.STABILITY, value=stability)
    return JudgedRadiograph(
        quality=ExplanationQuality(label="found", scores=(score,), curves={}, random_auc=0.5),
        patient=str(number),
        called_abnormal=called,
        is_right=right,
        hits={} if hit is None else {Method.LIME: hit},
    )


def told(radiographs):
    return telling(radiographs, LIMITS)["lime"][QualityMeasure.STABILITY]


def test_a_rating_that_separates_is_known_to():
    pairs = [(0.8, True), (0.6, True), (0.55, False), (0.1, False)] * 10
    found = told([radiograph(n, value, hit=hit) for n, (value, hit) in enumerate(pairs)])
    assert found.points is not None
    assert found.points.value == pytest.approx(1 - 0.5 * 0.25)  # 0.6 and 0.55 are rated alike
    assert found.right is None  # none is wrong
    assert found.is_enough


def test_a_rating_that_never_changes_tells_nothing():
    found = told([radiograph(n, 0.9, hit=n % 2 == 0, right=n % 3 == 0) for n in range(40)])
    assert found.points is not None and found.right is not None
    assert found.points.value == found.right.value == 0.5
    assert not found.is_enough


def test_maps_of_the_called_normal_are_not_compared_with_those_of_the_called_abnormal():
    """The called abnormal are all right and stable, the called normal mostly wrong and not."""
    ill = [radiograph(n, 0.9) for n in range(20)]
    missed = [radiograph(20 + n, 0.1, called=False, right=n < 5) for n in range(20)]
    found = told(ill + missed)
    assert found.right is not None
    assert found.right.value == 0.5


def test_a_map_points_where_its_peak_is():
    lungs = np.ones((10, 10), bool)
    lesions = np.zeros((10, 10), bool)
    lesions[:5] = True
    peak = np.full((10, 10), 0.1, np.float32)
    peak[2, 2] = 1
    assert pointed(peak, lesions, lungs).hit == 1
    assert pointed(peak[::-1].copy(), lesions, lungs).hit == 0
