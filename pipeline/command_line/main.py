"""The command line: `python -m pipeline analyse FILE... --out DIR` and `layers FILE --out DIR`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipeline.analyser import Analyser
from pipeline.build import build_models, classifier_labels
from pipeline.command_line.analyse import analyse_command
from pipeline.command_line.earlier_names import renamed
from pipeline.command_line.layers import layers_command
from pipeline.command_line.run_command import ALL_WELL, FAILED, print_any_letter
from pipeline.errors import ExplainCxrError, ReportModelMissingError
from pipeline.settings import Settings, add_settings_argument, load_settings
from pipeline.types import FUSED_METHODS, Language, Method, with_fused
from pipeline.words import message
from pipeline.workers.process import Build
from pipeline.workers.workers import Workers

WRONG_USAGE = 2
EARLIER_COMMANDS = {"stages": "layers"}
MOST_JOBS = 64
TURNS = (90, 180, 270)
DESCRIPTION = "ExplainCXR. For research use only. Not a medical device."
AFTERWARDS = """\
labels of the shipped classifier: {labels}

exit codes: 0 all went well; 1 a file was refused or a step failed (its result.json says why, the
others are done); 2 wrong usage; 130 interrupted (what is finished is kept, --resume goes on)

example: python -m pipeline analyse radiographs/ --out results --language en --resume
"""


def main(arguments: Sequence[str], build: Build = build_models) -> int:
    """Run a command.

    Args:
        arguments: As typed, without the program's name.
        build: Makes the models; tests pass fakes.

    Returns:
        0 if all went well, 1 if a file was refused or a step failed, 2 for wrong usage, 130 if
        interrupted.
    """
    parser = _parser()
    options = parser.parse_args(renamed(arguments, EARLIER_COMMANDS, {}))
    print_any_letter()
    language = Language(options.language or Language.ENGLISH)
    try:
        settings = _settings(options)
        _check_label(parser, settings)
        options.out.mkdir(parents=True, exist_ok=True)
        if options.command == "layers":
            return _layers(options, settings, build)
        with Analyser(settings=settings, jobs=options.jobs, build=build) as analyser:
            return analyse_command(
                options.files, options.out, analyser=analyser, resume=options.resume
            )
    except ExplainCxrError as error:
        print(message(error.code, language, **error.parameters), file=sys.stderr)
    except OSError:
        print(message("output_unwritable", language, file=str(options.out)), file=sys.stderr)
    return WRONG_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    common: dict[str, Any] = {
        "description": DESCRIPTION,
        "epilog": AFTERWARDS.format(labels=", ".join(classifier_labels(Settings()))),
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    analyse = commands.add_parser("analyse", help="analyse chest radiographs", **common)
    layers = commands.add_parser(
        "layers", help="Grad-CAM at every depth of the classifier", **common
    )
    for command in (analyse, layers):
        _add_common(command)
    analyse.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="radiographs, or folders of them"
    )
    analyse.add_argument("--report-model", type=Path, metavar="PATH", help="another GGUF file")
    analyse.add_argument("--no-report", action="store_true", help="images only")
    analyse.add_argument(
        "--jobs",
        type=_whole_number(1, MOST_JOBS),
        default=1,
        metavar="N",
        help="sets of workers, each with its own models (default: %(default)s)",
    )
    analyse.add_argument(
        "--resume",
        action="store_true",
        help="keep finished results of the same file, weights and settings",
    )
    names = ", ".join(method.value for method in Method)
    made = ", ".join(method.value for method in FUSED_METHODS)
    analyse.add_argument(
        "--methods",
        type=_methods,
        metavar="LIST",
        help=f"explanations to make, separated by commas: {names} (always made: {made})",
    )
    for method in Method:
        for parameter in method.spec.parameters:
            analyse.add_argument(
                f"--{method.setting(parameter).replace('_', '-')}",
                type=_whole_number(parameter.low, parameter.high),
                metavar="N",
                help=f"{method.spec.name}: {parameter.help} (default: {parameter.default})",
            )
    layers.add_argument("file", type=Path, metavar="FILE")
    layers.add_argument("--layer", action="append", metavar="NAME", help="this layer instead")
    layers.add_argument("--signed", action="store_true", help="evidence against the label, too")
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--keep-text", action="store_true", help="do not blank writing found in the pixels"
    )
    command.add_argument(
        "--turn",
        type=int,
        choices=TURNS,
        help="turn each picture clockwise by so many degrees",
    )
    command.add_argument("--mirror", action="store_true", help="exchange right and left")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="results")
    command.add_argument(
        "--language",
        choices=[item.value for item in Language],
        help=f"of report and messages (default: {Settings().language})",
    )
    command.add_argument("--label", help="the label to explain (default: the predicted one)")
    add_settings_argument(command)


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number from {low} to {high}")
        return value

    return number


def _methods(names: str) -> tuple[Method, ...]:
    """Methods from their names with commas between; the fused ones are always among them."""
    try:
        return with_fused(tuple(Method(name.strip()) for name in names.split(",")))
    except ValueError as error:
        allowed = ", ".join(method.value for method in Method)
        raise argparse.ArgumentTypeError(f"'{names}': choose from {allowed}") from error


def _settings(options: argparse.Namespace) -> Settings:
    """The settings: file and environment, then what was typed."""
    of_methods = [
        method.setting(parameter) for method in Method for parameter in method.spec.parameters
    ]
    typed = {name: getattr(options, name, None) for name in ("methods", *of_methods)}
    typed["language"] = None if options.language is None else Language(options.language)
    typed["explain_label"] = options.label
    typed["turn"] = options.turn
    report_model = getattr(options, "report_model", None)
    if report_model is not None:
        if not report_model.is_file():
            raise ReportModelMissingError
        typed["report_model"] = report_model.resolve()
    if options.keep_text:
        typed["blank_text"] = False
    if options.mirror:
        typed["mirror"] = True
    if getattr(options, "no_report", False):
        typed["write_report"] = False
    given = {name: value for name, value in typed.items() if value is not None}
    return load_settings(options.settings, **given)


def _check_label(parser: argparse.ArgumentParser, settings: Settings) -> None:
    labels = classifier_labels(settings)
    if settings.explain_label is not None and labels and settings.explain_label not in labels:
        parser.error(f"argument --label: '{settings.explain_label}' is none of {', '.join(labels)}")


def _layers(options: argparse.Namespace, settings: Settings, build: Build) -> int:
    with Workers(settings, build) as workers:
        well = layers_command(
            options.file,
            options.out,
            workers=workers,
            layers=tuple(options.layer or ()),
            signed=options.signed,
        )
    return ALL_WELL if well else FAILED
