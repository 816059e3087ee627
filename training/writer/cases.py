"""Descriptor sets and the reports that rules write for them: what the report model is taught on.

Each report is composed of sentences whose wording is drawn from `templates/<language>.toml`
and whose facts come from the case alone, so whatever the model learns to say is tied to its prompt.
"""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.types import (
    Descriptor,
    Descriptors,
    Grade,
    Language,
    Measurement,
    MeasurementName,
    MeasurementUnit,
    Prediction,
    Section,
    Side,
    Zone,
)
from pipeline.words import words_of
from report.writing.facts import Facts
from report.writing.measurement_words import quantity
from report.writing.prompt import Parts, join, label_term, prompt_parts, spelled
from segmentation.measurement_settings import MeasurementRule, load_measurement_settings

LABELS = (
    "normal",
    "bacterial_pneumonia",
    "viral_pneumonia",
    "covid19",
    "tuberculosis",
    "other_abnormality",
)
ZONE_COUNT_WEIGHTS = (7, 8, 12, 13, 13, 14, 33)  # on most radiographs all six hold something
CLOSE_SHARE = 0.5  # of cases whose zones are about as strong, as they are on most radiographs
MEASUREMENT_RANGES = {  # wider than radiographs have them, and half the width of the interval
    "dome_height": (0.2, 4.5, 0.7),
    "lung_height": (13.0, 36.0, 0.9),
    "cardiothoracic_ratio": (0.3, 0.7, 0.04),
    "heart_width": (7.0, 18.0, 0.9),
}
WITHOUT_MEASUREMENTS = 0.3  # of cases: the heart's border or the diaphragm is hidden
WITH_SPACING = 0.4  # of the others: lengths are known where the file says how large a pixel is
MEASURED = 0.8  # of the measurements that can be
GOOD_AGREEMENT, POOR_AGREEMENT = 0.7, 0.4
SURE, DOUBTFUL = 0.85, 0.6


TEMPLATES = Path(__file__).with_name("templates")
TAUGHT = tuple(item for item in Language if (TEMPLATES / f"{item.value}.toml").is_file())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One made-up case: what the prompt is built from."""

    language: Language
    prediction: Prediction
    descriptors: Descriptors


@cache
def templates(language: Language) -> Mapping[str, Any]:
    """The sentence templates of one language."""
    return tomllib.loads((TEMPLATES / f"{language.value}.toml").read_text(encoding="utf-8"))


def random_case(
    rng: random.Random, language: Language, *, with_spacing: float = WITH_SPACING
) -> Case:
    """Draw a case: label, confidence, 0 to 6 zones, strongest first, and 0 to 4 measurements.

    Args:
        rng: What it is drawn by.
        language: Of its report.
        with_spacing: How often its lengths are known, of the cases that have measurements.
    """
    return Case(
        language=language,
        prediction=_random_prediction(rng, language),
        descriptors=_random_descriptors(rng, with_spacing),
    )


def _random_prediction(rng: random.Random, language: Language) -> Prediction:
    labels = list(LABELS)
    own_terms = {label: {language: words_of(language).labels[label]} for label in LABELS}
    label = rng.choice(labels)
    if rng.random() < 0.1:  # a classifier of the user's own, with labels we never heard of
        label = "other"
        labels.append(label)
        own_terms[label] = {language: rng.choice(templates(language)["other_labels"])}
    confidence = round(1 - 0.7 * rng.random() ** 1.5, 2)
    rest = [rng.random() + 1e-3 for _ in labels]
    total = sum(rest) - rest[labels.index(label)]
    shares = [
        confidence if name == label else (1 - confidence) * value / total
        for name, value in zip(labels, rest, strict=True)
    ]
    normal = shares[0]
    threshold = normal / 2 if label == "normal" else 0.0
    abnormal = 1 - normal
    if label != "normal" and confidence < max(shares[1:]):
        # The likeliest abnormal label is the classification: lift ours above the others.
        surplus = max(shares[1:]) - confidence + 0.01
        shares = [1.0 * value for value in shares]
        shares[labels.index(label)] += surplus
        shares = [value / (1 + surplus) for value in shares]
    return Prediction(
        labels=tuple(labels),
        probabilities=tuple(shares),
        normal_label="normal",
        threshold_prob=min(1.0, abnormal + max(threshold, 1e-3)) if label == "normal" else 0.0,
        terms=own_terms,
    )


def _random_descriptors(rng: random.Random, with_spacing: float) -> Descriptors:
    count = rng.choices(range(7), weights=ZONE_COUNT_WEIGHTS)[0]
    sides = list(Zone)
    if rng.random() < 0.35:  # one lung only, as often right as left
        side = rng.choice(list(Side))
        sides = [zone for zone in Zone if zone.side is side]
    zones = rng.sample(sides, min(count, len(sides)))
    low, high = 0.02, 0.98
    if rng.random() < CLOSE_SHARE:
        low = rng.uniform(low, 0.6)
        high = low + rng.uniform(0.1, 0.38)
    values = sorted((round(rng.uniform(low, high), 2) for _ in zones), reverse=True)
    weak, strong = rng.uniform(0.2, 0.45), rng.uniform(0.45, 0.75)
    total = sum(values) or 1.0
    items = tuple(
        Descriptor(
            zone=zone,
            intensity=value,
            share=value / total,
            agreement=round(rng.random(), 2),
            memberships={
                Grade.WEAK: float(value < weak),
                Grade.MODERATE: float(weak <= value < strong),
                Grade.STRONG: float(value >= strong),
            },
        )
        for zone, value in zip(zones, values, strict=True)
    )
    blank = np.zeros((1, 1), np.float32)
    measurements = _random_measurements(rng, with_spacing)
    return Descriptors(fused_image=blank, items=items, measurements=measurements)


def _random_measurements(rng: random.Random, with_spacing: float) -> tuple[Measurement, ...]:
    if rng.random() < WITHOUT_MEASUREMENTS:
        return ()
    has_spacing = rng.random() < with_spacing
    found = []
    for name, (low, high, error) in MEASUREMENT_RANGES.items():
        rule = _measurement_rules()[name]
        if (rule.unit is MeasurementUnit.CM and not has_spacing) or rng.random() > MEASURED:
            continue
        value = round(rng.uniform(low, high), rule.unit.digits)
        found.append(
            Measurement(
                name=name,
                side=next(iter(rule.sides), None),
                unit=rule.unit,
                value=value,
                low=value - error,
                high=value + error,
                threshold=rule.threshold,
            )
        )
    return tuple(found)


@cache
def _measurement_rules() -> Mapping[MeasurementName, MeasurementRule]:
    return load_measurement_settings().rules


def case_prompt(case: Case, rng: random.Random | None = None) -> str:
    """A case's prompt; with `rng`, sometimes short of its classification or confidence.

    The text explainer asks what the report is worth without a descriptor, so such prompts must
    not be strange to the model.
    """
    parts: Parts = prompt_parts(case.prediction, case.descriptors, case.language)
    without: frozenset[str] = frozenset()
    if rng is not None:
        without = frozenset(key for key in ("label", "confidence") if rng.random() < 0.03)
    return join(parts, without) + "\n\n"


def case_sections(case: Case, rng: random.Random) -> dict[Section, str]:
    """Compose a case's report."""
    return {
        Section.FINDINGS: " ".join(_findings(case, rng)),
        Section.INTERPRETATION: " ".join(_interpretation(case, rng)),
        Section.RECOMMENDATIONS: " ".join(_recommendations(case, rng)),
    }


