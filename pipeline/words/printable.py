"""A text from outside, such as a file's name, made fit to be shown on a line."""

LONGEST = 200  # letters; a name that is longer is cut


def printable(text: str, longest: int = LONGEST) -> str:
    """A text without what would steer a terminal, break the line or turn its direction.

    Args:
        text: The text; halves of surrogate pairs may stand for bytes that are no UTF-8.
        longest: Most letters; of a longer text the beginning is shown.
    """
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
