"""The command line: `python -m pipeline analyse FILE... --out DIR`."""

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pipeline.build import exporter, part_makers
from pipeline.command_line.layers import layers_command
from pipeline.errors import (
    ExplainCxrError,
    OutputError,
    ReportModelMissingError,
    StepFailedError,
    UnreadableFileError,
)
from pipeline.protocols import Exporter
from pipeline.reading import check_size
from pipeline.result_file import refusal_json
from pipeline.settings import Settings, add_settings_argument, load_settings
from pipeline.types import FUSED_METHODS, CaseResult, Language, Method, with_fused
from pipeline.words import message
from pipeline.workers.job import Job
from pipeline.workers.worker_process import PartMakers, Room
from pipeline.workers.workers import Workers

ALL_WELL, SOME_REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
RESULT_FILE = "result.json"
OUTPUT_FILES = (
    RESULT_FILE,
    "anatomy.png",
    *(method.file for method in Method),
    "measurements.png",
    "report.md",
    "report.pdf",
)
LOOK_UP_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file to analyse and the folder its results go to."""

    source: Path
    folder: Path


def main(arguments: Sequence[str], makers: PartMakers = part_makers) -> int:
    """Run a command.

    Args:
        arguments: As typed, without the program's name.
        makers: Who builds the models; tests pass fakes.

    Returns:
        0 if all went well, 1 if a file was refused or a report failed, 2 for wrong usage.
    """
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a letter
            stream.reconfigure(errors="backslashreplace")
    language = Language(options.language or Language.ENGLISH)
    try:
        settings = _settings(options)
        options.out.mkdir(parents=True, exist_ok=True)
    except ExplainCxrError as error:
        print(message(error.code, language, **error.parameters), file=sys.stderr)
        return WRONG_USAGE
    except OSError:
        print(message("output_unwritable", language, file=str(options.out)), file=sys.stderr)
        return WRONG_USAGE
    if options.command == "layers":
        with Workers(settings, makers) as workers:
            return ALL_WELL if _layers(options, workers, settings) else SOME_REFUSED
    rooms = tuple(Room) if settings.write_report else (Room.DECODE, Room.VISION)
    well = True
    with Workers(settings, makers) as workers:
        workers.warm(rooms)
        try:
            for target in targets(options.files, options.out):
                well &= _analyse(target, workers, settings, exporter(settings.language))
        except KeyboardInterrupt:
            return INTERRUPTED
    return ALL_WELL if well else SOME_REFUSED


def targets(files: Sequence[Path], out: Path) -> Iterator[Target]:
    """A folder for each file, named by its stem; equal stems are numbered."""
    taken: set[str] = set()
    for file in files:
        stem = file.stem if file.stem not in ("", ".", "..") else "file"
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        yield Target(source=file, folder=out / name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="ExplainCXR. For research use only. Not a medical device.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    analyse = commands.add_parser("analyse", help="analyse chest radiographs")
    analyse.add_argument("files", nargs="+", type=Path, metavar="FILE")
    analyse.add_argument(
        "--report-model", type=Path, metavar="PATH", help="another GGUF file for the report"
    )
    analyse.add_argument("--no-report", action="store_true", help="images only")
    layer_maps = commands.add_parser("layers", help="Grad-CAM at every stage of the classifier")
    layer_maps.add_argument("file", type=Path, metavar="FILE")
    layer_maps.add_argument("--layer", action="append", metavar="NAME", help="this layer instead")
    layer_maps.add_argument(
        "--signed", action="store_true", help="draw what speaks against it, too"
    )
    for command in (analyse, layer_maps):
        command.add_argument("--out", type=Path, required=True, metavar="DIR", help="results")
        command.add_argument("--language", choices=[item.value for item in Language])
        add_settings_argument(command)
        command.add_argument("--label", help="the label to explain; the predicted one if left out")
    names = ", ".join(method.value for method in Method)
    made = ", ".join(method.value for method in FUSED_METHODS)
    analyse.add_argument(
        "--methods",
        type=_methods,
        metavar="LIST",
        help=f"explanations to make, with commas between: {names} ({made} are always made)",
    )
    for method in Method:
        for parameter in method.spec.parameters:
            analyse.add_argument(
                f"--{method.setting(parameter).replace('_', '-')}",
                type=int,
                metavar="N",
                help=f"{method.spec.name}: {parameter.help} (default: {parameter.default})",
            )
    return parser


def _methods(names: str) -> tuple[Method, ...]:
    """Methods from their names with commas between; the fused ones are always among them."""
    try:
        return with_fused(tuple(Method(name.strip()) for name in names.split(",")))
    except ValueError as error:
        allowed = ", ".join(method.value for method in Method)
        raise argparse.ArgumentTypeError(f"{names}: choose from {allowed}") from error


def _layers(options: argparse.Namespace, workers: Workers, settings: Settings) -> bool:
    return layers_command(
        options.file,
        options.out,
        models=workers.models,
        settings=settings,
        layers=tuple(options.layer or ()),
        signed=options.signed,
    )


def _settings(options: argparse.Namespace) -> Settings:
    typed = {"language": options.language, "explain_label": options.label}
    if options.command == "layers":
        return load_settings(options.settings, **typed)
    if options.report_model is not None and not options.report_model.is_file():
        raise ReportModelMissingError
    return load_settings(
        options.settings,
        **typed,
        write_report=False if options.no_report else None,
        report_model=options.report_model and options.report_model.resolve(),
        **_of_methods(options),
    )


def _of_methods(options: argparse.Namespace) -> dict[str, object]:
    """The methods and their parameters as typed, by the names of their settings."""
    names = [method.setting(one) for method in Method for one in method.spec.parameters]
    return {name: getattr(options, name) for name in ("methods", *names)}


def _analyse(target: Target, workers: Workers, settings: Settings, exporter: Exporter) -> bool:
    """Analyse one file, write its folder, print its line; whether all went well."""
    language = settings.language
    try:
        _clear(target.folder)
        data = _bytes_of(target.source, settings)
        job = workers.submit(data, settings)
        del data
        _wait(job, target.source.name, language, sys.stderr)
        if job.error is not None:
            raise job.error
        if job.result is None:  # a job ends in either
            raise StepFailedError(step="job", error="no result")
        _write(target.folder, _files(exporter, job.result))
    except ExplainCxrError as error:
        sentence = message(error.code, language, **error.parameters)
        print(f"{target.source.name}: {error.code}: {sentence}", flush=True)
        _write_refusal(target.folder, error, sentence)
        return False
    print(f"{target.source.name}: {_summary(job.result, language)}", flush=True)
    return not job.result.problems


def _files(exporter: Exporter, case: CaseResult) -> Mapping[str, bytes]:
    try:
        return exporter.files(case, None)
    except ExplainCxrError:
        raise
    except (
        Exception
    ) as error:  # one radiograph's files must not keep the others from being analysed
        raise StepFailedError(step="export", error=type(error).__name__) from error


def _bytes_of(file: Path, settings: Settings) -> bytes:
    try:
        if file.is_file():
            check_size(file.stat().st_size, settings)
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError from error


def _wait(job: Job, name: str, language: Language, screen: TextIO) -> None:
    """Wait for a job; on a terminal, show the step it is at."""
    shown = screen.isatty()
    while not job.wait(LOOK_UP_SECONDS):
        events = job.events()
        if shown and events:
            print(f"\r\033[K{name}: {message(events[-1].step, language)} …", end="", file=screen)
    if shown:
        print("\r\033[K", end="", file=screen, flush=True)


def _summary(case: CaseResult, language: Language) -> str:
    prediction = case.prediction
    term = prediction.terms[prediction.label][language]
    label = case.explained_label
    parts = [f"{term} (abnormal_probability {prediction.abnormal_probability:.3f})"]
    if label != prediction.leading_label:
        parts.append(f"explained: {prediction.terms[label][language]}")
    for problem in case.problems:
        parts.append(f"{problem.code}: {message(problem.code, language, **problem.parameters)}")
    return "; ".join(parts)


def _clear(folder: Path) -> None:
    """Remove an earlier run's files: nothing of another radiograph may stand beside a refusal."""
    for name in OUTPUT_FILES:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(file=name) from error


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        except OSError as error:
            raise OutputError(file=name) from error


def _write_refusal(folder: Path, error: ExplainCxrError, sentence: str) -> None:
    try:
        _write(folder, {RESULT_FILE: refusal_json(error, sentence)})
    except OutputError as unwritable:
        print(str(unwritable), file=sys.stderr)
