"""The command `python -m report compare`: the same radiographs through several writers."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ExplainCxrError, OutputError, ReportModelMissingError
from pipeline.settings import Settings
from pipeline.types import Language
from pipeline.words import message
from report.models.compare import Row, WriterOf, compare, metrics_of, overall, table
from report.models.compare_cases import Analyst, Radiographs, analysed

ALL_WELL, SOME_FAILED = 0, 1
SHIPPED, PLAIN = "shipped", "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One writer of a comparison.

    Attributes:
        name: What was typed: `W` or `W@CLASSIFIER_FOLDER`.
        writer: `shipped`, `plain`, or a model's path.
        classifier: The classifier it was published with; the settings' own if `None`.
    """

    name: str
    writer: str
    classifier: Path | None

    @classmethod
    def typed(cls, text: str) -> "Entry":
        """Read one; a path that is there may hold an `@` of its own."""
        writer, at, folder = text.rpartition("@")
        if not at or Path(text).exists():
            return cls(name=text, writer=text, classifier=None)
        return cls(name=text, writer=writer, classifier=Path(folder))


def add_parser(commands: Any, analyst: Analyst) -> None:
    """Add the command to a program's.

    Args:
        commands: What `argparse` gives for subcommands.
        analyst: Who analyses the radiographs.
    """
    parser = commands.add_parser(
        "compare", help="the same radiographs through several report writers"
    )
    parser.set_defaults(run=lambda options, settings: run(options, settings, analyst))
    parser.add_argument(
        "--writers",
        nargs="+",
        required=True,
        type=Entry.typed,
        metavar="W",
        help="shipped, plain (rules alone), a GGUF file or a model's folder; "
        "W@CLASSIFIER_FOLDER pairs it with the classifier it was published with",
    )
    parser.add_argument(
        "--cases", required=True, type=_folder, metavar="DIR", help="the radiographs"
    )
    parser.add_argument("--language", choices=[item.value for item in Language])
    parser.add_argument("--limit", type=_count, metavar="N", help="only the first N radiographs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the metrics_of here too")


def run(options: argparse.Namespace, settings: Settings, analyst: Analyst) -> int:
    """Compare the writers and print the table.

    Returns:
        0 if all went well, 1 if a radiograph was refused or a writer failed.

    Raises:
        ModelError: A writer is not there, or a classifier cannot be used.
        OutputError: The JSON file cannot be written.
    """
    language = Language(options.language or settings.language)
    settings = replace(settings, language=language, write_report=False, measure_quality=False)
    entries = tuple(dict.fromkeys(options.writers))
    for entry in entries:
        if entry.writer not in (SHIPPED, PLAIN) and not Path(entry.writer).exists():
            raise ReportModelMissingError(file=Path(entry.writer).name)
    radiographs = {
        classifier: _analysed(classifier, options, settings, analyst)
        for classifier in dict.fromkeys(entry.classifier for entry in entries)
    }
    rows: list[Row] = []
    failed: dict[str, ExplainCxrError] = {}
    for entry in entries:
        if not radiographs[entry.classifier].cases:
            continue
        try:
            rows.append(_row(entry, radiographs[entry.classifier], settings))
        except ExplainCxrError as error:
            failed[entry.name] = error
            _report(entry.name, error, language)
    _progress("")
    print(table(rows))
    refused = {
        position: error
        for found in radiographs.values()
        for position, error in found.refused.items()
    }
    if options.json:
        _write_json(options.json, rows, refused, failed, settings)
    return SOME_FAILED if refused or failed or not rows else ALL_WELL


def _analysed(
    classifier: Path | None, options: argparse.Namespace, settings: Settings, analyst: Analyst
) -> Radiographs:
    """The radiographs as one classifier sees them; those refused are reported."""
    with analyst(replace(settings, classifier=classifier or settings.classifier)) as analyse:
        radiographs = analysed(
            options.cases,
            analyse,
            limit=options.limit,
            max_file_mb=settings.max_file_mb,
            progress=lambda done: _progress(f"radiographs: {done}"),
        )
    for position, error in radiographs.refused.items():
        _report(f"radiograph {position}", error, settings.language)
    return radiographs


def _row(entry: Entry, radiographs: Radiographs, settings: Settings) -> Row:
    return compare(
        entry.name,
        _opened(entry.writer, settings),
        radiographs.cases,
        language=settings.language,
        seed=settings.seed,
        progress=lambda done: _progress(f"{entry.name}: {done} of {len(radiographs.cases)}"),
    )


def _opened(writer: str, settings: Settings) -> WriterOf:
    """A writer, its model loaded."""
    if writer == PLAIN:
        from report.writing.template_writer import TemplateWriter

        return lambda picture: TemplateWriter()
    from report.models.open_model import open_model
    from report.writing.text_model import SeeingModel
    from report.writing.writer import ReportWriter

    if writer == SHIPPED:
        shipped = ReportWriter(replace(settings, report_model=None))
        shipped.warm()
        return lambda picture: shipped
    model = open_model(
        Path(writer), context_tokens=settings.context_tokens, threads=settings.threads
    )
    if isinstance(model, SeeingModel):
        show = model.seeing
        return lambda picture: ReportWriter(settings, show(picture))
    return lambda picture: ReportWriter(settings, model)


def _report(name: str, error: ExplainCxrError, language: Language) -> None:
    """Why a radiograph was refused or a writer failed."""
    _progress("")
    reason = f" ({error.parameters['reason']})" if "reason" in error.parameters else ""
    sentence = message(error.code, language, **error.parameters)
    print(f"{name}: {sentence}{reason}", file=sys.stderr)


def _progress(text: str) -> None:
    """On a terminal, one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _write_json(
    file: Path,
    rows: Sequence[Row],
    refused: Mapping[int, ExplainCxrError],
    failed: Mapping[str, ExplainCxrError],
    settings: Settings,
) -> None:
    content = {
        "language": settings.language.value,
        "seed": settings.seed,
        "writers": [
            {
                "name": row.name,
                "model": row.model,
                "model_sha256": row.model_sha256,
                **asdict(metrics_of(row.counts)),
            }
            for row in rows
        ],
        "all": asdict(overall(rows)),
        "radiographs_refused": {str(position): error.code for position, error in refused.items()},
        "writers_failed": {name: error.code for name, error in failed.items()},
    }
    try:
        file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(file=file.name) from error


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return folder


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of radiographs")
    return int(text)
