"""Augmentation: what is outside stays outside, tones change, the order of a histogram stays."""

import numpy as np

from training.classifier.hospitals.augment import marked, moved, toned, varied


def disc(size=96):
    row, col = np.ogrid[:size, :size]
    inside = (row - size / 2) ** 2 + (col - size / 2) ** 2 < (size / 3) ** 2
    ramp = np.tile(np.linspace(20, 240, size), (size, 1))
    return np.where(inside, ramp, 0).astype(np.uint8)


def test_a_training_picture_is_zero_outside_and_never_inside():
    image = disc()
    for seed in range(40):
        found = varied(image, np.random.default_rng(seed), 64, [np.linspace(0, 1, 50)])
        again = moved(image, np.random.default_rng(seed), 64)
        assert found.shape == (64, 64)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found > 0, again > 0)
        assert found.max() <= 1


def test_no_two_draws_are_alike():
    random = np.random.default_rng(0)
    first, second = (varied(disc(), random, 64, []) for _ in range(2))
    assert np.abs(first - second).mean() > 0.01


def test_another_histogram_keeps_the_order_of_the_greys():
    values = np.linspace(0.1, 0.9, 200).astype(np.float32)
    other = np.linspace(0, 1, 100).astype(np.float32) ** 2
    found = [toned(values, np.random.default_rng(seed), [other]) for seed in range(30)]
    assert all((np.diff(one) >= -1e-6).all() for one in found)
    assert max(np.abs(one - values).max() for one in found) > 0.2


def test_marks_are_drawn_sometimes_and_not_always():
    flat = np.full((64, 64), 0.5, np.float32)
    changed = [
        bool((np.abs(marked(flat, np.random.default_rng(seed)) - 0.5) > 0.02).any())
        for seed in range(60)
    ]
    assert 0.2 < np.mean(changed) < 0.8
