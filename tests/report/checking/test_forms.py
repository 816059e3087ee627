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
        (RU, "e", "Под средним отделом левого ЛП слабо отмечен и нижний.", GOOD),
        (RU, "a", "Левый купол на 3 мм выше правого.", GOOD),
        (UK, "c", "Крім туберкульозу, жоден клас не набрав і 10 %.", GOOD),
        (UK, "b", "Позначено лише нижні відділи.", WRONG),
        # a list that shares its unit, and one in the order of its numbers
        (EN, "f", "Shares of 47, 24 and 11 per cent go to LLZ, LMZ and RLZ respectively.", GOOD),
        (EN, "f", "Shares of 47, 11 and 24 per cent go to LLZ, LMZ and RLZ respectively.", OPEN),
        (EN, "b", "Ranked by attention: 1) left lower, 2) right lower, 3) left middle.", GOOD),
        (EN, "b", "Ranked by attention: 1) right lower, 2) left lower, 3) left middle.", WRONG),
        # levels that stand for zones, sides said again, places that only tell where
        (EN, "a", "Two zones are marked, both on the right: the lower and the middle.", GOOD),
        (EN, "a", "Two zones are marked, both on the left: the lower and the middle.", WRONG),
        (EN, "a", "The right lower zone is strong, the middle of the same lung moderate.", GOOD),
        (EN, "c", "44% of the relevance is in the right upper zone and 25% in the left.", GOOD),
        (EN, "c", "No marked zone lies below the upper third.", GOOD),
        (EN, "b", "No marked zone lies below the upper third.", WRONG),
        (RU, "f", "Н/3 слева 0,83, с/3 слева 0,58.", GOOD),
        (RU, "f", "Н/3 слева 0,58, с/3 слева 0,83.", WRONG),
        # parts of the whole map, what lies outside, ranges, the greatest value, so many times
        (EN, "f", "Three zones cover 82% of the map.", GOOD),
        (EN, "f", "Three zones cover 92% of the map.", WRONG),
        (EN, "a", "About 15 percent lies outside the marked zones.", GOOD),
        (EN, "a", "About 35 percent lies outside the marked zones.", WRONG),
        (EN, "f", "All three intensities lie between 26 % and 83 %.", GOOD),
        (EN, "f", "The highest attention is 0.83.", GOOD),
        (EN, "f", "The highest attention is 0.58.", WRONG),
        (EN, "f", "Bacterial pneumonia is four times as likely as viral pneumonia.", GOOD),
        (EN, "f", "Bacterial pneumonia is twice as likely as viral pneumonia.", WRONG),
        # labels: of each its own probability, of both the difference, of none
        (EN, "f", "Seven points separate viral from bacterial pneumonia.", WRONG),
        (EN, "e", "Seven points separate viral from bacterial pneumonia.", GOOD),
        (EN, "a", "An abnormality has a probability of 0.98, a normal radiograph 2%.", GOOD),
        (EN, "a", "An abnormality has a probability of 0.89, a normal radiograph 2%.", WRONG),
        (EN, "c", "The chance of a normal radiograph is above one half.", WRONG),
        (EN, "e", "No class reaches 40 %.", GOOD),
        (EN, "e", "No class reaches 30 %.", WRONG),
        # measurements of both sides beside others, and what was not measured
        (EN, "a", "CTR 0.46, domes 1.8 cm (right) and 2.1 cm (left).", GOOD),
        (EN, "a", "CTR 0.46, domes 2.1 cm (right) and 1.8 cm (left).", WRONG),
        (EN, "a", "The left dome is higher than the right by 3 mm.", GOOD),
        (EN, "f", "No chest measurements were made.", GOOD),
        (EN, "a", "No chest measurements were made.", WRONG),
        (EN, "e", "The height of the domes could not be measured.", GOOD),
        (EN, "a", "The height of the domes could not be measured.", WRONG),
        (UK, "f", "КТІ не обчислено.", GOOD),
        (UK, "a", "КТІ не обчислено.", WRONG),
    ],
)
def test_a_form_is_read_as_it_is_meant(language, case, sentence, expected):
    claim = check_sentence(Section.FINDINGS, sentence, case_facts(case, language))
    assert claim.status is expected


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        # 0.55 is the left upper zone's, 1.3 cm the left dome's: which is meant cannot be told
        ("c", "The right upper and the left upper zone carry a value of 0.55."),
        ("c", "Among the right dome and the left dome, 1.3 cm."),
        # a label beside another, a zone beside others where one is denied
        ("a", "The classifier separates viral pneumonia from bacterial pneumonia."),
        ("c", "Not the right middle but the right upper zone is marked."),
        ("c", "The right upper zone, not the right middle one, is marked."),
        # a clause with a place that could not be told, an order that is denied without one
        ("a", "High attention in the right lower zone, moderate in the area above it."),
        ("b", "The methods agree best in the right lower zone, yet it is not the strongest one."),
    ],
)
def test_what_can_be_read_another_way_is_not_contradicted(case, sentence):
    claim = check_sentence(Section.FINDINGS, sentence, case_facts(case, EN))
    assert claim.status is not WRONG


@pytest.mark.parametrize(
    "sentence",
    [
        "It has spread to the right lower zone.",
        "The right lower zone became stronger.",
        "The right lower zone, 0.81, is denser than the left.",
        "The heart is enlarged and the right lower zone is strong.",
    ],
)
def test_words_of_change_and_of_density_are_not_taken_for_harmless_ones(sentence):
    claim = check_sentence(Section.FINDINGS, sentence, case_facts("a", EN))
    assert claim.status is not GOOD
