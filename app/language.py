"""The page's words, one file a language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.types import Language, MeasurementUnit, Prediction

FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language.

    Attributes:
        language: The language.
        table: Each text by its dotted key; some hold `{placeholders}`.
    """

    language: Language
    table: Mapping[str, str]

    def __call__(self, key: str, **values: str | int | float) -> str:
        """Say one text, its placeholders filled in."""
        return self.table[key].format(**values)

    def optional(self, key: str, otherwise: str) -> str:
        """Say a text if there is one, else the text of another key, or that very string."""
        return self.table.get(key, self.table.get(otherwise, otherwise))

    def label(self, prediction: Prediction, label: str) -> str:
        """The classifier's label in this language."""
        return prediction.terms[label][self.language]

    def percent(self, share: float) -> str:
        """A share in [0, 1] as a whole percentage; what rounds to 0 or 100 and is not says so."""
        percent = round(100 * share)
        if percent == 0 and share > 0:
            return self("number.percent_below", value=1)
        if percent == 100 and share < 1:
            return self("number.percent_above", value=99)
        return self("number.percent", value=percent)

    def number(self, value: float, digits: int = 2) -> str:
        """A number with this language's decimal mark."""
        return f"{value:.{digits}f}".replace(".", self("number.mark")).replace("-", "−")

    def quantity(self, value: float, unit: MeasurementUnit) -> str:
        """A measurement's value with its unit."""
        return self(f"measurement_unit.{unit}", value=self.number(value, unit.digits))


@cache
def words_of(language: Language) -> Words:
    """Read the words of a language."""
    tables = tomllib.loads((FOLDER / f"{language.value}.toml").read_text(encoding="utf-8"))
    return Words(
        language=language,
        table={
            f"{room}.{name}": text for room, texts in tables.items() for name, text in texts.items()
        },
    )
