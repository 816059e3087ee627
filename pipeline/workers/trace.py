"""Where an unforeseen error came from, for logs: code lines, never the error's own text."""

import traceback


def where(error: BaseException) -> str:
    """The error's class and the lines it passed, without its message, which may quote a file."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{lines}"
