"""The words of one language, read from its file and checked against the English one."""

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent

from pipeline.errors import WordsError
from pipeline.types import (
    WORDS_FOLDER,
    Grade,
    Language,
    Level,
    MeasurementUnit,
    Prediction,
    Section,
    Side,
    Structure,
    Zone,
)

PLURAL_FORMS = frozenset(("zero", "one", "two", "few", "many", "other"))
MINUS = "\N{MINUS SIGN}"  # as wide as a plus, where Babel's data has a hyphen


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
class Words:
    """The words of one language.

    Attributes:
        language: The language.
        locale: Babel's data of it: decimal mark, plural forms, names of languages.
        table: The whole file.
        room: The table in which a key is looked for first, such as `page`; then it is looked for
            at the top of the file, where all rooms' words lie.
    """

    language: Language
    locale: Locale
    table: Mapping[str, Any]
    disclaimer: str
    zones: Mapping[Zone, ZoneTerm]
    sides: Mapping[Side, str]
    levels: Mapping[Level, str]
    grades: Mapping[Grade, str]
    sections: Mapping[Section, str]
    structures: Mapping[Structure, str]
    labels: Mapping[str, str]
    room: str = ""

    def of(self, room: str) -> "Words":
        """The same words, as one room says them."""
        return replace(self, room=room)

    def __call__(self, key: str, **values: str | int | float) -> str:
        """Say one text, its placeholders filled in.

        Args:
            key: The text's place, such as `result.title` in `page` or `grades.weak` in the file.
            **values: What the placeholders stand for.

        Raises:
            KeyError: There is no such text, or a placeholder has no value.
        """
        text = self._found(key)
        if text is None:
            raise KeyError(key)
        return self.filled(text, **values)

    def filled(self, text: str, **values: str | int | float) -> str:
        """A text with its placeholders filled in; decimals take the language's mark.

        `{value:.1f}` gives one decimal, `{value}` as many as a float has, three at most.
        """
        return _Filled(self).vformat(text, (), values)

    def plural(self, key: str, count: int) -> str:
        """Say a text that has a form for each number: "1 sentence", "2 sentences".

        The file holds the forms in a table by CLDR's names of them (`one`, `few`, `many`,
        `other`), each with the placeholder `{count}`.
        """
        form = self.locale.plural_form(count)
        text = self._found(f"{key}.{form}") or self._found(f"{key}.other")
        if text is None:
            raise KeyError(key)
        return self.filled(text, count=count)

    def capital(self, key: str, **values: str | int | float) -> str:
        """Say one text as it stands at the head of a line or in a table's cell."""
        text = self(key, **values)
        return text[:1].upper() + text[1:]

    def optional(self, key: str, otherwise: str) -> str:
        """Say a text if there is one, else the text of another key, or that very string."""
        return self._found(key) or self._found(otherwise) or otherwise

    def _found(self, key: str) -> str | None:
        own = _text(self.table[self.room], key) if self.room else None
        return _text(self.table, key) if own is None else own

    @property
    def report(self) -> Mapping[str, Any]:
        """What only the report is made of: prompt, headings, template sentences, claims."""
        table: Mapping[str, Any] = self.table["report"]
        return table

    def label(self, prediction: Prediction, label: str) -> str:
        """A label's name: the classifier's own, else ours, else the classifier's in English."""
        own = prediction.terms.get(label, {})
        english = own.get(Language.ENGLISH) or label.replace("_", " ")
        return own.get(self.language) or self.labels.get(label) or english

    def labels_in_english(self, prediction: Prediction) -> bool:
        """Whether some label can only be named in English, though the language is another."""
        if self.language is Language.ENGLISH:
            return False
        labels = {*prediction.labels, prediction.normal_label}
        return any(
            self.language not in prediction.terms.get(label, {}) and label not in self.labels
            for label in labels
        )

    def percent(self, share: float) -> str:
        """A share in [0, 1] as a whole percentage; what rounds to 0 or 100 and is not says so."""
        percent = round(100 * share)
        if percent == 0 and share > 0:
            return f"<{self.percent(0.01)}"
        if percent == 100 and share < 1:
            return f">{self.percent(0.99)}"
        return format_percent(percent / 100, locale=self.locale)

    @property
    def slider_format(self) -> str:
        """How Streamlit's sliders show a whole percentage."""
        return self.percent(0.05).replace("%", "%%").replace("5", "%d")

    def number(self, value: float, digits: int = 2) -> str:
        """A number with this language's decimal mark."""
        # Rounded here, as the report's prompt is: Babel would round 0.835 to 0.84 and not 0.83.
        pattern = f"0.{'0' * digits}" if digits else "0"
        said = format_decimal(round(value, digits) + 0.0, pattern, locale=self.locale)
        return said.replace("-", MINUS)

    def signed(self, value: float, digits: int = 2) -> str:
        """A number with its sign, a plus too."""
        said = self.number(value, digits)
        return f"+{said}" if float(f"{value:.{digits}f}") > 0 else said

    def decimal(self, value: float) -> str:
        """A number with the decimals that it has, three at most."""
        return format_decimal(value, "0.###", locale=self.locale).replace("-", MINUS)

    def quantity(self, value: float, unit: MeasurementUnit) -> str:
        """A measurement's value with its unit."""
        text: str = self.table["units"][unit.value]
        return text.format(value=self.number(value, unit.digits))

    def language_name(self, language: Language) -> str:
        """A language's name in this one."""
        name = Locale.parse(language.value).get_display_name(self.locale)
        return name or language.value


class _Filled(string.Formatter):
    """Fills placeholders as the language writes numbers."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def format_field(self, value: Any, spec: str) -> str:
        """A float as the language writes it, all else as Python does."""
        if not isinstance(value, float):
            return format(value, spec)
        digits = re.fullmatch(r"\.(\d)f", spec)
        return self._words.number(value, int(digits[1])) if digits else self._words.decimal(value)


@cache
def words_of(language: Language) -> Words:
    """Read the words of a language.

    Raises:
        WordsError: The file lacks a text of the English one, or is not TOML.
    """
    table = _table(language)
    if language is not Language.ENGLISH:
        missing = set(_keys(_table(Language.ENGLISH))) - set(_keys(table))
        if missing:
            raise WordsError(language=language.value, what=min(missing))
    try:
        locale = Locale.parse(language.value)
    except ValueError as error:
        raise WordsError(language=language.value, what="locale") from error
    zones = table["zones"]
    return Words(
        language=language,
        locale=locale,
        table=table,
        disclaimer=table["disclaimer"],
        zones={
            zone: ZoneTerm(name=row["name"], where=row["in"], of=row["of"], lobe=row["lobe"])
            for zone in Zone
            for row in (zones[zone.value],)
        },
        sides={side: table["sides"][side.value] for side in Side},
        levels={level: table["levels"][level.value] for level in Level},
        grades={grade: table["grades"][grade.value] for grade in Grade},
        sections={section: table["sections"][section.value] for section in Section},
        structures={item: table["structures"][item.value] for item in Structure},
        labels=table["labels"],
    )


def _text(table: Mapping[str, Any], key: str) -> str | None:
    found: Any = table
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found if isinstance(found, str) else None


def _table(language: Language) -> Mapping[str, Any]:
    file = WORDS_FOLDER / f"{language.value}.toml"
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WordsError(language=language.value, what=file.name) from error


def _keys(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, Mapping) and not PLURAL_FORMS.issuperset(value):
            yield from _keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"
