"""The sentence a person reads for a code: errors, notes, warnings, reasons, trust, steps."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.errors import Parameter
from pipeline.types import Language

FOLDER = Path(__file__).parent
TABLES = (
    "errors",
    "notes",
    "warnings",
    "reasons",
    "quality",
    "quality_names",
    "steps",
    "command_line",
)


def message(code: str, language: Language, **parameters: Parameter) -> str:
    """The sentence for a code, its placeholders filled in.

    Args:
        code: An error's code, a `ReadingNote`, a `MeasurementReason`, a `Step`, a code of
            `Anatomy.warnings` or of a `QualityScore`, or `mark_` or `measure_` before a
            `QualityRating` or a `QualityMeasure`.
        language: The reader's language.
        **parameters: An error's parameters; the name of a step is said in the language, too.

    Raises:
        KeyError: There is no such code, or a placeholder has no parameter.
    """
    sentences = _sentences(language)
    step = parameters.get("step")
    if isinstance(step, str) and step in sentences:
        parameters["step"] = sentences[step]
    return sentences[code].format(**parameters)


@cache
def _sentences(language: Language) -> Mapping[str, str]:
    text = (FOLDER / f"{language.value}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return {code: sentence for table in TABLES for code, sentence in tables[table].items()}
