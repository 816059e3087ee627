"""A site's own calibration: what it mends, what it refuses."""

import numpy as np
import pytest

from training.classifier.hospitals.site_calibration import TooFewRadiographsError, check_enough
from training.classifier.hospitals.site_fit import (
    SiteRadiographs,
    SiteSettings,
    cross_fitted,
    figures,
    fitted,
    threshold_keeping,
)


def site(count=160, shift=2.0, scale=4.0):
    """Radiographs whose odds are too high by `shift` and too sure by `scale`."""
    random = np.random.default_rng(0)
    positive = np.arange(count) % 2 == 0
    true_odds = random.normal(np.where(positive, 1.2, -1.2), 1.0)
    logits = np.column_stack([np.zeros(count), scale * true_odds + shift])
    return SiteRadiographs(
        logits=logits,
        positive=positive,
        unfamiliarity=np.array([]),
        patients=[str(number) for number in range(count)],
        normal=0,
    )


def test_the_abnormal_probability_is_that_of_a_softmax_at_the_temperature():
    one = site()
    expected = 1 / (1 + np.exp(-one.logits[:, 1] / 3))
    np.testing.assert_allclose(one.abnormal(3.0), expected, rtol=1e-9)


def test_a_site_that_is_called_abnormal_too_surely_is_mended_on_radiographs_left_out():
    shifted = site()
    shipped = SiteSettings(temperature=1.0, threshold=0.5, band=(0.4, 0.6))
    before = figures(shifted, [shipped] * 160)
    after = figures(shifted, cross_fitted(shifted))
    assert after["ece"]["value"] < before["ece"]["value"] - 0.03
    assert after["specificity"]["value"] > before["specificity"]["value"]
    assert abs(after["auc"]["value"] - before["auc"]["value"]) < 0.02
    whole = fitted(shifted, np.arange(160))
    assert 2.0 < whole.temperature < 8.0
    assert whole.band[0] <= whole.threshold <= whole.band[1]


@pytest.mark.parametrize(
    ("abnormal", "normal", "said"),
    [(20, 20, "40 radiographs"), (5, 95, "5 radiographs are abnormal"), (90, 10, "10 normal")],
)
def test_too_few_or_one_sided_radiographs_are_refused(abnormal, normal, said):
    with pytest.raises(TooFewRadiographsError, match=said):
        check_enough(np.array([True] * abnormal + [False] * normal))


def test_fifty_balanced_radiographs_are_enough():
    check_enough(np.arange(50) % 2 == 0)


def test_a_threshold_keeps_the_share_of_normal_radiographs_that_is_asked_for():
    abnormal = np.array([0.1, 0.2, 0.3, 0.9])
    assert threshold_keeping(0.7, abnormal, np.ones(4)) == pytest.approx(0.3)
    assert threshold_keeping(0.7, abnormal, np.array([1.0, 1.0, 1.0, 7.0])) == pytest.approx(0.9)
