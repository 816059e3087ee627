"""The text explanation's own axioms, on two reports of the shipped writer."""

from bench.reports.text_explanation import TARGETS, measure_text_explanation
from pipeline.settings import Settings


def test_explanations_add_up_to_the_change_of_output():
    found = measure_text_explanation(Settings(), cases=2).measured
    assert set(found) == set(TARGETS)
    assert found["shap_sum_error"] <= TARGETS["shap_sum_error"]
    assert 0 < found["ig_sum_error"] <= TARGETS["ig_sum_error"]
    assert found["top_beats_random"] in (0, 0.5, 1)
