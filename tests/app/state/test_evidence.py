"""The evidence of a claim: its zones, and its values in words."""

import pytest

from app.state.evidence import measured, zones_of
from pipeline.types import Claim, ClaimStatus, Grade, Language, Section, Zone
from pipeline.words import words_of
from tests.app.fake_workers import images_only

EVIDENCE = {
    "right_lower.intensity": 0.62,
    "right_lower.grade": Grade.STRONG,
    "left_upper": "absent",
    "sides": "right, left",
    "regions": 2.0,
    "label": "tuberculosis",
    "bacterial_pneumonia": 0.83,
    "confidence": 1.0,
}


def test_evidence_is_said_in_english():
    assert measured(words_of(Language.ENGLISH).of("page"), images_only().prediction, EVIDENCE) == (
        "Right lower zone, model attention: 0.62; Right lower zone, grade: strong; "
        "Left upper zone: nothing found; sides: right, left; zones found: 2; "
        "label: tuberculosis; bacterial pneumonia: 0.83; confidence: 1.00"
    )


def test_evidence_is_said_in_russian():
    said = measured(words_of(Language.RUSSIAN).of("page"), images_only().prediction, EVIDENCE)
    assert said.startswith("Нижний отдел правого лёгочного поля, значимость для модели: 0,62; ")
    assert "класс: туберкулёз" in said
    assert "стороны: справа, слева" in said


@pytest.mark.parametrize(
    ("zones", "evidence", "expected"),
    [
        # what it names, in the order of the radiograph
        ((Zone.LEFT_LOWER, Zone.RIGHT_UPPER), {"confidence": 0.8}, ["right_upper", "left_lower"]),
        ((Zone.LEFT_LOWER,), {"left_lower": "absent", "sides": "right"}, ["left_lower"]),
        # "there the agreement is 0.88": the zone of the sentence before
        ((), {"right_lower.agreement": 0.88}, ["right_lower"]),
        # the zones found on the sides, or counted
        ((), {"sides": "right, left"}, ["right_lower", "left_upper"]),
        ((), {"sides": "left"}, ["left_upper"]),
        ((), {"regions": 2.0}, ["right_lower", "left_upper"]),
        # the classification alone, also where a bare number was compared with every value there is
        ((), {"confidence": 0.83, "label": "tuberculosis"}, []),
        ((), {"confidence": 0.83, "right_lower.share": 0.73, "left_upper.share": 0.27}, []),
        ((), {}, []),
    ],
)
def test_a_sentence_speaks_of_these_zones(zones, evidence, expected):
    claim = Claim(
        section=Section.FINDINGS,
        sentence="…",
        status=ClaimStatus.SUPPORTED,
        zones=zones,
        evidence=evidence,
    )
    # found: right lower and left upper
    assert [zone.value for zone in zones_of(claim, images_only().descriptors)] == expected
