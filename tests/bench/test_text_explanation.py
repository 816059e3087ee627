"""The text explanation's own axioms, on two reports of the shipped writer."""

from bench.text_explanation import TARGETS, TextExplanationFigures, measure_text_explanation
from pipeline.settings import Settings


def test_explanations_add_up_to_the_change_of_output():
    found = measure_text_explanation(Settings(), cases=2)
    assert found.shap_sum_error <= TARGETS["shap_sum_error"]
    assert 0 < found.ig_sum_error <= TARGETS["ig_sum_error"]
    assert found.top_beats_random in (0, 0.5, 1)
    assert found.seconds > 0


def test_figures_stand_beside_their_targets():
    lines = TextExplanationFigures(**dict.fromkeys(TARGETS, 0.25)).table().splitlines()
    assert lines[3].split() == ["top_beats_random", "0.25000", "0.900"]
