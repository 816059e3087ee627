import numpy as np
import pytest

from pipeline.types import Descriptor, Descriptors, Grade, Language, Prediction, Section, Zone
from pipeline.words import words_of
from report.writing.prompt import join, prompt_parts, spelled

PREDICTION = Prediction(
    labels=("normal", "bacterial_pneumonia"),
    probabilities=(0.04, 0.96),
    normal_label="normal",
    threshold_prob=0.5,
    terms={
        "bacterial_pneumonia": {
            Language.ENGLISH: "bacterial pneumonia",
            Language.RUSSIAN: "бактериальная пневмония",
        }
    },
)


def descriptor(zone: Zone, intensity: float, agreement: float, grade: Grade) -> Descriptor:
    memberships = {one: float(one is grade) for one in Grade}
    return Descriptor(
        zone=zone,
        intensity=intensity,
        share=0.5,
        agreement=agreement,
        memberships=memberships,
    )


def descriptors(*items: Descriptor) -> Descriptors:
    return Descriptors(fused_image=np.zeros((2, 2), np.float32), items=items)


TWO = descriptors(
    descriptor(Zone.RIGHT_MIDDLE, 0.42, 0.8, Grade.MODERATE),
    descriptor(Zone.LEFT_UPPER, 0.251, 0.344, Grade.WEAK),
)
TASK = (
    "\nGive a detailed radiological description focusing on the distribution and intensity of the"
    " regions in the lung fields."
)


def test_english_prompt_is_the_papers():
    assert join(prompt_parts(PREDICTION, TWO, Language.ENGLISH)) == (
        "Analysis of the chest radiograph based on Grad-CAM and LIME: regions found in:"
        " right middle zone (intensity: 0.42, moderate, agreement: 0.80),"
        " left upper zone (intensity: 0.25, weak, agreement: 0.34)."
        " Classification: bacterial pneumonia. Confidence: 0.96." + TASK
    )


def test_russian_prompt():
    text = join(prompt_parts(PREDICTION, TWO, Language.RUSSIAN))
    assert text.startswith(
        "Анализ рентгенограммы грудной клетки на основе Grad-CAM и LIME: выделенные области"
        " обнаружены в: средний отдел правого лёгочного поля (интенсивность: 0,42, умеренная,"
        " согласие методов: 0,80), верхний отдел левого лёгочного поля (интенсивность: 0,25,"
        " слабая, согласие методов: 0,34). Результат классификации: бактериальная пневмония."
        " Уверенность: 0,96.\n"
    )


def test_ukrainian_prompt_without_regions_and_without_a_term_of_the_classifier():
    text = join(prompt_parts(PREDICTION, descriptors(), Language.UKRAINIAN))
    assert text.startswith(
        "Аналіз рентгенограми грудної клітки на основі Grad-CAM і LIME: виділених ділянок не"
        " виявлено. Результат класифікації: бактеріальна пневмонія. Впевненість: 0,96.\n"
    )


def test_unknown_label_is_stated_as_it_is():
    prediction = Prediction(
        labels=("ok", "rib_fracture"),
        probabilities=(0.25, 0.75),
        normal_label="ok",
        threshold_prob=0.5,
        terms={},
    )
    text = join(prompt_parts(prediction, descriptors(), Language.ENGLISH))
    assert " Classification: rib fracture. Confidence: 0.75." in text


def test_keys_name_every_descriptor_once():
    parts = prompt_parts(PREDICTION, TWO, Language.ENGLISH)
    assert [key for key, _ in parts if key] == [
        "right_middle",
        "left_upper",
        "label",
        "confidence",
    ]
    assert "".join(text for _, text in parts) == join(parts)


@pytest.mark.parametrize(
    ("without", "middle"),
    [
        ({"right_middle"}, " regions found in: left upper zone (intensity: 0.25, weak, agreement: "
         "0.34). Classification: bacterial pneumonia. Confidence: 0.96."),
        ({"left_upper"}, " regions found in: right middle zone (intensity: 0.42, moderate, "
         "agreement: 0.80). Classification: bacterial pneumonia. Confidence: 0.96."),
        ({"right_middle", "left_upper"},
         " no regions found. Classification: bacterial pneumonia. Confidence: 0.96."),
        ({"right_middle", "left_upper", "label", "confidence"}, " no regions found."),
        ({"left_upper", "label"}, " regions found in: right middle zone (intensity: 0.42, "
         "moderate, agreement: 0.80). Confidence: 0.96."),
    ],
)  # fmt: skip
def test_leaving_descriptors_out_stays_grammatical(without, middle):
    opening = "Analysis of the chest radiograph based on Grad-CAM and LIME:"
    text = join(prompt_parts(PREDICTION, TWO, Language.ENGLISH), frozenset(without))
    assert text == opening + middle + TASK


def test_spelled_report_has_the_headings_in_order():
    sections = {
        Section.FINDINGS: "А.",
        Section.INTERPRETATION: "Б.",
        Section.RECOMMENDATIONS: "В.",
    }
    text = spelled(sections, Language.RUSSIAN)
    assert text == "Описание:\nА.\n\nЗаключение:\nБ.\n\nРекомендации:\nВ."


def test_zone_forms_differ_by_side_and_level():
    for language in Language:
        for form in ("name", "where", "of"):
            assert len({getattr(zone, form) for zone in words_of(language).zones.values()}) == 6
