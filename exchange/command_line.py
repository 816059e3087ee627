"""The command line: `python -m exchange export`, `fhir`, `listen` and `pull`."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from exchange.destinations import destination
from exchange.errors import DestinationMissingError, ExchangeError
from exchange.exported_case import ExportedCase
from exchange.fhir import bundle_of, post_bundle
from exchange.objects import objects_of
from exchange.signature import Signature
from exchange.stored_case import is_stored, stored_case
from exchange.study import Study, study_of
from pipeline.analyser import Analyser
from pipeline.command_line.run_command import ALL_WELL, FAILED, run_command
from pipeline.errors import OutputError, UnreadableFileError
from pipeline.reading import check_size
from pipeline.result_folder import write_private
from pipeline.settings import Settings, add_settings_argument
from pipeline.words import message
from records import open_store
from records.people.operator import operator

SERVER = "SERVER"  # the configured one
DESCRIPTION = "Exchange with a hospital's systems. For research use only. Not a medical device."


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Args:
        arguments: As typed, without the program's name.

    Returns:
        0 if all went well, 1 if not, 2 for wrong usage, 130 if it was interrupted.
    """
    return run_command(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exchange", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser(
        "export",
        help="a case as DICOM objects: SR, SEG, SC, PDF",
        description=f"{DESCRIPTION} The objects go into the study of the DICOM file that was "
        "analysed; without it into a new one, under a pseudonym.",
    )
    export.set_defaults(run=_export)
    export.add_argument(
        "--to", required=True, metavar="DIR|PACS", help="a folder, or PACS for the configured one"
    )
    fhir = commands.add_parser(
        "fhir",
        help="a case as a FHIR Bundle",
        description=f"{DESCRIPTION} A DiagnosticReport with its Observations, the ImagingStudy and "
        "the pictures, as a transaction that makes nothing twice.",
    )
    fhir.set_defaults(run=_fhir)
    fhir.add_argument("--to", required=True, metavar="DIR|SERVER", help=f"a folder, or {SERVER}")
    for command in (export, fhir):
        command.add_argument(
            "case",
            type=Path,
            metavar="CASE",
            help="a result folder of `python -m pipeline analyse`, or the id of a stored case, "
            "which is exported as it was signed last",
        )
        command.add_argument(
            "--source", type=Path, metavar="FILE", help="the DICOM file that was analysed"
        )
        add_settings_argument(command)
    listen = commands.add_parser(
        "listen",
        help="take studies by C-STORE from known titles, analyse them, until interrupted",
        description=f"{DESCRIPTION} Radiographs wait on the worklist with their results.",
    )
    listen.set_defaults(run=_listen)
    bring = commands.add_parser(
        "pull",
        help="ask the configured PACS for new radiographs, analyse them",
        description=f"{DESCRIPTION} Only series of CR, DX or RG that name the chest or nothing.",
    )
    bring.set_defaults(run=_pull)
    for name, said in (("since", "first"), ("until", "last")):
        bring.add_argument(
            f"--{name}",
            type=date.fromisoformat,
            metavar="DATE",
            help=f"{said} day of the studies, as 2026-11-27 (default: today)",
        )
    for command in (listen, bring):
        add_settings_argument(command)
    return parser


def _export(options: argparse.Namespace, settings: Settings) -> int:
    to = destination(options.to, settings)
    case, study, signature = _case_and_study(options, settings)
    objects = objects_of(case, study, signature)
    to.send(objects)
    print(f"{options.case.name}: {len(objects)} objects to {options.to}")
    return ALL_WELL


def _fhir(options: argparse.Namespace, settings: Settings) -> int:
    if options.to == SERVER and settings.fhir_server is None:
        raise DestinationMissingError(setting="fhir_server")
    case, study, signature = _case_and_study(options, settings)
    bundle = bundle_of(case, study, signature, settings.fhir_version)
    if options.to == SERVER:
        count = post_bundle(bundle, settings)
        print(f"{options.case.name}: {count} resources to {SERVER}")
        return ALL_WELL
    folder = Path(options.to)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(file=folder.name) from error
    name = f"{options.case.name}.{settings.fhir_version}.json"
    write_private(folder / name, bundle)
    print(f"{options.case.name}: {folder / name}")
    return ALL_WELL


def _listen(options: argparse.Namespace, settings: Settings) -> int:
    from exchange.node.analysis import keep_analysing
    from exchange.node.inbox import Inbox
    from exchange.node.listener import Listener

    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    with (
        open_store(settings) as store,
        Analyser(settings=settings) as analyser,
        Listener(settings, Inbox(store, settings)),
    ):
        known = ", ".join(settings.known_titles)
        where = f"{settings.ae_title}@{settings.listen_address}:{settings.listen_port}"
        print(f"listening: {where}, known titles: {known}", flush=True)
        keep_analysing(store, analyser, ended, _tell)
    return ALL_WELL


def _pull(options: argparse.Namespace, settings: Settings) -> int:
    from exchange.node.analysis import analyse_waiting
    from exchange.node.inbox import Inbox
    from exchange.node.pull import archive_of, pull

    archive = archive_of(settings)
    today = date.today()
    first, last = options.since or today, options.until or today
    code = ALL_WELL
    with open_store(settings) as store, Analyser(settings=settings) as analyser:
        try:
            received = list(pull(archive, Inbox(store, settings), store, first, last))
            print(f"pulled: {sum(one.is_new for one in received)} new of {len(received)}")
        except ExchangeError as error:  # what came before is analysed all the same
            print(message(error.code, settings.language, **error.parameters), file=sys.stderr)
            code = FAILED
        for case, error_code in analyse_waiting(store, analyser):
            _tell(case, error_code)
    return code


def _tell(case: str, code: str | None) -> None:
    print(f"case {case[:8]}: {code or 'analysed'}", flush=True)


def _case_and_study(
    options: argparse.Namespace, settings: Settings
) -> tuple[ExportedCase, Study, Signature | None]:
    signature = None
    if is_stored(options.case):
        with open_store(settings) as store:
            case, signature = stored_case(store, str(options.case))
            store.note_view(str(options.case), actor=operator())
    else:
        case = ExportedCase.of_folder(options.case)
    source = None if options.source is None else _content(options.source, settings)
    return case, study_of(case, source), signature


def _content(file: Path, settings: Settings) -> bytes:
    try:
        if not file.is_file():
            raise UnreadableFileError
        check_size(file.stat().st_size, settings)
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError from error
