"""The three language files say the same things."""

import re
import string
from pathlib import Path

import pytest

from app.language import words_of
from pipeline.types import Grade, Language, Method, Section, Structure, Zone

APP = Path(__file__).parents[2] / "app"


def flat(language):
    return words_of(language).table


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.UKRAINIAN])
def test_every_language_has_the_same_keys_and_placeholders(language):
    english, other = flat(Language.ENGLISH), flat(language)
    assert set(other) == set(english)
    for key, text in english.items():
        assert placeholders(other[key]) == placeholders(text), key


@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.UKRAINIAN])
def test_nothing_is_left_in_english(language):
    names = {"frame.title", "number.mark", "saliency.other", "saliency.caption"}
    names |= {"viewer.save_panel"}
    for key, text in flat(language).items():
        if key not in names:
            assert re.search("[а-яіїєґ]", text) or not re.search("[A-Za-z]{3}", _bare(text)), key


def _bare(text):
    return re.sub(r"\{\w+\}", "", text)


@pytest.mark.parametrize("language", list(Language))
def test_every_value_of_the_flow_has_its_word(language):
    table = flat(language)
    for kind, values in {
        "zone": Zone,
        "grade": Grade,
        "section": Section,
        "structure": Structure,
        "language": Language,
    }.items():
        for value in values:
            assert table[f"{kind}.{value}"]
    for method in Method:
        assert table[f"saliency.{method}_title"]
        assert table[f"saliency.{method}_lead"]


def test_every_text_is_used():
    """A key is used if it stands in the code, or its table is spelt with a value at the end."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in APP.rglob("*.py"))
    code = code.replace("'", '"')
    spelt = {match + "." for match in re.findall(r'f"(\w+)\.\{', code)}
    spelt |= set(re.findall(r'f"(\w+\.\w+_)\{', code))
    for key in flat(Language.ENGLISH):
        used = f'"{key}"' in code or any(key.startswith(start) for start in spelt)
        assert used, key


def test_no_view_says_anything_of_its_own():
    """Strings handed to Streamlit's widgets come from the language files."""
    for file in (APP / "views").glob("*.py"):
        code = file.read_text(encoding="utf-8")
        calls = re.findall(
            r"st\.(?:button|toggle|slider|selectbox|radio|text_area|expander|write|caption|title|"
            r'header|info|error|warning|success|spinner)\(\s*f?"([^"]*)"',
            code,
        )
        assert calls == [], file.name


def test_shares_are_rounded_without_lying():
    words = words_of(Language.ENGLISH)
    assert words.percent(0.834) == "83%"
    assert words.percent(0.001) == "<1%"
    assert words.percent(0.9999) == ">99%"
    assert words.percent(0.0) == "0%"
    assert words.percent(1.0) == "100%"


def test_numbers_take_the_decimal_mark_of_the_language():
    assert words_of(Language.RUSSIAN).number(-0.256) == "−0,26"
    assert words_of(Language.ENGLISH).number(0.256, 1) == "0.3"
