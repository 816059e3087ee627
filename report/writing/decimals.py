"""Decimals as each language writes them: "0.58" in English, "0,58" in Russian and Ukrainian."""

from functools import cache

from pipeline.types import Language


def decimal(value: float, language: Language, *, digits: int = 2) -> str:
    """A number with a fixed count of decimals and the language's decimal mark.

    Args:
        value: The number.
        language: Whose mark it takes.
        digits: How many decimals.
    """
    # Rounded by Python and not by Babel, whose half-even rounding of the printed digits may differ
    # in the last one from what the rest of the product shows.
    return f"{value:.{digits}f}".replace(".", _mark(language))


@cache
def _mark(language: Language) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(language.value)
