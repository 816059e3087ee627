"""How a sign is told: one sentence for the prompt, and for where the model's own cannot stand."""

from collections.abc import Mapping

from pipeline.types import Language, Sign, SignName, SignUnit, ThresholdRelation
from report.languages import terms


def quantity(value: float, unit: SignUnit, language: Language) -> str:
    """A value with its unit, rounded as it is told: "1.2 cm", "0.53"."""
    number = f"{value:.{unit.digits}f}"
    return _table(language)["units"][unit.value].format(value=number)


def statement(sign: Sign, language: Language) -> str:
    """A sign's value and where it lies from its threshold, as one sentence.

    Args:
        sign: One with a value and a threshold.
        language: Of the sentence.
    """
    relation = sign.relation
    if sign.value is None or sign.threshold is None or relation is None:
        raise ValueError("the sign has no value or no threshold")
    head = statement_head(sign.name, language)
    value = quantity(sign.value, sign.unit, language)
    threshold = quantity(sign.threshold.value, sign.unit, language)
    return f"{head} {value}{statement_tail(relation, threshold, language)}"


def statement_head(name: SignName, language: Language) -> str:
    """What stands before the value."""
    names: Mapping[str, str] = _table(language)["names"]
    return f"{names[name.value]}:"


def statement_tail(relation: ThresholdRelation, threshold: str, language: Language) -> str:
    """What stands after the value."""
    relations: Mapping[str, str] = _table(language)["relations"]
    return f", {relations[relation.value].format(threshold=threshold)}."


def _table(language: Language) -> Mapping[str, Mapping[str, str]]:
    table: Mapping[str, Mapping[str, str]] = terms(language).table["signs"]
    return table
