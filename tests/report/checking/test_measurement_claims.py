"""Chest measurements in reports: stated in the prompt, checked, never left out."""

import random
from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import ContractError
from pipeline.types import (
    ClaimStatus,
    Descriptors,
    Language,
    Measurement,
    MeasurementName,
    MeasurementUnit,
    Prediction,
    Section,
    Side,
)
from report.checking.claims import check_sentence
from report.checking.repair import faults, repaired
from report.writing.facts import Facts, Hyperinflation
from report.writing.prompt import join, prompt_parts
from segmentation.measurement_settings import load_measurement_settings
from training.writer.cases import case_sections, random_case

EN, RU, UK = Language
GOOD, WRONG, OPEN = ClaimStatus.SUPPORTED, ClaimStatus.CONTRADICTED, ClaimStatus.NOT_MEASURED


def measurement(name: MeasurementName, value: float, error: float) -> Measurement:
    rule = load_measurement_settings().rules[name]
    return Measurement(
        name=name,
        side=Side.RIGHT if rule.sides else None,
        unit=rule.unit,
        value=value,
        low=value - error,
        high=value + error,
        threshold=rule.threshold,
    )


WIDE_HEART = measurement("cardiothoracic_ratio", 0.58, 0.04)  # above 0.50
FLAT_DOME = measurement("dome_height", 0.6, 0.5)  # below 1.5 cm
LUNG_NEAR = measurement("lung_height", 29.8, 0.9)  # 30 cm lies inside
MEASUREMENTS = (FLAT_DOME, LUNG_NEAR, WIDE_HEART)


def prediction(language: Language = EN) -> Prediction:
    return random_case(random.Random(1), language).prediction


def facts(language: Language, *measurements: Measurement) -> Facts:
    return Facts(
        prediction=prediction(language), items=(), language=language, measurements=measurements
    )


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        (EN, "The cardiothoracic ratio is 0.58, above the threshold of 0.50.", GOOD),
        (EN, "The cardiothoracic ratio of 58 % exceeds 0.50: the heart is enlarged.", GOOD),
        (EN, "The cardiothoracic ratio is 0.48.", WRONG),
        (EN, "The cardiothoracic ratio is not above 0.50.", WRONG),
        (EN, "The cardiothoracic ratio is 0.58: the heart is not enlarged.", WRONG),
        (EN, "The dome of the diaphragm is 0.6 cm high, below 1.5 cm: it is flattened.", GOOD),
        (EN, "The dome of the diaphragm is 6 mm high.", GOOD),
        (EN, "The dome of the diaphragm is 6 cm high.", WRONG),
        (EN, "The height of the right lung is 29.8 cm, too near 30.0 cm to decide.", GOOD),
        (EN, "The height of the right lung is 29.8 cm, below the threshold of 30.0 cm.", WRONG),
        (EN, "The height of the right lung is 29.8 cm: the lung is tall.", WRONG),
        (EN, "The height of the right lung is 29.8 cm, borderline: normal up to 30.0 cm.", GOOD),
        (EN, "The height of the right lung is 29.8 cm, within the threshold of 30.0 cm.", WRONG),
        (EN, "The cardiothoracic ratio is 0.58, within the threshold of 0.50.", WRONG),
        (EN, "The cardiothoracic ratio is not within the threshold of 0.50.", GOOD),
        (EN, "The width of the heart is 12.0 cm.", WRONG),  # was not measured
        (EN, "The width of the heart was not asked.", OPEN),
        (EN, "The measures fit hyperinflation.", GOOD),
        (EN, "The measures give no sign of hyperinflation.", WRONG),
        (EN, "Cardiothoracic ratio 0.58, and the left lung is spared.", GOOD),
        (RU, "Кардиоторакальный индекс 0,58, выше порога 0,50: сердце увеличено.", GOOD),
        (RU, "Кардиоторакальный индекс 0.58, ниже порога 0.50.", WRONG),
        (RU, "Высота купола диафрагмы 0.6 см: купол не уплощён.", WRONG),
        (RU, "Высота правого лёгкого близка к порогу 30.0 см.", GOOD),
        (RU, "Вертикальный размер правого лёгкого 29,8 см, пограничное значение.", GOOD),
        (RU, "Вертикальный размер правого лёгкого 29,8 см: увеличен.", WRONG),
        (RU, "Кардиоторакальный индекс 0,58, в пределах порога 0,50.", WRONG),
        (RU, "Кардиоторакальный индекс 0,58: тень сердца расширена в поперечнике.", GOOD),
        (RU, "Измерения не указывают на гиперинфляцию.", WRONG),
        (UK, "Кардіоторакальний індекс 0.58, вище за поріг 0.50.", GOOD),
        (UK, "Кардіоторакальний індекс 0.38.", WRONG),
        (UK, "Кардіоторакальний індекс 0,58, у межах порога 0,50.", WRONG),
        (UK, "Вертикальний розмір правої легені 29,8 см, межове значення.", GOOD),
        (UK, "Висота купола діафрагми 0.6 см, нижче за поріг 1.5 см: купол сплощений.", GOOD),
        (UK, "Вимірювання не вказують на гіперінфляцію.", WRONG),
    ],
)
def test_what_is_said_of_a_measurement_is_compared_with_it(language, sentence, expected):
    claim = check_sentence(Section.FINDINGS, sentence, facts(language, *MEASUREMENTS))
    assert claim.status is expected
    assert claim.sentence == sentence


