"""Thresholds of adults upright from behind: applied to those they are of, and to nobody else."""

import pytest

from pipeline.types import NOTHING_STATED, AgeGroup, HeaderFacts, Sex, Side, View
from segmentation.measurement_settings import load_measurement_settings
from segmentation.measurements import Reading
from segmentation.morphometry import measurement_of

RULES = load_measurement_settings().rules
LUNG = "lung_height", Side.RIGHT


def tall(facts: HeaderFacts) -> bool | None:
    """Whether a lung of 29 cm is called tall; 30 cm are the limit of men and 28 of women."""
    found = Reading(value=29.0)
    measurement = measurement_of(
        LUNG, found, [found, found], RULES["lung_height"], (1.0, 1.0), facts=facts
    )
    return measurement.beyond_threshold


@pytest.mark.parametrize(
    ("facts", "beyond"),
    [
        (NOTHING_STATED, False),
        (HeaderFacts(sex=Sex.MALE), False),
        (HeaderFacts(sex=Sex.FEMALE), True),
        (HeaderFacts(sex=Sex.FEMALE, age_group=AgeGroup.ADULT, view=View.PA), True),
        (HeaderFacts(sex=Sex.FEMALE, age_group=AgeGroup.CHILD), None),
        (HeaderFacts(age_group=AgeGroup.CHILD), None),
        (HeaderFacts(view=View.AP), None),
        (HeaderFacts(view=View.LYING), None),
    ],
)
def test_a_threshold_is_the_patients_or_none(facts: HeaderFacts, beyond: bool | None) -> None:
    assert tall(facts) is beyond


def test_no_threshold_at_all_is_applied_to_a_child() -> None:
    child = HeaderFacts(age_group=AgeGroup.CHILD)
    assert {rule.threshold_of(Side.RIGHT, child) for rule in RULES.values()} == {None}
    assert any(rule.threshold_of(Side.RIGHT) for rule in RULES.values())
