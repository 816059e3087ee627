"""Whether every measurement has its words: a missing one is said at the start, not in a report."""

from collections.abc import Iterable, Mapping

from pipeline.errors import MeasurementWordsError
from pipeline.types import Language, MeasurementName
from pipeline.words.words import words_of

EACH = ("measurements.names.{name}",)
"""The keys of any measurement: what page and files call it."""

JUDGED = (
    "measurements.beyond.{name}",
    "report.measurements.names.{name}",
    "report.lexicon.{name}",
    "report.lexicon.{name}_beyond",
)
"""The further keys of one with a threshold: what lies beyond it, how the prompt tells it, and how
the check of the report knows it and what lies beyond it."""


def check_measurement_words(
    judged: Mapping[MeasurementName, bool], languages: Iterable[Language] = tuple(Language)
) -> None:
    """Look for all words of all measurements.

    Args:
        judged: Of each measurement, whether it has a threshold.
        languages: The languages to look in.

    Raises:
        MeasurementWordsError: A language lacks a text; the error names measurement and key.
        WordsError: A file of words cannot be used.
    """
    for language in languages:
        words = words_of(language)
        for name, has_threshold in judged.items():
            for pattern in EACH + (JUDGED if has_threshold else ()):
                key = pattern.format(name=name)
                if not words.optional(key, ""):
                    raise MeasurementWordsError(name=name, language=language.value, key=key)
