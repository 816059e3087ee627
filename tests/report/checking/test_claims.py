import numpy as np
import pytest

from pipeline.types import (
    ClaimStatus,
    Descriptor,
    Descriptors,
    Grade,
    Language,
    Prediction,
    Section,
    Zone,
)
from report.checking.claims import check_report, check_section, check_sentence
from report.writing.facts import Facts
from report.writing.sentences import sentences

EN, RU, UK = Language
GOOD, WRONG, OPEN = ClaimStatus.SUPPORTED, ClaimStatus.CONTRADICTED, ClaimStatus.NOT_MEASURED
GENERAL = ClaimStatus.GENERAL
TERMS = {
    "normal": {EN: "no abnormality", RU: "без отклонений", UK: "без відхилень"},
    "bacterial_pneumonia": {
        EN: "bacterial pneumonia",
        RU: "бактериальная пневмония",
        UK: "бактеріальна пневмонія",
    },
    "viral_pneumonia": {EN: "viral pneumonia", RU: "вирусная пневмония", UK: "вірусна пневмонія"},
    "tuberculosis": {EN: "tuberculosis", RU: "туберкулёз", UK: "туберкульоз"},
}


def prediction(label: str = "bacterial_pneumonia", confidence: float = 0.9) -> Prediction:
    rest = (1 - confidence) / (len(TERMS) - 1)
    return Prediction(
        labels=tuple(TERMS),
        probabilities=tuple(confidence if name == label else rest for name in TERMS),
        normal_label="normal",
        threshold_prob=0.5,
        terms=TERMS,
    )


def item(zone: Zone, intensity: float, agreement: float, grade: Grade) -> Descriptor:
    return Descriptor(
        zone=zone,
        intensity=intensity,
        share=0.61,
        agreement=agreement,
        memberships={one: float(one is grade) for one in Grade},
    )


BOTH = (
    item(Zone.RIGHT_MIDDLE, 0.72, 0.81, Grade.STRONG),
    item(Zone.LEFT_LOWER, 0.35, 0.22, Grade.MODERATE),
)
RIGHT = BOTH[:1]


