"""Forms that the check must read rightly: exceptions, ellipses, bounds, sums and differences."""

import pytest

from bench.reports.claims import case_facts
from pipeline.types import ClaimStatus, Language, Section
from report.checking.claims import check_sentence

EN, RU, UK = Language.ENGLISH, Language.RUSSIAN, Language.UKRAINIAN
GOOD, WRONG, OPEN = ClaimStatus.SUPPORTED, ClaimStatus.CONTRADICTED, ClaimStatus.NOT_MEASURED


@pytest.mark.parametrize(
    ("language", "case", "sentence", "expected"),
    [
        (EN, "b", "Every zone but the upper ones is marked.", GOOD),
        (EN, "b", "The CTR exceeds 0.5 by 0.06.", GOOD),
        (EN, "b", "More than half of the attention falls on the lower zones.", GOOD),
        (EN, "b", "No zone reaches 80 %.", GOOD),
        (EN, "b", "No zone reaches 50 %.", WRONG),
        (EN, "c", "The right apex leads with 0.86; the left follows with 0.55.", GOOD),
        (EN, "c", "The right upper zone is far stronger than the left (0.86 vs 0.55).", GOOD),
        (EN, "f", "No zone of the right lung other than the lower is marked.", GOOD),
        (RU, "b", "Отмечены все отделы, кроме верхних.", GOOD),
        (RU, "e", "Под средним отделом левого ЛП слабо отмечен и нижний.", OPEN),
        (RU, "a", "Левый купол на 3 мм выше правого.", GOOD),
        (UK, "c", "Крім туберкульозу, жоден клас не набрав і 10 %.", GOOD),
        (UK, "b", "Позначено лише нижні відділи.", WRONG),
    ],
)
def test_a_form_is_read_as_it_is_meant(language, case, sentence, expected):
    claim = check_sentence(Section.FINDINGS, sentence, case_facts(case, language))
    assert claim.status is expected
