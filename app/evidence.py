"""The measured values a sentence rests on, said in the page's language."""

from collections.abc import Mapping

from app.language import Words
from pipeline.types import Grade, Prediction, Side


def measured(words: Words, prediction: Prediction, evidence: Mapping[str, float | str]) -> str:
    """Name each value and say it.

    Args:
        words: The language.
        prediction: Whose labels may be named.
        evidence: Values as `Claim.evidence` holds them: `right_lower.intensity`, `right_lower`,
            `confidence`, `label`, `sides`, `regions`.
    """
    return "; ".join(
        f"{_name(words, prediction, name)}: {_value(words, prediction, name, value)}"
        for name, value in evidence.items()
    )


def _name(words: Words, prediction: Prediction, name: str) -> str:
    if name in prediction.labels:
        return words.label(prediction, name)
    zone, _, measure = name.partition(".")
    place = words.optional(f"zone.{zone}", "")
    if not place:
        return words.optional(f"evidence.{name}", name)
    return f"{place}, {words.optional(f'evidence.{measure}', measure)}" if measure else place


def _value(words: Words, prediction: Prediction, name: str, value: float | str) -> str:
    if not isinstance(value, str):
        return words.number(value, 0 if name == "regions" else 2)
    if value in prediction.labels:
        return words.label(prediction, value)
    if value in set(Grade):
        return words(f"grade.{value}")
    parts = [part.strip() for part in value.split(",")]
    if set(parts) <= set(Side):
        return ", ".join(words(f"side.{part}") for part in parts)
    return words.optional(f"evidence.{value}", value)