def status(sentence, language, items=BOTH, section=Section.FINDINGS, of=None):
    facts = Facts(prediction=of or prediction(), items=items, language=language)
    return check_sentence(section, sentence, facts).status


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        (EN, "The strongest region lies in the right middle zone: intensity 0.72, strong.", GOOD),
        (EN, "The strongest region lies in the left middle zone: intensity 0.72, strong.", WRONG),
        (EN, "The strongest region lies in the left lower zone: intensity 0.35.", WRONG),
        (EN, "Increased attention in the middle zone of the right lung.", GOOD),
        (EN, "Increased attention in the upper zone of the right lung.", WRONG),
        (EN, "The middle right and lower left lung fields are marked.", GOOD),
        (EN, "The right middle and lower zones are marked.", WRONG),
        (EN, "The right middle zone (0.72) and the left lower zone (0.35) are marked.", GOOD),
        (EN, "The right middle zone (0.35) and the left lower zone (0.72) are marked.", WRONG),
        (EN, "The left lower lobe shows an intensity of 35%.", GOOD),
        (EN, "The left lower lobe shows an intensity of 53%.", WRONG),
        (EN, "In the left lower zone the intensity is 0.4, moderate.", GOOD),
        (EN, "In the left lower zone the intensity is 0.35, weak.", WRONG),
        (EN, "In the right middle zone the methods agree, agreement 0.81.", GOOD),
        (EN, "In the right middle zone the methods agree, agreement 0.22.", WRONG),
        (EN, "The right upper zone is clear.", OPEN),
        (EN, "The upper zones appear spared bilaterally.", GOOD),
        (EN, "The right upper, left upper and left middle zones show no regions.", GOOD),
        (EN, "The right upper, left upper and left lower zones show no regions.", WRONG),
        (EN, "The right lung is more affected than the left.", OPEN),
        (EN, "There is no evidence of tuberculosis in the upper lobes.", OPEN),
        (EN, "No region is marked in the right middle zone.", WRONG),
        (EN, "Regions are marked on both sides.", GOOD),
        (EN, "Only the right lung is involved.", WRONG),
        (EN, "A one-sided distribution is seen.", WRONG),
        (EN, "The analysis marks two zones of the lung fields.", GOOD),
        (EN, "The analysis marks three zones of the lung fields.", WRONG),
        (EN, "No regions were found in the lung fields.", WRONG),
        (EN, "The heart is of usual size.", OPEN),
        (EN, "The classification is bacterial pneumonia, confidence 0.90.", GOOD),
        (EN, "The classification is bacterial pneumonia, confidence 0.96.", WRONG),
        (EN, "The classification is viral pneumonia.", WRONG),
        (EN, "The radiograph shows no abnormality.", WRONG),
        (EN, "Differential diagnosis: viral pneumonia, tuberculosis.", OPEN),
        (EN, "The confidence is low.", WRONG),
        (EN, "The right middle zone: model attention 0.72, strong.", GOOD),
        (EN, "The right middle zone: model attention 0.35, strong.", WRONG),
        (EN, "Seen in the middle zone of the right and the lower zone of the left lung.", GOOD),
        (EN, "Seen in the lower zone of the right and the middle zone of the left lung.", WRONG),
        (RU, "Наиболее выраженная область находится в правой средней зоне, 0.72.", GOOD),
        (RU, "Наиболее выраженная область находится в левой средней зоне, 0.72.", WRONG),
        (RU, "Выделены правая средняя и левая нижняя зоны.", GOOD),
        (RU, "Выделены правая верхняя и левая нижняя зоны.", WRONG),
        (RU, "В нижней доле левого лёгкого интенсивность 0,35, умеренная.", GOOD),
        (RU, "В нижней доле правого лёгкого интенсивность 0,35, умеренная.", WRONG),
        (RU, "В левой нижней зоне интенсивность 0.35, выраженная.", WRONG),
        (RU, "Область левой нижней зоны имеет интенсивность 0.72.", WRONG),
        (RU, "Вовлечено только правое лёгкое.", WRONG),
        (RU, "Области выделены с обеих сторон.", GOOD),
        (RU, "Изменения слева.", OPEN),
        (RU, "Верхние зоны обоих лёгких не вовлечены.", GOOD),
        (RU, "Нижние зоны обоих лёгких не вовлечены.", WRONG),
        (RU, "Выделенных областей в полях лёгких не обнаружено.", WRONG),
        (RU, "В правой верхней зоне изменений не выявлено.", OPEN),
        (RU, "Картина соответствует вирусной пневмонии.", WRONG),
        (RU, "Картина соответствует бактериальной пневмонии.", OPEN),
        (RU, "Следует исключить туберкулёз.", OPEN),
        (RU, "Результат классификации: бактериальная пневмония, уверенность 0,90.", GOOD),
        (RU, "Результат классификации: бактериальная пневмония, уверенность 0,72.", WRONG),
        (RU, "Ведущая область: средний отдел правого лёгочного поля, значимость 0,72.", GOOD),
        (RU, "Ведущая область: средний отдел левого лёгочного поля, значимость 0,72.", WRONG),
        (RU, "В нижнем отделе левого лёгочного поля значимость для модели 0,35.", GOOD),
        (RU, "В нижнем отделе левого лёгочного поля значимость для модели 0,72.", WRONG),
        (
            RU,
            "Выделены средний отдел правого лёгочного поля и нижний отдел левого лёгочного поля.",
            GOOD,
        ),
        (
            RU,
            "Выделены нижний отдел правого лёгочного поля и средний отдел левого лёгочного поля.",
            WRONG,
        ),
        (RU, "Верхний и средний отделы левого лёгочного поля интактны.", GOOD),
        (RU, "Верхний и нижний отделы левого лёгочного поля интактны.", WRONG),
        (RU, "Интактен верхний отдел левого лёгочного поля.", GOOD),
        (RU, "Grad-CAM и LIME выделяют два отдела лёгочных полей.", GOOD),
        (RU, "Grad-CAM и LIME выделяют три отдела лёгочных полей.", WRONG),
        (RU, "Карта выделяет только правое лёгкое.", WRONG),
        (RU, "Уверенность высокая.", GOOD),
        (RU, "Классификатор уверен на 90 %.", GOOD),
        (RU, "Классификатор уверен на 72 %.", WRONG),
        (UK, "Найвиразніша ділянка розташована в правій середній зоні, 0.72.", GOOD),
        (UK, "Найвиразніша ділянка розташована в правій верхній зоні, 0.72.", WRONG),
        (UK, "Виділено праву середню та ліву нижню зони.", GOOD),
        (UK, "Виділено ліву середню та ліву нижню зони.", WRONG),
        (UK, "У нижній частці лівої легені інтенсивність 0,35, помірна.", GOOD),
        (UK, "У нижній частці лівої легені інтенсивність 0,35, слабка.", WRONG),
        (UK, "Залучена лише ліва легеня.", WRONG),
        (UK, "Верхні зони обох легень не залучені.", GOOD),
        (UK, "Нижні зони обох легень не залучені.", WRONG),
        (UK, "Виділені ділянки розподілені по обох легенях.", GOOD),
        (UK, "Виділених ділянок у легеневих полях не виявлено.", WRONG),
        (UK, "Картина відповідає вірусній пневмонії.", WRONG),
        (UK, "Результат класифікації: бактеріальна пневмонія, впевненість 0,90.", GOOD),
        (UK, "Провідна ділянка: середній відділ правого легеневого поля, значущість 0,72.", GOOD),
        (UK, "Провідна ділянка: середній відділ лівого легеневого поля, значущість 0,72.", WRONG),
        (
            UK,
            "Виділено середній відділ правого легеневого поля й нижній відділ лівого.",
            GOOD,
        ),
        (
            UK,
            "Виділено нижній відділ правого легеневого поля й середній відділ лівого.",
            WRONG,
        ),
        (UK, "Верхній відділ лівого легеневого поля інтактний.", GOOD),
        (UK, "Об’єднана карта виділяє два відділи легеневих полів.", GOOD),
        (UK, "Карта виділяє лише праву легеню.", WRONG),
        (UK, "Слід виключити туберкульоз.", OPEN),
        (UK, "Знімок без відхилень.", WRONG),
    ],
)
def test_sentence(language, sentence, expected):
    assert status(sentence, language) is expected


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        (EN, "Only the right lung is involved.", GOOD),
        (EN, "Only the left lung is involved.", WRONG),
        (EN, "Bilateral changes are seen.", WRONG),
        (EN, "There is no bilateral involvement.", GOOD),
        (RU, "Все выделенные области ограничены правым лёгким.", GOOD),
        (RU, "Все выделенные области ограничены левым лёгким.", WRONG),
        (RU, "Двустороннее распределение.", WRONG),
        (UK, "Усі виділені ділянки обмежені правою легенею.", GOOD),
        (UK, "Усі виділені ділянки обмежені лівою легенею.", WRONG),
        (UK, "Однобічний розподіл.", GOOD),
    ],
)
def test_one_sided_findings(language, sentence, expected):
    assert status(sentence, language, items=RIGHT) is expected


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (EN, "No regions were found in the lung fields."),
        (RU, "В полях лёгких выделенных областей нет."),
        (UK, "У легеневих полях виділених ділянок немає."),
    ],
)
def test_nothing_found_is_supported_when_nothing_was(language, sentence):
    assert status(sentence, language, items=()) is GOOD


