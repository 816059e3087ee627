"""The languages of the page, the report and the files: those there is a file of words for."""

from enum import StrEnum
from pathlib import Path

WORDS_FOLDER = Path(__file__).parents[1] / "words"


class Language(StrEnum):
    """A language by its ISO 639 code; `pipeline/words/<code>.toml` holds its words.

    The product ships three. Another file in that folder is another member, after these, named by
    its code in capitals: `Language.DE` for `de.toml`.
    """

    _ignore_ = ["members", "file"]  # noqa: RUF012 - how `Enum` knows what is no member

    ENGLISH = "en"
    RUSSIAN = "ru"
    UKRAINIAN = "uk"

    members = vars()
    for file in sorted(WORDS_FOLDER.glob("*.toml")):
        if file.stem not in ("en", "ru", "uk"):
            members[file.stem.upper()] = file.stem
