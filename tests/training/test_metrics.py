import numpy as np
import pytest

from training.classifier.calibrate import (
    best_temperature,
    best_temperature_each,
    best_threshold,
    most_accurate_threshold,
    softmax,
    uncertain_band,
)
from training.metrics import auc, bootstrap, expected_calibration_error, macro_f1


def test_auc_by_hand():
    # Pairs (abnormal, normal): 0.9 beats both, 0.4 beats one and loses one: 3 of 4.
    assert auc(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.5, 0.1])) == 0.75


def test_macro_f1_by_hand():
    truth, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    # F1 of label 0 is 2/3, of label 1 is 4/5.
    assert macro_f1(truth, predicted) == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_calibration_error_by_hand():
    # All four forecasts fall in one bin at confidence 0.9 and three are right: |0.9 - 0.75|.
    positive = np.array([True, True, True, False])
    assert expected_calibration_error(positive, np.full(4, 0.9)) == pytest.approx(0.15)


def test_bootstrap_draws_patients_and_not_radiographs():
    values = np.array([0.0] * 50 + [1.0] * 50)
    by_radiograph = bootstrap(
        lambda cases: float(values[cases].mean()), [str(i) for i in range(100)]
    )
    by_patient = bootstrap(lambda cases: float(values[cases].mean()), ["a"] * 50 + ["b"] * 50)
    assert by_radiograph.value == by_patient.value == 0.5
    assert by_patient.ci95 == (0.0, 1.0)
    assert by_radiograph.ci95[0] > 0.3


def test_temperature_recovers_the_factor_of_overconfident_logits():
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 3))
    truth = np.array([random.choice(3, p=row) for row in softmax(logits)])
    assert best_temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)


def test_threshold_stands_in_the_middle_of_the_gap():
    abnormal = np.array([0.1, 0.3, 0.7, 0.9])
    found = best_threshold(abnormal, np.array([False, False, True, True]), np.ones(4))
    assert found == pytest.approx(0.5, abs=0.01)


def test_the_uncertain_band_leaves_the_most_cases_that_are_right_often_enough():
    abnormal = np.array([0.05, 0.10, 0.35, 0.45, 0.60, 0.75, 0.90, 0.95])
    positive = np.array([False, False, True, False, False, True, True, True])
    even = np.ones(8)
    # Wrong at threshold 0.5 are the cases at 0.35 and 0.60: the band must hold both, and no more.
    low, high = uncertain_band(abnormal, positive, even, 0.5, accuracy=1.0)
    assert 0.10 < low <= 0.35
    assert 0.60 < high <= 0.75
    # 7 of 8 are right if one wrong case may stay outside.
    low, high = uncertain_band(abnormal, positive, even, 0.5, accuracy=6 / 7)
    outside = (abnormal < low) | (abnormal >= high)
    assert outside.sum() == 7


def test_a_classifier_that_is_never_right_enough_is_always_uncertain():
    abnormal = np.array([0.0, 0.2, 0.8, 0.99])
    assert uncertain_band(abnormal, abnormal < 0.5, np.ones(4), 0.5) == (0.0, 1.0)


def test_the_most_accurate_threshold_counts_cases_not_kinds():
    abnormal = np.array([0.1, 0.3, 0.2, 0.6, 0.7, 0.8])
    positive = np.array([False, False, True, True, True, True])
    # Above 0.1 one normal case is wrong, above 0.3 one abnormal case: the weight decides.
    heavy_normal = np.array([1, 3, 1, 1, 1, 1.0])
    assert 0.3 < most_accurate_threshold(abnormal, positive, heavy_normal) < 0.6
    heavy_abnormal = np.array([1, 1, 3, 1, 1, 1.0])
    assert 0.1 < most_accurate_threshold(abnormal, positive, heavy_abnormal) <= 0.2


def test_labels_that_occur_together_are_calibrated_by_one_temperature():
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 3))
    truth = random.random(logits.shape) < 1 / (1 + np.exp(-logits))
    assert best_temperature_each(logits * 2.5, truth) == pytest.approx(2.5, rel=0.1)
