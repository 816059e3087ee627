"""The sentence a person reads for a code: errors, notes, warnings, reasons, quality, steps."""

from collections.abc import Mapping
from functools import cache

from pipeline.errors import Parameter
from pipeline.types import Language
from pipeline.words.printable import printable
from pipeline.words.words import words_of

MOST_LETTERS = 1000  # of a parameter


def message(code: str, language: Language, /, **parameters: Parameter) -> str:
    """The sentence for a code, its placeholders filled in.

    Args:
        code: An error's code, a `ReadingNote`, a `MeasurementReason`, a `Step`, a code of
            `Anatomy.warnings` or of a `QualityScore`, or `rating_` or `measure_` before a
            `QualityRating` or a `QualityMeasure`.
        language: The reader's language.
        **parameters: An error's parameters; the name of a step, and what is wrong with a field
            (`problem`), are said in the language, too. Texts are made printable.

    Raises:
        KeyError: There is no such code, or a placeholder has no parameter.
    """
    words, sentences = words_of(language), _sentences(language)
    parameters = {
        name: printable(value, MOST_LETTERS) if isinstance(value, str) else value
        for name, value in parameters.items()
    }
    step = parameters.get("step")
    if isinstance(step, str) and step in sentences:
        parameters["step"] = sentences[step]
    problem = f"problem_{parameters.get('problem')}"
    if problem in sentences:
        parameters["problem"] = words.filled(sentences[problem], **parameters)
    return words.filled(sentences[code], **parameters)


@cache
def _sentences(language: Language) -> Mapping[str, str]:
    tables: Mapping[str, Mapping[str, str]] = words_of(language).table["messages"]
    return {code: sentence for table in tables.values() for code, sentence in table.items()}
