"""What is done to radiographs, and how maps are compared with lesions, worked out by hand."""

import numpy as np
import pytest

from bench.hospitals.changed import CHANGES, Chest, covered, fitted, no_lung
from bench.hospitals.pointing import abnormal_label
from pipeline.types import Language, Prediction, Structure
from tests.fakes import FakeSegmenter
from tests.pipeline.classification.test_classifier import radiograph
from training.pointed import pointed


@pytest.fixture(scope="module")
def chest():
    random = np.random.default_rng(0)
    one = radiograph(random.uniform(0.2, 0.8, (96, 96)))
    anatomy = FakeSegmenter().segment(one)
    heart = anatomy.lungs_image.copy()
    heart[:60] = False  # the lower part of both
    return Chest(radiograph=one, anatomy=anatomy, heart_image=heart)


def test_each_change_leaves_the_rest_of_the_radiograph_alone(chest):
    lungs = chest.anatomy.lungs_image
    for name, change in CHANGES.items():
        changed = change(chest, chest, np.random.default_rng(1)).pixels
        part = no_lung(chest) if "mediast" in name else lungs
        np.testing.assert_array_equal(changed[~part], chest.radiograph.pixels[~part], err_msg=name)
        assert changed.min() >= 0
        assert changed.max() <= 1


def test_shuffling_keeps_the_tones_and_blanking_keeps_none(chest):
    lungs, before = chest.anatomy.lungs_image, chest.radiograph.pixels
    shuffled = CHANGES["lungs_shuffled"](chest, chest, np.random.default_rng(1)).pixels
    np.testing.assert_array_equal(np.sort(shuffled[lungs]), np.sort(before[lungs]))
    assert (shuffled[lungs] != before[lungs]).mean() > 0.9
    assert np.ptp(CHANGES["lungs_blanked"](chest, chest, None).pixels[lungs]) == 0
    blurred = CHANGES["lungs_blurred"](chest, chest, None).pixels
    assert blurred[lungs].std() < 0.3 * before[lungs].std()


def test_lungs_of_another_come_to_lie_inside_the_outline(chest):
    donor = Chest(
        radiograph=radiograph(1 - chest.radiograph.pixels),
        anatomy=chest.anatomy,
        heart_image=chest.heart_image,
    )
    exchanged = CHANGES["lungs_exchanged"](chest, donor, None).pixels
    right = chest.anatomy.masks_image[Structure.RIGHT_LUNG]
    assert np.corrcoef(exchanged[right], donor.radiograph.pixels[right])[0, 1] > 0.9


def test_the_heart_covers_the_unaerated_medial_part_of_the_lower_rows():
    lung, field = np.ones((20, 10), bool), np.ones((20, 10), bool)
    field[10:15] = False  # an opaque band from border to border
    found = covered(lung, field, medial_is_right=True)
    assert found[10:15, 6:].all()
    assert not found[:, :6].any()
    assert not found[:10].any()
    field[:5] = False  # above the heart
    assert not covered(lung, field, medial_is_right=False)[:5].any()


def test_a_row_is_spread_from_border_to_border():
    image = np.tile(np.arange(8, dtype=np.float32), (4, 1))
    source, target = np.zeros((4, 8), bool), np.zeros((2, 6), bool)
    source[:, 2:6], target[:, 0:3] = True, True
    np.testing.assert_allclose(fitted(image, source, target)[:, :3], [[2, 3.5, 5]] * 2)


LUNGS = np.ones((2, 4), bool)
LESIONS = np.array([[1, 1, 0, 0], [0, 0, 0, 0]], bool)


def test_a_map_is_compared_with_the_lesions_share_of_the_lungs():
    found = pointed(np.array([[4, 2, 1, 0], [1, 0, 0, 0]], np.float32), LESIONS, LUNGS)
    assert found.mass_over_area == pytest.approx((6 / 8) / (2 / 8))
    assert found.hit == 1
    assert found.iou == pytest.approx(1.0)  # at half of its height it outlines them
    missed = pointed(np.array([[0, 0, 0, 4], [0, 0, 0, 4]], np.float32), LESIONS, LUNGS)
    assert (missed.mass_over_area, missed.hit, missed.iou) == (0, 0, 2 / 8)


def test_the_lungs_themselves_are_chance():
    found = pointed(LUNGS.astype(np.float32), LESIONS, LUNGS)
    assert (found.mass_over_area, found.hit, found.iou) == (1, 0.25, 0.25)
    empty = pointed(np.zeros((2, 4), np.float32), LESIONS, LUNGS)
    assert (empty.mass_over_area, empty.hit, empty.iou) == (1, 0.25, 0.25)


def test_what_is_explained_is_the_most_likely_abnormal_label():
    labels = ("normal", "covid19", "tuberculosis")
    prediction = Prediction(
        labels=labels,
        probabilities=(0.7, 0.2, 0.1),
        normal_label="normal",
        threshold_prob=0.5,
        terms={label: {Language.ENGLISH: label} for label in labels},
    )
    assert abnormal_label(prediction) == "covid19"
