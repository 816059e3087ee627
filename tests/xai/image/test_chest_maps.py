import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xai.image.chest_maps import balanced, normalised

MAPS = arrays(np.float32, (4, 5), elements=st.floats(-1e6, 1e6, width=32))


def test_scaling_by_hand():
    found = np.array([[2.0, -4.0], [0.0, 1.0]], np.float32)
    assert normalised(found).tolist() == [[1, 0], [0, 0.5]]
    assert balanced(found).tolist() == [[0.5, -1], [0, 0.25]]
    assert not normalised(-np.abs(found)).any()
    assert not balanced(np.zeros((2, 2), np.float32)).any()


@given(MAPS)
@settings(max_examples=80, deadline=None)
def test_the_largest_magnitude_is_one_and_measurements_are_kept(found):
    both, positive = balanced(found), normalised(found)
    assert both.dtype == positive.dtype == np.float32
    assert np.abs(both).max() == (1 if found.any() else 0)
    assert not (both * found < 0).any()
    assert positive.min() >= 0
    assert positive.max() == (1 if found.max() > 0 else 0)
