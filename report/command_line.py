"""The command line: `python -m report check`, `models`, `fetch NAME`, `compare` and `schema`."""

import argparse
import os
import shlex
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self, TextIO
from urllib.parse import urlsplit

from pipeline.command_line.run_command import ALL_WELL, INTERRUPTED, run_command
from pipeline.errors import DownloadBrokenError, OutputError
from pipeline.result_file import result_schema
from pipeline.settings import Settings, add_settings_argument
from pipeline.types import Language
from pipeline.words import message
from report.checking.check_text import as_json, check_result
from report.models.catalogue import CatalogueModel, find, load_catalogue
from report.models.compare_cases import Analyst
from report.models.compare_command import add_parser
from report.models.fetch import GB, Hubs, fetch
from report.models.pins import read_pin

LINE_SECONDS = 0.2
WIDTH = 100
ROOM_TO_THINK = (
    "EXPLAINCXR_CONTEXT_TOKENS=8192 EXPLAINCXR_REPORT_TOKENS=4000 EXPLAINCXR_REPORT_SECONDS=3600"
)


def main(arguments: Sequence[str], analyst: Analyst | None = None) -> int:
    """Run a command.

    Args:
        arguments: As typed, without the program's name.
        analyst: Who analyses radiographs; without one there is no `compare`.

    Returns:
        0 if all went well, 1 if not, 2 for wrong usage, 130 if it was interrupted.
    """
    return run_command(_parser(analyst).parse_args(arguments))


def _parser(analyst: Analyst | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m report",
        description="The check of a text, models for the report, and the schema of result.json. "
        "For research use only. Not a medical device.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    models = commands.add_parser("models", help="list the models that can be fetched")
    models.set_defaults(run=_models)
    bring = commands.add_parser("fetch", help="fetch a model, or go on where that was interrupted")
    bring.set_defaults(run=_fetch)
    bring.add_argument("name", metavar="NAME", help="as `models` lists it")
    bring.add_argument(
        "--endpoint",
        type=_url,
        metavar="URL",
        default=os.environ.get("HF_ENDPOINT") or None,
        help="the model hub (default: HF_ENDPOINT, else huggingface_hub's own)",
    )
    bring.add_argument(
        "--mirror",
        type=_url,
        metavar="URL",
        action="append",
        default=[],
        help="asked if the hub cannot be reached; repeat it for more, in their order",
    )
    check = commands.add_parser("check", help="check a text, sentence by sentence, against a case")
    check.set_defaults(run=_check)
    check.add_argument("result", type=Path, metavar="RESULT.json", help="a case's result")
    check.add_argument(
        "--text",
        type=Path,
        metavar="FILE",
        help="the text, UTF-8; without headings it counts as findings "
        "(default: the result's own report)",
    )
    check.add_argument(
        "--language",
        type=Language,
        choices=tuple(Language),
        help="the text's language (default: the report's, else English)",
    )
    check.add_argument("--json", type=Path, metavar="OUT", help="write what was found here")
    schema = commands.add_parser("schema", help="result.json as JSON Schema")
    schema.set_defaults(run=_schema)
    schema.add_argument("--out", type=Path, metavar="FILE", help="write it here, not on the screen")
    if analyst is not None:
        add_parser(commands, analyst)
    for command in commands.choices.values():
        add_settings_argument(command)
    return parser


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text} is no URL")
    return text.rstrip("/")


def _models(options: argparse.Namespace, settings: Settings) -> int:
    catalogue = load_catalogue()
    for line in _table(catalogue, settings.models_folder):
        print(line)
    for model in catalogue.values():
        print()
        print(textwrap.fill(f"{model.name}: {model.note}", WIDTH, subsequent_indent="    "))
    print()
    print("Fetch one:  .venv/bin/python -m report fetch NAME")
    _tell_use("PATH")
    print(f"The models lie in {settings.models_folder}, each in a folder of its name.")
    return ALL_WELL


def _table(catalogue: Mapping[str, CatalogueModel], models_folder: Path) -> list[str]:
    """The catalogue in columns; sizes are approximate."""
    rows = [
        ("name", "GB", "memory, GB", "thinks", "fetched", "pinned", "licence", "languages"),
        *(
            (
                model.name,
                f"{model.size_gb:.1f}",
                f"{model.memory_gb:.1f}",
                _yes(model.reasoning),
                _yes(model.path(models_folder).is_file()),
                _yes(model.revision is not None or read_pin(model, models_folder) is not None),
                model.licence,
                " ".join(model.languages),
            )
            for model in catalogue.values()
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _fetch(options: argparse.Namespace, settings: Settings) -> int:
    model = find(options.name, load_catalogue())
    hubs = Hubs(
        endpoint=options.endpoint,
        mirrors=tuple(options.mirror),
        token=os.environ.get("HF_TOKEN") or None,
    )
    try:
        with _Line(model.name, sys.stderr) as line:
            file = fetch(model, settings.models_folder, hubs=hubs, progress=line.on_progress)
    except KeyboardInterrupt:
        code = DownloadBrokenError.code
        print(message(code, settings.language, file=model.file), file=sys.stderr)
        return INTERRUPTED
    pin = read_pin(model, settings.models_folder)
    if pin is not None:
        print(f"{model.name}: {pin.repo} at {pin.revision}, SHA-256 {pin.sha256}")
    _tell_use(shlex.quote(str(file)))
    if model.reasoning:
        print(f"It thinks before it writes; give it room and time:  {ROOM_TO_THINK}")
    return ALL_WELL


def _check(options: argparse.Namespace, settings: Settings) -> int:
    found = check_result(options.result, options.text, options.language)
    for row in found["sentences"]:
        print(f"{row['status']:<13}{row['section']:<16}{row['sentence']}")
    if options.json is not None:
        try:
            options.json.write_text(as_json(found), encoding="utf-8")
        except OSError as error:
            raise OutputError(file=str(options.json)) from error
    return ALL_WELL


def _schema(options: argparse.Namespace, settings: Settings) -> int:
    text = result_schema()
    if options.out is None:
        print(text, end="")
        return ALL_WELL
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(file=str(options.out)) from error
    return ALL_WELL


def _tell_use(path: str) -> None:
    analyse = ".venv/bin/python -m pipeline analyse FILE... --out DIR"
    print(f"Use it:     {analyse} --report-model {path}")
    print(f"In the app: EXPLAINCXR_REPORT_MODEL={path} make run")


class _Line:
    """How far a download is, in one line that is written over and in the end taken away.

    Nothing is shown where the screen is no terminal.
    """

    def __init__(self, name: str, screen: TextIO) -> None:
        self._name, self._screen = name, screen
        self._shown = screen.isatty()
        self._next = 0.0

    def on_progress(self, here: int, whole: int) -> None:
        """Show how many bytes of how many are here."""
        if not self._shown or (time.monotonic() < self._next and here < whole):
            return
        self._next = time.monotonic() + LINE_SECONDS
        share = f"{here / GB:.2f} of {whole / GB:.2f} GB ({here / whole:.0%})"
        text = f"{self._name}: {share if here < whole else 'checking the SHA-256'} …"
        print(f"\r\033[K{text}", end="", file=self._screen, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\033[K", end="", file=self._screen, flush=True)
