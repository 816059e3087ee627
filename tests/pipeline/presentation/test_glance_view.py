"""The first screen in sentences."""

from dataclasses import replace

import pytest

from pipeline.presentation import glance_view, measurements_view
from pipeline.settings import Settings
from pipeline.types import (
    FUSED_METHODS,
    CaseResult,
    Conclusion,
    ExplanationQuality,
    HeaderFacts,
    Language,
    QualityMeasure,
    QualityRating,
    QualityScore,
    Section,
    View,
)
from pipeline.words import words_of
from tests.app.fake_workers import SENTENCES, images_only, reported
from tests.drawn_measurements import MEASUREMENTS

ENGLISH = words_of(Language.ENGLISH)


def case(**changes: object) -> CaseResult:
    return replace(reported(images_only(), Settings()), measurements=MEASUREMENTS, **changes)


def test_measurements_beyond_their_threshold_come_first_then_borderline_ones() -> None:
    said = glance_view(ENGLISH, case(), None).measurements
    assert said == (
        "Height of the diaphragmatic dome, right: 0.8 cm (0.3–1.4), threshold < 1.5 cm: "
        "flattened; consistent with hyperinflation",
        "Cardiothoracic ratio: 0.52 (0.47–0.57), threshold > 0.50: "
        "borderline: the threshold lies inside the interval",
    )


def test_where_nothing_is_beyond_that_is_one_sentence() -> None:
    within = [
        replace(one, value=0.45, low=0.43, high=0.47)
        for one in MEASUREMENTS
        if one.name == "cardiothoracic_ratio"
    ]
    said = glance_view(ENGLISH, replace(case(), measurements=tuple(within)), None).measurements
    assert said == ("1 measurement has a threshold and is within it.",)
    said = glance_view(ENGLISH, replace(case(), measurements=()), None).measurements
    assert said == ("None of the measurements with a threshold could be made.",)


def test_thresholds_that_are_not_the_patients_are_not_applied() -> None:
    found = case()
    facts = HeaderFacts(view=View.AP)
    lying = replace(found, radiograph=replace(found.radiograph, facts=facts))
    view = glance_view(ENGLISH, lying, None)
    assert view.measurements == ("Thresholds of adults were not applied.",)
    assert view.not_stated == "The file does not state: pixel spacing, age."


def test_the_impression_is_one_sentence_or_what_the_clinician_wrote() -> None:
    found = case()
    assert glance_view(ENGLISH, found, None).impression == SENTENCES[Section.INTERPRETATION]
    sections = {**SENTENCES, Section.INTERPRETATION: "Clear lungs. No effusion.\n"}
    own = Conclusion(language=Language.ENGLISH, sections=sections, edited=True)
    assert glance_view(ENGLISH, found, own).impression == "Clear lungs. No effusion."
    assert glance_view(ENGLISH, replace(found, report=None), None).impression == ""


@pytest.mark.parametrize("alarmed", [True, False])
def test_the_alarm_of_a_shortcut_is_the_first_warning(alarmed: bool) -> None:
    scores = tuple(
        QualityScore(
            map=method,
            measure=QualityMeasure.MASS_ON_TEXT,
            value=0.43,
            random_baseline=0.02,
            rating=QualityRating.UNRELIABLE if alarmed else QualityRating.GOOD,
        )
        for method in FUSED_METHODS
    )
    quality = ExplanationQuality(
        label="bacterial_pneumonia", scores=scores, curves={}, random_auc=0.5
    )
    warnings = glance_view(ENGLISH, case(quality=quality), None).warnings
    assert [code for code, _ in warnings] == ["shortcut"] * alarmed + ["spine_broken"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.ENGLISH,
            "Could not be measured: Height of the diaphragmatic dome, left "
            "(Only a part of the diaphragm is outlined.)",
        ),
        (Language.RUSSIAN, "Не удалось измерить: "),
        (Language.UKRAINIAN, "Не вдалося виміряти: "),
    ],
)
def test_what_could_not_be_measured_folds_into_one_line(language: Language, said: str) -> None:
    view = measurements_view(words_of(language), MEASUREMENTS, case().radiograph)
    assert view is not None
    assert view.unmeasured.startswith(said)
    assert len(view.rows) == sum(one.value is not None for one in MEASUREMENTS)
