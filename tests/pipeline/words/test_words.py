"""Every file of words says the same things, and another file is another language."""

import pickle
import re
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from pipeline.errors import WordsError
from pipeline.types import (
    WORDS_FOLDER,
    Grade,
    Language,
    Method,
    Prediction,
    Section,
    Structure,
    Zone,
)
from pipeline.words import message, words, words_of

ROOT = Path(__file__).resolve().parents[3]
OTHERS = [language for language in Language if language is not Language.ENGLISH]
SAME_IN_ALL = {  # names, and texts that are placeholders alone
    "page.frame.title",
    "page.saliency.other",
    "page.saliency.caption",
    "page.viewer.save_panel",
    "labels.covid19",
}


def texts(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Each text with its key; the forms of a plural are one text."""
    for name, value in table.items():
        if isinstance(value, Mapping) and words.PLURAL_FORMS.issuperset(value):
            yield f"{above}{name}", "\n".join(value.values())
        elif isinstance(value, Mapping):
            yield from texts(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def placeholders(text: Any) -> set[str]:
    if not isinstance(text, str):
        return set()
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def is_expression(key: str) -> bool:
    return key.startswith("report.lexicon.")


@pytest.mark.parametrize("language", OTHERS)
def test_every_file_has_the_same_keys_and_placeholders(language: Language) -> None:
    english, other = (dict(texts(words_of(one).table)) for one in (Language.ENGLISH, language))
    assert set(other) == set(english)
    for key, text in english.items():
        if not is_expression(key):
            assert placeholders(other[key]) == placeholders(text), key


def plurals(table: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for value in table.values():
        if isinstance(value, Mapping):
            yield from [value] if words.PLURAL_FORMS.issuperset(value) else plurals(value)


@pytest.mark.parametrize("language", list(Language))
def test_a_text_with_a_number_has_every_form_of_the_language(language: Language) -> None:
    own = words_of(language)
    found = list(plurals(own.table))
    assert found
    for forms in found:
        assert set(forms) == {*own.locale.plural_form.tags, "other"}


def test_a_number_takes_its_form() -> None:
    key = "draft.replaced_count"
    russian = [words_of(Language.RUSSIAN).plural(key, count).split()[:2] for count in (1, 3, 5, 21)]
    assert russian == [
        ["1", "предложение"],
        ["3", "предложения"],
        ["5", "предложений"],
        ["21", "предложение"],
    ]
    assert words_of(Language.ENGLISH).plural(key, 1).startswith("1 sentence was replaced")
    assert words_of(Language.ENGLISH).plural(key, 2).startswith("2 sentences were replaced")


def test_a_message_writes_decimals_as_the_language_does() -> None:
    memory = {"file": "big.gguf", "needed_gb": 12.34, "free_gb": 3.0}
    assert "12,3 ГБ" in message("report_model_too_large", Language.RUSSIAN, **memory)
    assert "12.3 GB" in message("report_model_too_large", Language.ENGLISH, **memory)
    limit = {"step": "classify", "limit_s": 2.5}
    assert "2,5 с" in message("step_timed_out", Language.UKRAINIAN, **limit)


@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.UKRAINIAN])
def test_nothing_is_left_in_english(language: Language) -> None:
    for key, text in texts(words_of(language).table):
        if isinstance(text, str) and key not in SAME_IN_ALL:
            bare = re.sub(r"\{\w+(?::[^}]*)?\}", "", text)
            assert re.search("[а-яіїєґ]", text) or not re.search("[A-Za-z]{3}", bare), key


@pytest.mark.parametrize(
    ("language", "foreign"), [(Language.RUSSIAN, "іїєґ"), (Language.UKRAINIAN, "ыэъё")]
)
def test_no_letter_of_the_other_alphabet_slips_in(language: Language, foreign: str) -> None:
    for key, text in texts(words_of(language).table):
        if isinstance(text, str):
            assert not set(text.lower()) & set(foreign), key


@pytest.mark.parametrize("language", list(Language))
def test_every_value_of_the_flow_has_its_word(language: Language) -> None:
    own = words_of(language)
    assert set(own.zones) == set(Zone)
    assert set(own.grades) == set(Grade)
    for method in Method:
        assert own(f"page.saliency.{method}_title")
        assert own(f"page.saliency.{method}_lead")
    assert set(own.sections) == set(Section)
    assert set(own.structures) == set(Structure)


def test_a_room_says_its_own_words_and_those_of_all() -> None:
    own = words_of(Language.ENGLISH)
    assert own.of("page")("tab.result") == "Result"
    assert own.of("documents")("title") == "Conclusion on a chest radiograph"
    assert own.of("page")("grades.weak") == own("grades.weak") == "weak"
    assert own.of("page").capital("zones.left_lower.name") == "Left lower zone"
    with pytest.raises(KeyError):
        own.of("documents")("tab.result")
    with pytest.raises(KeyError):
        own("tab.result")


def test_shares_are_rounded_without_lying() -> None:
    own = words_of(Language.ENGLISH)
    assert own.percent(0.834) == "83%"
    assert own.percent(0.001) == "<1%"
    assert own.percent(0.9999) == ">99%"
    assert own.percent(0.0) == "0%"
    assert own.percent(1.0) == "100%"
    assert words_of(Language.RUSSIAN).percent(0.834) == "83\N{NO-BREAK SPACE}%"


def test_numbers_take_the_decimal_mark_of_the_language_and_round_as_the_prompt_does() -> None:
    assert words_of(Language.RUSSIAN).number(-0.256) == "−0,26"
    assert words_of(Language.ENGLISH).number(0.256, 1) == "0.3"
    assert words_of(Language.ENGLISH).number(-0.001) == "0.00"
    for value in (0.835, 0.845, 0.125, 0.375):
        assert words_of(Language.ENGLISH).number(value) == f"{value:.2f}"


def test_languages_are_named_in_each_other() -> None:
    named = {
        language: words_of(Language.RUSSIAN).language_name(language)
        for language in (Language.ENGLISH, Language.RUSSIAN, Language.UKRAINIAN)
    }
    assert list(named.values()) == ["английский", "русский", "украинский"]
    assert words_of(Language.UKRAINIAN).language_name(Language.UKRAINIAN) == "українська"


def test_a_label_is_named_by_the_classifier_then_by_us_then_by_itself() -> None:
    prediction = Prediction(
        labels=("normal", "tuberculosis", "small_nodule"),
        probabilities=(0.2, 0.5, 0.3),
        normal_label="normal",
        threshold_prob=0.5,
        terms={"normal": {Language.ENGLISH: "nothing seen"}},
    )
    own = words_of(Language.ENGLISH)
    assert [own.label(prediction, label) for label in prediction.labels] == [
        "nothing seen",
        "tuberculosis",
        "small nodule",
    ]
    russian = words_of(Language.RUSSIAN)
    assert [russian.label(prediction, label) for label in prediction.labels] == [
        "без отклонений",
        "туберкулёз",
        "small nodule",
    ]
    assert russian.labels_in_english(prediction)
    assert not own.labels_in_english(prediction)
    told = replace(
        prediction, terms={**prediction.terms, "small_nodule": {Language.RUSSIAN: "узелок"}}
    )
    assert not russian.labels_in_english(told)


def test_another_file_is_another_language(tmp_path: Path) -> None:
    """One file and no code: in a copy of the package, where nothing else is touched."""
    copytree(ROOT / "pipeline", tmp_path / "pipeline")
    english = (WORDS_FOLDER / "en.toml").read_text(encoding="utf-8")
    (tmp_path / "pipeline/words/de.toml").write_text(
        english.replace('title = "Result"', 'title = "Ergebnis"').replace(
            'file_empty = "The file is empty."', 'file_empty = "Die Datei ist leer."'
        ),
        encoding="utf-8",
    )
    code = (
        "import pickle\n"
        "from pipeline.types import Language\n"
        "from pipeline.words import message, words_of\n"
        "german = pickle.loads(pickle.dumps(Language('de')))\n"
        "print(german is Language.DE, *Language, words_of(german).number(0.5), "
        "words_of(german).language_name(german), message('file_empty', german), sep='|')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True|en|ru|uk|de|0,50|Deutsch|Die Datei ist leer."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('disclaimer = "Nur für Forschung"', "classification.abnormal"),
        ("not TOML", "ru.toml"),
    ],
)
def test_a_file_that_lacks_a_text_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, what: str
) -> None:
    (tmp_path / "en.toml").write_bytes((WORDS_FOLDER / "en.toml").read_bytes())
    (tmp_path / "ru.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(words, "WORDS_FOLDER", tmp_path)
    words_of.cache_clear()
    with pytest.raises(WordsError) as caught:
        words_of(Language.RUSSIAN)
    words_of.cache_clear()
    assert caught.value.parameters == {"language": "ru", "what": what}
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
