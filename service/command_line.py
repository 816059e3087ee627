"""The command line: `python -m service`, `make_key`, `revoke_key` and `keys`."""

import argparse
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.command_line.run_command import ALL_WELL, run_command
from pipeline.settings import Settings, add_settings_argument, changed_settings
from service.errors import KeysUnnamedError, ServicePackageError
from service.keys import OF_A_CLIENT, Scope, make_key, read_keys, revoke_key

SERVE = "serve"
PORT_VARIABLE = "PORT"
"""The one port that a container is given, as on Cloud Run."""
DESCRIPTION = "The web service. For research use only. Not a medical device."


def main(arguments: Sequence[str]) -> int:
    """Run a command; `serve` if none is named.

    Args:
        arguments: As typed, without the program's name.

    Returns:
        0 if all went well, 1 if not, 2 for wrong usage, 130 if it was interrupted.
    """
    is_bare = not arguments or (arguments[0].startswith("-") and arguments[0] not in HELP)
    return run_command(_parser().parse_args([SERVE, *arguments] if is_bare else arguments))


HELP = ("-h", "--help")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        SERVE, help="answer HTTP until interrupted (without a command, too)"
    )
    serve.set_defaults(run=_serve)
    serve.add_argument("--address", help="where to listen (default: this computer alone)")
    serve.add_argument(
        "--port",
        type=int,
        help=f"the port (default: the variable {PORT_VARIABLE}, or the settings)",
    )
    make = commands.add_parser("make_key", help="make an API key and show it, this once")
    make.set_defaults(run=_make_key)
    make.add_argument("name", metavar="NAME")
    make.add_argument(
        "--scopes",
        type=_scopes,
        default=OF_A_CLIENT,
        metavar="LIST",
        help=f"what it allows, of {', '.join(Scope)} (default: {', '.join(OF_A_CLIENT)})",
    )
    make.add_argument("--per-minute", type=int, default=600, help="most requests (default: 600)")
    make.add_argument("--days", type=float, help="how long it lasts (default: for ever)")
    revoke = commands.add_parser("revoke_key", help="remove a key; a running service follows")
    revoke.set_defaults(run=_revoke_key)
    revoke.add_argument("name", metavar="NAME")
    listed = commands.add_parser("keys", help="list the keys' names and what they allow")
    listed.set_defaults(run=_list_keys)
    for command in (serve, make, revoke, listed):
        command.add_argument(
            "--keys", type=Path, metavar="FILE", help="the file of keys (default: the settings')"
        )
        add_settings_argument(command)
    return parser


def _scopes(text: str) -> tuple[Scope, ...]:
    return tuple(Scope(name.strip()) for name in text.split(","))


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    port = options.port or os.environ.get(PORT_VARIABLE)
    chosen = changed_settings(
        settings,
        service_address=options.address,
        service_port=port,
        service_keys_file=options.keys,
    )
    try:
        from service.server import serve
    except ModuleNotFoundError as error:
        raise ServicePackageError(package=error.name or "fastapi") from error
    serve(chosen)
    return ALL_WELL


def _make_key(options: argparse.Namespace, settings: Settings) -> int:
    expires = None if options.days is None else datetime.now(UTC) + timedelta(days=options.days)
    made = make_key(
        _file(options, settings),
        options.name,
        scopes=options.scopes,
        per_minute=options.per_minute,
        expires=expires,
    )
    print(made)
    return ALL_WELL


def _revoke_key(options: argparse.Namespace, settings: Settings) -> int:
    revoke_key(_file(options, settings), options.name)
    return ALL_WELL


def _list_keys(options: argparse.Namespace, settings: Settings) -> int:
    for key in read_keys(_file(options, settings)):
        until = "" if key.expires is None else f", until {key.expires:%Y-%m-%d}"
        print(f"{key.name}: {', '.join(key.scopes)}, {key.per_minute} a minute{until}")
    return ALL_WELL


def _file(options: argparse.Namespace, settings: Settings) -> Path:
    found: Path | None = options.keys or settings.service_keys_file
    if found is None:
        raise KeysUnnamedError
    return found.expanduser()
