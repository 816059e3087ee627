"""What nobody measured is never supported, whatever right part stands beside it."""

import pytest

from pipeline.types import Claim, ClaimStatus, Language, Section, SpanKind
from report.checking.claims import check_sentence
from report.checking.repair import judged, repaired
from report.writing.facts import Facts
from tests.report.checking.test_claims import BOTH, RIGHT, prediction

EN, RU, UK = Language
GOOD, WRONG, OPEN = ClaimStatus.SUPPORTED, ClaimStatus.CONTRADICTED, ClaimStatus.NOT_MEASURED
GENERAL = ClaimStatus.GENERAL


def claim(
    sentence: str, language: Language = EN, section: Section = Section.FINDINGS, items=BOTH
) -> Claim:
    facts = Facts(prediction=prediction(), items=items, language=language)
    return check_sentence(section, sentence, facts)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (EN, "There is a small right-sided pneumothorax."),
        (EN, "A small pleural effusion is seen on the left."),
        (EN, "A 12 mm nodule in the left lower zone."),
        (EN, "The right middle zone shows a malignant tumour."),
        (EN, "Mediastinal lymphadenopathy is noted on both sides."),
        (EN, "Pulmonary oedema with Kerley B lines, both lungs."),
        (EN, "Regions on both sides fit areas of ground-glass opacity."),
        (EN, "No consolidation in the right middle zone."),
        (EN, "The right middle zone, attention 0.72, corresponds to consolidation."),
        (EN, "Attention in the right middle zone has grown since the last radiograph."),
        (EN, "The right middle zone is 3 cm wide."),
        (EN, "The right middle zone blorps with attention 0.72."),
        (EN, "Bacterial pneumonia in the right middle zone."),
        (EN, "The right middle zone may represent bacterial pneumonia."),
        (EN, "A 54-year-old smoker with attention in the right middle zone."),
        (EN, "The attention in the right middle zone is caused by aspiration."),
        (EN, "Antibiotics were started for the right middle zone."),
        (EN, "A central line ends above the right middle zone."),
        (EN, "Both lungs are clear."),
        (EN, "The right lung is larger than the left."),
        (RU, "Правосторонний пневмоторакс."),
        (RU, "Слева определяется небольшой плевральный выпот."),
        (RU, "В среднем отделе справа инфильтрация, значимость 0,72."),
        (RU, "Внимание к среднему отделу справа усилилось по сравнению с прежним снимком."),
        (RU, "Бактериальная пневмония в среднем отделе справа."),
        (RU, "Очаговых и инфильтративных изменений не выявлено."),
        (UK, "Правобічний пневмоторакс."),
        (UK, "Ліворуч визначається невеликий плевральний випіт."),
        (UK, "У середньому відділі праворуч інфільтрація, значущість 0,72."),
        (UK, "Корені структурні, синуси вільні."),
        (UK, "Бактеріальна пневмонія в середньому відділі праворуч."),
    ],
)
def test_what_nobody_measured_is_not_supported(language: Language, sentence: str) -> None:
    assert claim(sentence, language).status is OPEN


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        (EN, "The left lung is far more affected than the right.", WRONG),
        (EN, "The right middle zone exceeds the left lower zone by 0.37.", GOOD),
        (EN, "The right middle zone exceeds the left lower zone by 0.14.", WRONG),
        (EN, "Attention is 0.72 in the right middle and 0.35 in the left lower zone.", GOOD),
        (EN, "Attention is 0.35 in the right middle and 0.72 in the left lower zone.", WRONG),
        (EN, "Two of the six zones are highlighted, one on each side.", GOOD),
        (EN, "Two of the six zones are highlighted, both on the right.", WRONG),
        (EN, "No zone other than the right middle one is highlighted.", WRONG),
        (EN, "Neither upper zone is highlighted.", GOOD),
        (EN, "The second strongest zone is the left lower zone.", GOOD),
        (EN, "The left lower zone is followed by the right middle zone.", WRONG),
        (EN, "The right middle zone is strong and the left lower zone moderate.", GOOD),
        (EN, "The right middle zone is moderate and the left lower zone strong.", WRONG),
        (EN, "RMZ attention is above 0.7.", GOOD),
        (EN, "RMZ attention does not exceed 0.5.", WRONG),
        (EN, "The probability of tuberculosis is 3 %.", GOOD),
        (EN, "The probability of tuberculosis is 30 %.", WRONG),
        (EN, "Bacterial pneumonia is more likely than tuberculosis for the classifier.", GOOD),
        (EN, "Nine tenths of the probability go to bacterial pneumonia.", GOOD),
        (EN, "The intensity of the right middle zone is seventy-two hundredths.", GOOD),
        (RU, "Справа выделен средний отдел, слева — нижний.", GOOD),
        (RU, "Справа выделен нижний отдел, слева — средний.", WRONG),
        (RU, "Из шести отделов выделены два.", GOOD),
        (RU, "Из шести отделов выделены четыре.", WRONG),
        (RU, "Правое лёгкое привлекает больше внимания, чем левое.", GOOD),
        (RU, "Левое лёгкое привлекает больше внимания, чем правое.", WRONG),
        (UK, "Праворуч виділено середній відділ, ліворуч — нижній.", GOOD),
        (UK, "Праворуч виділено нижній відділ, ліворуч — середній.", WRONG),
        (UK, "Права легеня привертає більше уваги, ніж ліва.", GOOD),
        (UK, "Ліва легеня привертає більше уваги, ніж права.", WRONG),
    ],
)
def test_orders_comparisons_counts_and_numbers(
    language: Language, sentence: str, expected: ClaimStatus
) -> None:
    assert claim(sentence, language).status is expected


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (EN, "A lateral view is advisable."),
        (EN, "CT is recommended to exclude tuberculosis."),
        (EN, "This does not exclude disease."),
        (RU, "Снимок должен описать врач-рентгенолог."),
        (RU, "Такой результат не исключает минимальных изменений."),
        (UK, "Доцільна бічна проєкція."),
    ],
)
def test_advice_and_caution_are_general(language: Language, sentence: str) -> None:
    assert claim(sentence, language).status is GENERAL