def case_report(case: Case, rng: random.Random) -> str:
    """The same as one text with headings."""
    return spelled(case_sections(case, rng), case.language)


def _kind(case: Case) -> str:
    label = case.prediction.label
    return label if label in LABELS else "other"


def _listed(case: Case) -> str:
    """The zones in one list, strongest first, each with its intensity and grade."""
    template = templates(case.language)["findings"]["zone"]
    own = words_of(case.language)
    return "; ".join(
        template.format(
            name=own.zones[item.zone].name,
            i=own.number(item.intensity),
            grade=own.grades[item.grade],
        )
        for item in case.descriptors.items
    )


def _findings(case: Case, rng: random.Random) -> list[str]:
    """Where the classifier looked, in one sentence, and the measurements."""
    table = templates(case.language)
    wording = table["findings"]
    items = case.descriptors.items
    if not items:
        return [rng.choice(wording["none"]), *_measurements(case, rng)]
    count = table["counts"][len(items)]
    said = [rng.choice(wording["open"]).format(count=count, zones=_listed(case))]
    grade = "good" if items[0].agreement >= GOOD_AGREEMENT else "part"
    grade = "poor" if items[0].agreement < POOR_AGREEMENT else grade
    own = words_of(case.language)
    said.append(
        rng.choice(wording[f"agree_{grade}"]).format_map(
            {"in": own.zones[items[0].zone].where, "a": own.number(items[0].agreement)}
        )
    )
    is_normal = case.prediction.label == case.prediction.normal_label
    said.append(rng.choice(wording["normal" if is_normal else "looked"]))
    return said + _measurements(case, rng)


def _measurements(case: Case, rng: random.Random) -> list[str]:
    """One sentence a measurement, in the prompt's order."""
    said = []
    for measurement in case.descriptors.measurements:
        if (
            measurement.value is None
            or measurement.threshold is None
            or measurement.relation is None
        ):
            continue  # such a measurement is not told
        template = rng.choice(
            templates(case.language)["measurements"][measurement.name][measurement.relation]
        )
        value, threshold = (
            quantity(number, measurement.unit, case.language)
            for number in (measurement.value, measurement.threshold.value)
        )
        said.append(template.format(v=value, t=threshold))
    return said


def _interpretation(case: Case, rng: random.Random) -> list[str]:
    """The impression in one sentence, how far it goes, and what else may be."""
    table = templates(case.language)
    label = case.prediction.label
    confidence = round(case.prediction.probability(label), 2)
    sureness = "sure" if confidence >= SURE else "doubtful" if confidence < DOUBTFUL else "unsure"
    said = [
        rng.choice(table["impression"][sureness]).format(
            label=label_term(case.prediction, label, case.language),
            c=words_of(case.language).number(confidence),
        ),
        rng.choice(table["interpretation"][sureness]),
    ]
    facts = Facts.of(case.prediction, case.descriptors, case.language)
    if facts.hyperinflation is not None:
        said.append(rng.choice(table["hyperinflation"][facts.hyperinflation]))
    said.append(rng.choice(table["differential"][_kind(case)]))
    return said


def _recommendations(case: Case, rng: random.Random) -> list[str]:
    wording = templates(case.language)["recommendations"]
    return [
        rng.choice(wording["tests"][_kind(case)]),
        rng.choice(wording["care"][_kind(case)]),
        rng.choice(wording["limit"]),
    ]
