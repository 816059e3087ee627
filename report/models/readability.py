"""How long a text is, and how hard to read."""

import re

from pipeline.types import Language
from report.writing.sentences import sentences

LONG_WORD_LETTERS = 6
_WORD = re.compile(r"\w+(?:[.,'’-]\w+)*")


def words(text: str) -> tuple[str, ...]:
    """The words of a text; a decimal or a hyphenated word is one."""
    return tuple(_WORD.findall(text))


def lix(text: str, language: Language) -> float:
    """The readability index LIX: words a sentence plus the percentage of long words.

    It counts letters and no syllables, and so serves all our languages. About 25 is a children's
    book, 45 a newspaper, 55 and above a specialist's text. A text without words has 0.

    Args:
        text: The text, without headings.
        language: Whose abbreviations do not end a sentence.

    Reference:
        Björnsson C.-H. Läsbarhet. Stockholm: Liber, 1968. Sentences are cut by our own rules, a
        line's end ending one, and not at colons.
    """
    found = words(text)
    if not found:
        return 0.0
    long = sum(sum(letter.isalpha() for letter in word) > LONG_WORD_LETTERS for word in found)
    return len(found) / len(sentences(text, language)) + 100 * long / len(found)
