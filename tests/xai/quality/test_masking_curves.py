import numpy as np
import pytest

from tests.xai.quality.quality_networks import (
    LETTER,
    SIDE,
    SQUARE,
    PlaceNetwork,
    chest,
    map_of,
    radiograph,
)
from xai.quality.assessor import prepare, random_area
from xai.quality.masking_curves import (
    MaskingContext,
    area,
    curves_of,
    mean_tone,
    random_map,
    ranking,
)

SEEN = np.ones((SIDE, SIDE), bool)


def context():
    return prepare(PlaceNetwork(), radiograph(), chest(), "found").context


def ranked(found):
    return ranking(found, SEEN, random_map(SIDE, (9,)))


def test_curves_by_hand():
    """Two of four pixels carry the answer, 0.8 and 0.4 bright; the tone of hiding is 0.3."""
    image = np.array([[0.8, 0.4], [0.0, 0.0]], np.float32)
    hidden = mean_tone(image, np.ones((2, 2), bool))
    assert hidden == pytest.approx(0.3)
    toy = MaskingContext(
        image_model=image,
        roi_mask=np.ones((2, 2), bool),
        baseline_value=hidden,
        predict_fn=lambda batch: batch[:, 0].mean(axis=1),
        steps=4,
    )
    right, wrong = np.array([0, 1, 2, 3]), np.array([2, 3, 1, 0])
    first, second = curves_of(toy, [right, wrong])
    assert first.deletion == pytest.approx((0.6, 0.35, 0.3, 0.3, 0.3))
    assert first.insertion == pytest.approx((0.3, 0.55, 0.6, 0.6, 0.6))
    assert second.deletion == pytest.approx((0.6, 0.6, 0.6, 0.55, 0.3))
    assert second.insertion == pytest.approx((0.3, 0.3, 0.3, 0.35, 0.6))
    assert area(first.deletion) == pytest.approx(0.35)
    assert area((1.0, 0.5, 0.0)) == pytest.approx(0.5)


def test_the_radiograph_and_nothing_are_the_ends_whatever_the_map():
    curves = curves_of(context(), [ranked(map_of(SQUARE)), ranked(map_of(LETTER))])
    for one in curves:
        assert one.deletion[0] == one.insertion[-1] == pytest.approx(0.9)
        assert one.deletion[-1] == one.insertion[0] == pytest.approx(context().baseline_value)
        assert len(one.deletion) == len(one.insertion) == context().steps + 1


def test_a_right_map_falls_faster_and_rises_faster_than_random_ones():
    random_baseline = [ranked(random_map(SIDE, (7, number))) for number in range(6)]
    right, wrong, *random = curves_of(
        context(), [ranked(map_of(SQUARE)), ranked(-map_of(SQUARE)), *random_baseline]
    )
    expected = random_area(random)
    assert area(right.deletion) < expected - 0.2
    assert area(right.insertion) > expected + 0.2
    assert area(wrong.deletion) > expected + 0.1
    assert all(area(right.deletion) < area(one.deletion) for one in random)


def test_showing_an_order_is_hiding_its_reverse_so_that_chance_is_one_for_both():
    order = ranked(random_map(SIDE, (3, 1)))
    forth, back = curves_of(context(), [order, order[::-1]])
    assert area(forth.insertion) == pytest.approx(area(back.deletion))
    assert area(back.insertion) == pytest.approx(area(forth.deletion))
    assert random_area([forth]) == pytest.approx(random_area([back]))


def test_places_of_equal_strength_are_ordered_by_the_tie_and_unseen_ones_left_out():
    found = np.array([[0, 1], [0, 0]], np.float32)
    tie = np.array([[0.1, 0.0], [0.3, 0.2]], np.float32)
    seen = np.array([[True, True], [True, False]])
    assert ranking(found, seen, tie).tolist() == [1, 2, 0]


def test_random_maps_hang_together_and_follow_their_seed():
    one = random_map(64, (1, 2))
    assert (one == random_map(64, (1, 2))).all()
    assert (one != random_map(64, (1, 3))).any()
    assert (one.min() >= 0, one.max() <= 1) == (True, True)
    steps = np.abs(np.diff(one, axis=1)).mean()
    shuffled = np.random.default_rng(0).permutation(one.ravel()).reshape(one.shape)
    assert steps < np.abs(np.diff(shuffled, axis=1)).mean() / 4
