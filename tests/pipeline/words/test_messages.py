"""Every code has its sentence, in every language, with the same placeholders."""

import re
import string
from collections import Counter
from typing import get_args

import pytest

from exchange import errors as exchange_errors
from pipeline import errors
from pipeline.errors import ExplainCxrError
from pipeline.types import (
    Language,
    MeasurementReason,
    QualityMeasure,
    QualityRating,
    ReadingNote,
    Step,
)
from pipeline.validation import Problem
from pipeline.words import message, words_of
from records import errors as store_errors
from records.audit.verification import FINDINGS
from service import errors as service_errors

WARNINGS = {
    "spine_missing",
    "spine_broken",
    "abdomen_missing",
    "heart_missing",
    "lung_small",
    "lungs_uneven",
    "touches_border",
}
CLASSES = [
    item
    for item in vars(errors).values()
    if isinstance(item, type) and issubclass(item, ExplainCxrError)
]
OF_THE_STORE = [
    item
    for item in vars(store_errors).values()
    if isinstance(item, type) and issubclass(item, store_errors.StoreError)
]
OF_THE_EXCHANGE = [
    item
    for item in vars(exchange_errors).values()
    if isinstance(item, type) and issubclass(item, exchange_errors.ExchangeError)
]
OF_THE_SERVICE = [
    item
    for item in vars(service_errors).values()
    if isinstance(item, type) and issubclass(item, service_errors.ServiceError)
]


def tables(language: Language) -> dict[str, dict[str, str]]:
    return words_of(language).table["messages"]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", Language)
def test_every_code_has_a_sentence_and_none_is_left_over(language: Language) -> None:
    found = tables(language)
    assert set(found["errors"]) == {item.code for item in CLASSES}
    assert set(found["records"]) == {item.code for item in OF_THE_STORE} | FINDINGS
    assert set(found["exchange"]) == {item.code for item in OF_THE_EXCHANGE}
    assert set(found["service"]) == {item.code for item in OF_THE_SERVICE}
    assert set(found["problems"]) == {f"problem_{problem}" for problem in get_args(Problem)}
    assert set(found["notes"]) == {note.value for note in ReadingNote}
    assert set(found["reasons"]) == {reason.value for reason in MeasurementReason}
    assert set(found["steps"]) == {step.value for step in Step}
    assert set(found["warnings"]) == WARNINGS
    assert set(found["quality"]) == {
        f"{one}_{rating}" for one in QualityMeasure for rating in QualityRating
    }
    names = {f"rating_{rating}" for rating in QualityRating} | {
        f"measure_{one}" for one in QualityMeasure
    }
    assert set(found["quality_names"]) == names
    assert set(found["command_line"]) == {"interrupted", "kept"}


def test_no_code_stands_for_two_things() -> None:
    codes = Counter(code for table in tables(Language.ENGLISH).values() for code in table)
    assert max(codes.values()) == 1
    classes = (*CLASSES, *OF_THE_STORE, *OF_THE_EXCHANGE, *OF_THE_SERVICE)
    assert max(Counter(item.code for item in classes).values()) == 1


def test_a_sentence_asks_only_for_parameters_that_its_error_has() -> None:
    found = tables(Language.ENGLISH)
    sentences = found["errors"] | found["records"] | found["exchange"] | found["service"]
    for item in (*CLASSES, *OF_THE_STORE, *OF_THE_EXCHANGE, *OF_THE_SERVICE):
        documented = set(re.findall(r"`(\w+)`", item.__doc__ or ""))
        assert placeholders(sentences[item.code]) <= documented, item.code


def test_parameters_are_filled_in_and_steps_are_named_in_the_language() -> None:
    said = message("step_timed_out", Language.RUSSIAN, step="classify", limit_s=120.0)
    assert said == "Шаг «Классификация» длился дольше 120 с и был остановлен."
    assert message("file_too_large", Language.ENGLISH, limit_mb=200) == (
        "The file is larger than 200 MB."
    )
    assert message("rotated", Language.UKRAINIAN).startswith("Повернуто")