def test_advice_that_names_a_finding_is_not_general() -> None:
    sentence = "Drainage of the left pleural effusion is recommended."
    assert claim(sentence, section=Section.RECOMMENDATIONS).status is OPEN


def test_spans_say_what_was_compared_and_what_was_not() -> None:
    found = claim("A 12 mm nodule in the left lower zone.")
    kinds = {span.text: span.kind for span in found.spans}
    assert kinds["nodule"] is SpanKind.FINDING
    assert kinds["12 mm"] is SpanKind.NUMBER
    assert kinds["left"] is SpanKind.ZONE
    right = {span.text: span.right for span in claim("The left lower zone: 0.35, strong.").spans}
    assert (right["0.35"], right["strong"]) == (True, False)
    number = next(one for one in claim("The left lower zone: 0.35.").spans if one.text == "0.35")
    assert number.evidence["left_lower.intensity"] == 0.35


@pytest.mark.parametrize(
    ("section", "sentence", "removed", "suggested"),
    [
        (Section.FINDINGS, "A small effusion is seen on the left.", True, False),
        (Section.FINDINGS, "Differential diagnosis: tuberculosis.", True, False),
        (Section.FINDINGS, "The left upper zone is highlighted.", True, False),
        (Section.FINDINGS, "The left lower zone is highlighted.", False, False),
        (Section.INTERPRETATION, "Differential diagnosis: tuberculosis, atelectasis.", False, True),
        (Section.INTERPRETATION, "The changes may represent an abscess.", False, True),
        (Section.INTERPRETATION, "There is a large effusion.", True, False),
        (Section.INTERPRETATION, "The classification is tuberculosis.", True, False),
        (Section.RECOMMENDATIONS, "A lateral view is advisable.", False, False),
        (Section.RECOMMENDATIONS, "Drainage of the effusion is advisable.", False, True),
        (Section.RECOMMENDATIONS, "The effusion is large.", True, False),
    ],
)
def test_what_becomes_of_a_sentence(
    section: Section, sentence: str, removed: bool, suggested: bool
) -> None:
    found = judged(claim(sentence, section=section))
    assert (found.removed, found.suggested) == (removed, suggested)


def test_what_is_struck_out_does_not_stand_and_is_kept() -> None:
    facts = Facts(prediction=prediction(), items=RIGHT, language=EN)
    invented = "A small pleural effusion is seen on the left."
    texts, claims = repaired(
        {
            Section.FINDINGS: f"{invented} The right middle zone is highlighted, 0.72.",
            Section.INTERPRETATION: "The classification is bacterial pneumonia.",
            Section.RECOMMENDATIONS: "A lateral view is advisable.",
        },
        facts,
    )
    assert texts[Section.FINDINGS] == "The right middle zone is highlighted, 0.72."
    struck = [one for one in claims if one.removed]
    assert [one.sentence for one in struck] == [invented]
    assert struck[0].status is OPEN


def test_findings_of_inventions_alone_give_way_to_the_measurements() -> None:
    facts = Facts(prediction=prediction(), items=RIGHT, language=EN)
    texts, claims = repaired({Section.FINDINGS: "The trachea is midline."}, facts)
    assert "right middle zone" in texts[Section.FINDINGS]
    assert "trachea" not in " ".join(texts.values())
    assert [one.sentence for one in claims if one.removed] == ["The trachea is midline."]
