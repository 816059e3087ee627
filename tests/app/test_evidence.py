"""What a claim rests on, in words."""

from app.evidence import measured
from app.language import words_of
from pipeline.types import Grade, Language
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
    assert measured(words_of(Language.ENGLISH), images_only().prediction, EVIDENCE) == (
        "Right lower zone, intensity: 0.62; Right lower zone, grade: strong; "
        "Left upper zone: nothing found; sides: right, left; zones found: 2; "
        "label: tuberculosis; bacterial pneumonia: 0.83; confidence: 1.00"
    )


def test_evidence_is_said_in_russian():
    said = measured(words_of(Language.RUSSIAN), images_only().prediction, EVIDENCE)
    assert said.startswith("Нижняя зона справа, интенсивность: 0,62; ")
    assert "вариант: туберкулёз" in said
    assert "стороны: справа, слева" in said
