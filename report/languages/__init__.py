"""The terms of reports and exports: one TOML file a language beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.types import Grade, Language, Level, Section, Side, Structure, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTerm:
    """A zone's name in the forms sentences need.

    Attributes:
        name: Nominative.
        where: The form after "in the", "в", "у".
        of: Genitive.
        lobe: Whose projection the zone is, such as "projection of the middle lobe".
    """

    name: str
    where: str
    of: str
    lobe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All terms of one language; `table` is the whole file, for what only one module reads."""

    language: Language
    disclaimer: str
    zones: Mapping[Zone, ZoneTerm]
    sides: Mapping[Side, str]
    levels: Mapping[Level, str]
    grades: Mapping[Grade, str]
    sections: Mapping[Section, str]
    structures: Mapping[Structure, str]
    labels: Mapping[str, str]
    prompt: Mapping[str, str]
    table: Mapping[str, Any]


@cache
def terms(language: Language) -> Terms:
    """The terms of one language, read once."""
    file = Path(__file__).with_name(f"{language.value}.toml")
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return Terms(
        language=language,
        disclaimer=table["disclaimer"],
        zones={
            zone: ZoneTerm(name=row["name"], where=row["in"], of=row["of"], lobe=row["lobe"])
            for zone in Zone
            for row in (table["zones"][zone.value],)
        },
        sides={side: table["sides"][side.value] for side in Side},
        levels={level: table["levels"][level.value] for level in Level},
        grades={grade: table["grades"][grade.value] for grade in Grade},
        sections={section: table["sections"][section.value] for section in Section},
        structures={item: table["structures"][item.value] for item in Structure},
        labels=table["labels"],
        prompt=table["prompt"],
        table=table,
    )
