"""The descriptors of the zones as a table, and the names of all that a prompt was made of."""

from dataclasses import dataclass

from pipeline.types import Attribution, CaseResult, Descriptor, Grade, Zone
from pipeline.words import Words

COLUMNS = ("zone", "attention", "share", "agreement", "grade", "memberships")


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorTable:
    """The table of descriptors: the columns' names and a row of cells for each zone."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def descriptor_table(words: Words, items: tuple[Descriptor, ...]) -> DescriptorTable:
    """Say the descriptors, in their order: strongest first."""
    return DescriptorTable(
        head=tuple(words(f"descriptors.{column}") for column in COLUMNS),
        rows=tuple(_row(words, item) for item in items),
    )


def no_zones(words: Words, result: CaseResult) -> str:
    """Why no zone has a descriptor."""
    is_normal = result.explained_label == result.prediction.normal_label
    return words(f"descriptors.{'none_normal' if is_normal else 'none'}")


def _row(words: Words, item: Descriptor) -> tuple[str, ...]:
    degrees = (f"{words.grades[grade]} {words.number(item.memberships[grade])}" for grade in Grade)
    return (
        zone_name(words, item.zone),
        words.number(item.intensity),
        words.percent(item.share),
        words.number(item.agreement),
        words.grades[item.grade],
        " · ".join(degrees),
    )


def zone_name(words: Words, zone: Zone) -> str:
    """A zone's name as it stands in a table or beside a picture."""
    return words.capital(f"zones.{zone}.name")


def attribution_name(words: Words, item: Attribution) -> str:
    """What a part of the prompt is: its zone, its measurement, the label, or its own text."""
    if item.key in set(Zone):
        return zone_name(words, Zone(item.key))
    otherwise = words.optional(f"prompt_parts.{item.key}", item.text.strip())
    return words.optional(f"measurements.names.{item.key}", otherwise)
