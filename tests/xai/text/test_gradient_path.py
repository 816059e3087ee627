from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xai.text.gradient_path import KNOTS, MOST_SPANS, knots, spans_of


def test_an_even_rise_is_one_piece():
    assert spans_of(3 * knots() - 1, 0.01) == [(0, KNOTS)]


def test_a_standing_output_is_one_piece():
    assert spans_of(np.full(KNOTS + 1, -7.0), 0.01) == [(0, KNOTS)]


def test_pieces_are_narrow_where_the_output_moves():
    moved = 10 / (1 + np.exp(-80 * (knots() - 0.3)))  # a step of 10 around 0.3
    spans = spans_of(moved, 0.1)
    narrow = [one for one in spans if one[1] - one[0] <= 2]
    assert narrow
    assert all(0.2 <= first / KNOTS < last / KNOTS <= 0.4 for first, last in narrow)
    assert (KNOTS // 2, KNOTS) in spans  # all of the half in which nothing moves


def test_two_points_in_each_piece_meet_a_smooth_change():
    def output(at):
        return 5 * np.tanh(12 * (at - 0.25))

    def slope(at):
        return 60 / np.cosh(12 * (at - 0.25)) ** 2

    nodes, weights = np.polynomial.legendre.leggauss(2)
    total, points = 0.0, 0
    for first, last in spans_of(output(knots()), 0.1):
        low, high = first / KNOTS, last / KNOTS
        half = (high - low) / 2
        total += slope((low + high) / 2 + half * nodes) @ weights * half
        points += 2
    change = output(1.0) - output(0.0)
    assert abs(total - change) < 0.15
    assert points <= 16


@given(st.lists(st.floats(-100, 0), min_size=KNOTS + 1, max_size=KNOTS + 1))
def test_pieces_tile_the_path(scores):
    spans = spans_of(np.array(scores), 0.05)
    assert len(spans) <= MOST_SPANS
    assert spans[0][0] == 0
    assert spans[-1][1] == KNOTS
    assert all(one[1] == other[0] for one, other in pairwise(spans))
