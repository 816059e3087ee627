"""The text explanation's own axioms, on two reports of the shipped writer."""

import random
from types import SimpleNamespace

import pytest

from bench.reports.text_explanation import _top_beats_random, measure_text_explanation
from pipeline.settings import Settings
from pipeline.types import Attribution, Language, Report, Section


@pytest.mark.slow
def test_explanations_add_up_to_the_change_of_output():
    found = measure_text_explanation(Settings(), cases=2).measured
    assert found["shap_sum_error"] <= 1e-3
    assert 0 < found["ig_sum_error"] <= 0.05
    assert found["top_beats_random"] == 1
    assert found["seconds"] > 0


class OneSidedModel:
    """Whose report is 4 nats likelier with the right zone in its prompt, and 1 with the left."""

    def prompt(self, system, user):
        return user

    def log_probability(self, prompt, text):
        return SimpleNamespace(total=-9.0 + 4 * ("right" in prompt) + 1 * ("left" in prompt))


@pytest.mark.parametrize(("top", "beats"), [("right_upper", True), ("left_upper", False)])
def test_the_top_descriptor_is_compared_with_another_by_what_its_absence_changes(top, beats):
    zones = {"right_upper": "right upper zone", "left_upper": "left upper zone"}
    report = Report(
        language=Language.ENGLISH,
        model="one-sided",
        model_sha256="0" * 64,
        prompt="",
        prompt_parts=(("", "Found: "), *zones.items(), ("", ".")),
        sections=dict.fromkeys(Section, "Opacity."),
        claims=(),
    )
    found = SimpleNamespace(
        shap=[Attribution(key=key, text=zones[key], value=float(key == top)) for key in zones]
    )
    assert _top_beats_random(OneSidedModel(), report, found, random.Random(0)) is beats
