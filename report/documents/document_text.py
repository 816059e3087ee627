"""The words of the exported documents, one file a language, beside the report's own terms."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.types import Language

FOLDER = Path(__file__).parent / "languages"


@cache
def document_text(language: Language) -> Mapping[str, str]:
    """Headings, captions and sentences by name, some with placeholders."""
    words = tomllib.loads((FOLDER / f"{language.value}.toml").read_text(encoding="utf-8"))
    return {str(name): str(text) for name, text in words.items()}
