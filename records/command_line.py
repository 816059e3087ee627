"""The command line: `python -m records list|verify|keep|release|remove|expire|make_key|users`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.command_line.run_command import ALL_WELL, FAILED, run_command
from pipeline.settings import Settings, add_settings_argument
from pipeline.words import message
from records import CaseQuery, CaseStatus, Order, open_store
from records.errors import StoreKeyInvalidError
from records.people.command_line import add_users_command
from records.people.operator import operator
from records.values import CaseLine


def main(arguments: Sequence[str]) -> int:
    """Run a command.

    Args:
        arguments: As typed, without the program's name.

    Returns:
        0 if all is well; 1 if not, or if `verify` found something; 2 for wrong usage; 130
        if it was interrupted.
    """
    return run_command(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m records", description="The case store.")
    commands = parser.add_subparsers(dest="command", required=True)
    listed = commands.add_parser("list", help="the worklist, what should be read first on top")
    listed.add_argument("--search", default="", metavar="TEXT", help="number, label, signer, id")
    listed.add_argument(
        "--status", action="append", default=[], choices=list(CaseStatus), help="only these"
    )
    listed.add_argument("--newest", action="store_true", help="the latest first")
    listed.add_argument("--limit", type=int, default=100, metavar="N", help="default: 100")
    listed.set_defaults(run=_list)
    check = commands.add_parser(
        "verify", help="whether audit, cases and signatures are as they were written"
    )
    check.add_argument(
        "--head", metavar="HASH", help="a head printed earlier, which the audit must still hold"
    )
    check.add_argument("--quick", action="store_true", help="leave the cases' contents closed")
    check.add_argument("--json", type=Path, metavar="FILE", help="write what was found here too")
    check.set_defaults(run=_verify)
    for name, text in (
        ("keep", "let a case stay beyond its time"),
        ("release", "let a kept case leave like the others"),
        ("remove", "remove a case at once"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("case", help="its id, as `list` prints it")
        command.set_defaults(run=_change)
    expire = commands.add_parser("expire", help="remove the cases whose time is over")
    expire.set_defaults(run=_expire)
    make_key = commands.add_parser("make_key", help="make a key file, for `store_key_file`")
    make_key.add_argument("file", type=Path)
    make_key.set_defaults(run=_make_key)
    for command in commands.choices.values():
        add_settings_argument(command)
    add_users_command(commands)
    return parser


def _list(options: argparse.Namespace, settings: Settings) -> int:
    query = CaseQuery(
        search=options.search,
        statuses=tuple(CaseStatus(name) for name in options.status),
        order=Order.NEWEST if options.newest else Order.PRIORITY,
        limit=options.limit,
    )
    with open_store(settings) as store:
        page = store.worklist.page(query)
    for line in page.lines:
        print(_said(line))
    print(f"{len(page.lines)} of {page.total} cases")
    return ALL_WELL


def _said(line: CaseLine) -> str:
    probability = "" if line.probability is None else f"{line.probability:.2f}"
    leaves = "kept" if line.expires_at is None else f"until {line.expires_at:%Y-%m-%d %H:%M}"
    return (
        f"{line.number:>6}  {line.id}  {line.received_at:%Y-%m-%d %H:%M}  {line.status:<8}"
        f"{'!' if line.urgent else ' '} {line.label or line.error or '':<16} "
        f"{probability:<5} {leaves}"
    )


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    from records.audit.verification import verify

    with open_store(settings) as store:
        found = verify(store.core, head=options.head, contents=not options.quick)
    for finding in found.findings:
        print(message(finding.code, settings.language, **finding.parameters), file=sys.stderr)
    print(
        f"{len(found.findings)} findings; {found.cases} cases, {found.signatures} signatures, "
        f"{found.removed} cases gone, {found.entries} entries in the audit"
    )
    print(f"head: {found.head}")
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    return FAILED if found.findings else ALL_WELL


def _change(options: argparse.Namespace, settings: Settings) -> int:
    with open_store(settings) as store:
        getattr(store.retention, options.command)(options.case, actor=operator())
    return ALL_WELL


def _expire(_: argparse.Namespace, settings: Settings) -> int:
    with open_store(settings) as store:  # opening it removes them, and so does this
        store.retention.expire()
        print(f"{store.worklist.page(CaseQuery(limit=0)).total} cases stay")
    return ALL_WELL


def _make_key(options: argparse.Namespace, _: Settings) -> int:
    from records.contents.key_file import make_key

    key = make_key(options.file)
    if not key.made:
        raise StoreKeyInvalidError(file=key.file.name)
    print(f"{key.file}: keep a copy elsewhere; without it no stored case can be read")
    return ALL_WELL
