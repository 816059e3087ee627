import numpy as np

from segmentation.network import OUTPUTS
from training.anatomy.labels import (
    abdomen_below,
    heart_between,
    labels_of,
    no_heart,
    spine_between,
    split_lungs,
)


def lungs():
    mask = np.zeros((100, 100), bool)
    mask[20:70, 10:40] = True
    mask[20:70, 60:90] = True
    return mask


def test_the_right_lung_lies_at_small_columns():
    right, left = split_lungs(lungs())
    assert np.flatnonzero(right.any(axis=0)).tolist() == list(range(10, 40))
    assert np.flatnonzero(left.any(axis=0)).tolist() == list(range(60, 90))


def test_one_lung_is_not_a_pair():
    mask = lungs()
    mask[:, 50:] = False
    assert split_lungs(mask) is None


def test_the_spine_is_the_gap_between_the_lungs():
    spine = spine_between(*split_lungs(lungs()))
    assert np.flatnonzero(spine.any(axis=1)).tolist() == list(range(20, 70))
    assert np.flatnonzero(spine.any(axis=0)).tolist() == list(range(40, 60))


def test_the_abdomen_lies_below_the_lungs_inside_the_body():
    body = np.zeros((100, 100), bool)
    body[:, :80] = True
    abdomen = abdomen_below(*split_lungs(lungs()), body)
    assert np.flatnonzero(abdomen.any(axis=1)).tolist() == list(range(71, 100))
    assert np.flatnonzero(abdomen.any(axis=0)).tolist() == list(range(10, 80))


def test_each_convention_leaves_out_what_it_does_not_say():
    image = np.full((100, 100), 128, np.uint8)
    mask = (lungs() * 255).astype(np.uint8)
    field, lung, spine = (OUTPUTS.index(name) for name in ("right_field", "left_lung", "spine"))
    _, heart_in = labels_of(image, mask, heart_included=True)
    assert not heart_in[field, 30, 20]  # which part of the lung is aerated is unknown
    assert heart_in[lung].all()
    _, heart_out = labels_of(image, mask, heart_included=False)
    assert heart_out[field].all()
    assert not heart_out[lung, 40, 50]  # between the fields lies heart or lung behind it
    assert not heart_out[spine, 40, 50]
    assert heart_out[spine, 40, 20]


def test_a_heart_that_was_drawn_is_taught_whole_and_one_that_was_not_only_where_none_can_be():
    heart = np.zeros((100, 100), np.uint8)
    image = np.full((100, 100), 128, np.uint8)
    mask = (lungs() * 255).astype(np.uint8)
    plane = OUTPUTS.index("heart")
    heart[45:72, 35:70] = 255
    labels, weights = labels_of(image, mask, heart_included=False, heart=heart)
    assert (labels[plane] == (heart > 127)).all()
    assert weights[plane].all()
    labels, weights = labels_of(image, mask, heart_included=True)
    assert not labels[plane].any()
    assert not weights[plane][heart > 127].any()
    labels, weights = labels_of(image, mask, heart_included=False)
    assert (labels[plane] == heart_between(*split_lungs(lungs()))[0]).all()
    assert weights[plane][lungs()].all()
    hull = np.zeros((100, 100), bool)
    hull[20:70, 10:90] = True
    # From a fifth of the lungs' height to a tenth of it below them.
    unknown = ~no_heart(hull)
    assert np.flatnonzero(unknown.any(axis=1)).tolist() == list(range(30, 74))
    assert np.flatnonzero(unknown.any(axis=0)).tolist() == list(range(10, 90))


def test_between_two_fields_below_the_hila_and_above_the_domes_lies_the_heart():
    right, left = split_lungs(lungs())  # rows 20 to 69, the gap from 40 to 59 of 10 to 89
    for lung, dome in ((right, 62), (left, 65)):
        lung[dome:] = False
    heart, known = heart_between(right, left)
    assert np.flatnonzero(heart.any(axis=1)).tolist() == list(range(46, 60))
    assert np.flatnonzero(heart.any(axis=0)).tolist() == list(range(40, 60))
    assert (known == (heart | right | left)).all()


def test_fields_that_were_drawn_over_the_heart_tell_nothing_of_it():
    right, left = split_lungs(lungs())
    left[:, 45:60] = left[:, 70:71]
    heart, known = heart_between(right, left)
    assert not heart.any()
    assert not known.any()
