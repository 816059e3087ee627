"""A measurement in one sentence, for the prompt and for template sentences."""

from collections.abc import Mapping

from pipeline.types import (
    Language,
    Measurement,
    MeasurementName,
    MeasurementUnit,
    ThresholdRelation,
)
from pipeline.words import words_of


def quantity(value: float, unit: MeasurementUnit, language: Language) -> str:
    """A value with its unit, rounded as the prompt states it: "1.2 cm", "0,53"."""
    return words_of(language).quantity(value, unit)


def statement(measurement: Measurement, language: Language) -> str:
    """A measurement's value and where it lies from its threshold, as one sentence.

    Args:
        measurement: One with a value and a threshold.
        language: Of the sentence.
    """
    relation = measurement.relation
    if measurement.value is None or measurement.threshold is None or relation is None:
        raise ValueError("the measurement has no value or no threshold")
    head = statement_head(measurement.name, language)
    value = quantity(measurement.value, measurement.unit, language)
    threshold = quantity(measurement.threshold.value, measurement.unit, language)
    return f"{head} {value}{statement_tail(relation, threshold, language)}"


def statement_head(name: MeasurementName, language: Language) -> str:
    """What stands before the value."""
    names: Mapping[str, str] = _table(language)["names"]
    return f"{names[name]}:"


def statement_tail(relation: ThresholdRelation, threshold: str, language: Language) -> str:
    """What stands after the value."""
    relations: Mapping[str, str] = _table(language)["relations"]
    return f", {relations[relation.value].format(threshold=threshold)}."


def _table(language: Language) -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = words_of(language).report["measurements"]
    return table