def test_classification_of_normal():
    normal = prediction("normal", 0.93)
    assert (
        status("Результат классификации: без отклонений, уверенность 0,93.", RU, of=normal) is GOOD
    )
    assert status("The chest radiograph is normal.", EN, of=normal) is OPEN
    assert status("The classifier calls the radiograph normal.", EN, of=normal) is GOOD
    assert status("The findings suggest tuberculosis.", EN, of=normal) is WRONG
    assert status("There is no evidence of tuberculosis.", EN, of=normal) is OPEN


def test_evidence_and_zones_are_given():
    facts = Facts(prediction=prediction(), items=BOTH, language=EN)
    claim = check_sentence(
        Section.FINDINGS, "In the left lower zone the intensity is 0.35, moderate.", facts
    )
    assert claim.zones == (Zone.LEFT_LOWER,)
    assert claim.evidence["left_lower.intensity"] == 0.35
    assert claim.evidence["left_lower.grade"] == "moderate"


def test_there_means_the_sentence_before():
    facts = Facts(prediction=prediction(), items=BOTH, language=EN)
    first = "The strongest region lies in the right middle zone: intensity 0.72, strong."
    right = check_section(Section.FINDINGS, f"{first} There the agreement is 0.81.", facts)
    wrong = check_section(Section.FINDINGS, f"{first} There the agreement is 0.22.", facts)
    assert [claim.status for claim in right] == [GOOD, GOOD]
    assert [claim.status for claim in wrong] == [GOOD, WRONG]


def test_advice_may_name_other_diseases_but_no_unmarked_zone():
    assert status("PCR to exclude tuberculosis.", EN, section=Section.RECOMMENDATIONS) is GENERAL
    wrong = "CT of the left upper zone, which is marked."
    assert status(wrong, EN, section=Section.RECOMMENDATIONS) is WRONG
    unknown = "Compress the left upper zone on CT."  # nobody knows what is said of the zone
    assert status(unknown, EN, section=Section.RECOMMENDATIONS) is OPEN


def test_upper_airways_are_no_zone():
    assert status("Measurements of an upper respiratory tract infection.", EN) is OPEN


def test_decimals_abbreviations_and_lists_do_not_cut_sentences():
    text = "Intensity 0.42, e.g. Moderate. Next one.\n1. First\n- second item."
    assert sentences(text, EN) == (
        "Intensity 0.42, e.g. Moderate.",
        "Next one.",
        "1. First",
        "- second item.",
    )
    assert sentences("Зона, т. е. Доля. Ещё одна.", RU) == ("Зона, т. е. Доля.", "Ещё одна.")
    assert sentences("Купол 1,2 см. Норма, см. Рис. 1.", RU) == (
        "Купол 1,2 см.",
        "Норма, см. Рис. 1.",
    )


def test_report_keeps_the_order_of_sections():
    sections = {
        Section.FINDINGS: "Regions are marked on both sides.",
        Section.INTERPRETATION: "The confidence is high. Fine.",
        Section.RECOMMENDATIONS: "See a doctor.",
    }
    descriptors = Descriptors(fused_image=np.zeros((1, 1), np.float32), items=BOTH)
    claims = check_report(sections, prediction(), descriptors, EN)
    assert [(claim.section, claim.status) for claim in claims] == [
        (Section.FINDINGS, GOOD),
        (Section.INTERPRETATION, GOOD),
        (Section.INTERPRETATION, OPEN),
        (Section.RECOMMENDATIONS, OPEN),
    ]
