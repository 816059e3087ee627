"""The page says only what stands in the files of words, and everything that stands there."""

import re
from pathlib import Path

from pipeline.types import Language
from pipeline.words import words_of

APP = Path(__file__).parents[2] / "app"


def test_every_text_of_the_page_is_used():
    """A key is used if it stands in the code, or its table is spelt with a value at the end."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in APP.rglob("*.py"))
    code = code.replace("'", '"')
    spelt = {match + "." for match in re.findall(r'f"(\w+)\.\{', code)}
    spelt |= set(re.findall(r'f"(\w+\.\w+_)\{', code))
    for name, texts in words_of(Language.ENGLISH).table["page"].items():
        for key in (f"{name}.{last}" for last in texts):
            used = f'"{key}"' in code or any(key.startswith(start) for start in spelt)
            assert used, key


def test_no_view_says_anything_of_its_own():
    """Strings handed to Streamlit's widgets come from the files of words."""
    for file in (APP / "views").rglob("*.py"):
        code = file.read_text(encoding="utf-8")
        calls = re.findall(
            r"st\.(?:button|toggle|slider|selectbox|radio|text_area|expander|write|caption|title|"
            r'header|info|error|warning|success|spinner)\(\s*f?"([^"]*)"',
            code,
        )
        assert calls == [], file.name
