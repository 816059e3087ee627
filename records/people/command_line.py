"""`python -m records users add|list|role|password|remove`."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from pipeline.settings import Settings, add_settings_argument
from records import open_store
from records.people.operator import operator
from records.people.values import Role, User

if TYPE_CHECKING:
    from records.people.users import Users


def add_users_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `users` to the commands."""
    users = commands.add_parser("users", help="who may sign in on the page, and as what")
    changes = users.add_subparsers(dest="change", required=True)
    changes.add_parser("list", help="all users")
    add = changes.add_parser("add", help="add a user; the password is asked for")
    add.add_argument("--full-name", required=True, help="as it stands under what they sign")
    add.add_argument(
        "--no-password", action="store_true", help="they sign in with the OpenID provider alone"
    )
    role = changes.add_parser("role", help="give a user another role, from their next click on")
    password = changes.add_parser("password", help="give a user another password")
    remove = changes.add_parser("remove", help="remove a user; what they signed stays")
    for command in (add, role, password, remove):
        command.add_argument("name", help="what they sign in as, such as an e-mail address")
    add.add_argument("--role", required=True, type=Role, choices=list(Role))
    role.add_argument("role", type=Role, choices=list(Role))
    for command in changes.choices.values():
        add_settings_argument(command)
    users.set_defaults(run=_run)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    with open_store(settings) as store:
        _change(store.users, options, operator())
    return 0


def _change(users: "Users", options: argparse.Namespace, actor: str) -> None:
    match options.change:
        case "add":
            password = None if options.no_password else _password()
            user = users.add(
                options.name,
                full_name=options.full_name,
                role=options.role,
                password=password,
                actor=actor,
            )
            print(_said(user))
        case "role":
            users.change_role(options.name, options.role, actor=actor)
        case "password":
            users.change_password(options.name, _password(), actor=actor)
        case "remove":
            users.remove(options.name, actor=actor)
        case _:
            for user in users.all():
                print(_said(user))


def _password() -> str:
    """A password from the keyboard, or from the first line of a pipe; never from an argument."""
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\r\n")


def _said(user: User) -> str:
    way = "password" if user.has_password else "provider"
    return f"{user.name}  {user.role}  {way}  {user.full_name}"
