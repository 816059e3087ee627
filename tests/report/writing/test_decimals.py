import pytest

from pipeline.types import Language, MeasurementUnit
from report.writing.decimals import decimal
from report.writing.measurement_words import quantity


@pytest.mark.parametrize(
    ("language", "share", "length"),
    [
        (Language.ENGLISH, "0.58", "12.3 cm"),
        (Language.RUSSIAN, "0,58", "12,3 см"),
        (Language.UKRAINIAN, "0,58", "12,3 см"),
    ],
)
def test_each_language_has_its_decimal_mark(language: Language, share: str, length: str) -> None:
    assert decimal(0.579, language) == share
    assert quantity(12.345, MeasurementUnit.CM, language) == length


def test_a_number_is_rounded_as_elsewhere_in_the_product() -> None:
    assert decimal(0.355, Language.RUSSIAN) == f"{0.355:.2f}".replace(".", ",")
    assert decimal(3.0, Language.RUSSIAN, digits=0) == "3"