def test_the_value_is_the_evidence():
    claim = check_sentence(Section.FINDINGS, "The cardiothoracic ratio is high.", facts(EN))
    assert (claim.status, claim.evidence) == (OPEN, {})
    said = "The cardiothoracic ratio is 0.58."
    claim = check_sentence(Section.FINDINGS, said, facts(EN, WIDE_HEART))
    assert claim.evidence == {"cardiothoracic_ratio": 0.58}
    assert claim.zones == ()


@pytest.mark.parametrize(
    ("measurements", "expected"),
    [
        ((WIDE_HEART,), None),  # a large heart says nothing of the lungs
        ((FLAT_DOME, WIDE_HEART), Hyperinflation.FITS),
        ((LUNG_NEAR,), Hyperinflation.OPEN),
        ((measurement("dome_height", 3.0, 0.5), LUNG_NEAR), Hyperinflation.NONE),
        ((FLAT_DOME, measurement("heart_width", 15.0, 0.5)), Hyperinflation.OPEN),
    ],
)
def test_measurements_together(measurements, expected):
    assert facts(EN, *measurements).hyperinflation is expected


def test_a_measurement_without_a_threshold_is_no_descriptor():
    bare = replace(WIDE_HEART, threshold=None)
    with pytest.raises(ContractError):
        Descriptors(fused_image=np.zeros((1, 1), np.float32), items=(), measurements=(bare,))


@pytest.mark.parametrize("language", list(Language))
def test_the_prompt_tells_each_measurement_and_can_do_without_it(language):
    found = Descriptors(
        fused_image=np.zeros((1, 1), np.float32), items=(), measurements=MEASUREMENTS
    )
    parts = prompt_parts(prediction(language), found, language)
    told = dict(parts)
    mark = "." if language is EN else ","
    assert f"0{mark}58" in told["cardiothoracic_ratio"]
    assert f"29{mark}8" in told["lung_height"]
    without = join(parts, frozenset({"lung_height"}))
    assert f"29{mark}8" not in without
    assert f"0{mark}58" in without


@pytest.mark.parametrize("language", list(Language))
def test_a_measurement_left_out_is_added_and_a_wrong_one_said_plainly(language):
    rng = random.Random(2)
    cases = (random_case(rng, language) for _ in range(300))
    case = next(case for case in cases if len(case.descriptors.measurements) >= 3)
    of = Facts.of(case.prediction, case.descriptors, language)
    sections = case_sections(case, rng)
    assert not [claim for claim in repaired(sections, of)[1] if claim.status is WRONG]
    without = case_sections(
        replace(case, descriptors=replace(case.descriptors, measurements=())), random.Random(3)
    )
    assert faults(without, of) >= len(of.measurements)
    texts, claims = repaired(without, of)
    assert all(claim.status is not WRONG for claim in claims)
    assert {measurement.name for measurement in of.measurements} <= {
        name for one in claims for name in one.evidence
    }
    lied = replace(of, measurements=tuple(replace(one, threshold=None) for one in of.measurements))
    assert (
        faults(texts, replace(lied, measurements=())) > 0
    )  # what was never measured is not let through


def test_every_judged_measurement_can_be_told_in_every_language():
    rules = load_measurement_settings().rules
    judged = {name for name, rule in rules.items() if rule.threshold is not None}
    for language in Language:
        values = {
            MeasurementUnit.CM: 2.0,
            MeasurementUnit.RATIO: 0.4,
            MeasurementUnit.DEGREES: 40.0,
        }
        measurements = tuple(measurement(name, values[rules[name].unit], 0.01) for name in judged)
        said = prompt_parts(
            prediction(language),
            Descriptors(
                fused_image=np.zeros((1, 1), np.float32), items=(), measurements=measurements
            ),
            language,
        )
        assert judged <= set(dict(said))
