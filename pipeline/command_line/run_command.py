"""Runs one command of a room: its settings, its errors in words, and how it ends."""

import argparse
import io
import sys

from pipeline.errors import ExplainCxrError
from pipeline.settings import load_settings
from pipeline.types import Language
from pipeline.words import message

ALL_WELL, FAILED, INTERRUPTED = 0, 1, 130


def run_command(options: argparse.Namespace) -> int:
    """Run what was typed.

    Args:
        options: As parsed, with `settings`, the settings file or `None`, and `run`, which takes
            them and the settings and gives the exit code.

    Returns:
        The exit code: what `run` gives, 1 after an error of ours, 130 if it was interrupted.
    """
    print_any_letter()
    language = Language.ENGLISH
    try:
        settings = load_settings(options.settings)
        language = settings.language
        return int(options.run(options, settings))
    except ExplainCxrError as error:
        print(message(error.code, language, **error.parameters), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def print_any_letter() -> None:
    """Have a terminal that cannot show a letter show its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
