"""Users: added and changed with the audit, asked for passwords, and made to wait."""

import io
import sys

import pytest
from sqlalchemy import select

from records.audit.verification import verify
from records.command_line import main
from records.database.tables import AttemptRow, UserRow
from records.errors import (
    LoginPackageMissingError,
    PasswordUnfitError,
    SignInRefusedError,
    SignInTooSoonError,
    UserExistsError,
    UserNameInvalidError,
    UserUnknownError,
)
from records.people import passwords
from records.people.attempts import wait_s
from records.people.values import Right, Role
from records.store import Store
from records.values import Action
from tests.records.cases import sqlite

PASSWORD = "correct horse battery"
ADA = {"full_name": "Dr Ada Byron", "role": Role.SIGNER, "actor": "root"}


def actions(store):
    return [(entry.action, entry.actor, entry.details.get("user")) for entry in store.audit()][1:]


def test_a_user_is_added_asked_and_removed_and_the_audit_says_so(store):
    added = store.users.add(" Ada@Clinic.Example ", password=PASSWORD, **ADA)
    assert (added.name, added.full_name, added.role) == (
        "ada@clinic.example",
        "Dr Ada Byron",
        Role.SIGNER,
    )
    assert store.users.asked("ADA@clinic.example", PASSWORD) == added
    store.users.change_role(added.name, Role.ADMIN, actor="root")
    assert store.users.get(added.name).role is Role.ADMIN
    store.users.remove(added.name, actor="root")
    assert store.users.all() == ()
    with pytest.raises(SignInRefusedError):
        store.users.asked(added.name, PASSWORD)
    assert actions(store) == [
        (Action.USER_ADDED, "root", "ada@clinic.example"),
        (Action.USER_CHANGED, "root", "ada@clinic.example"),
        (Action.USER_REMOVED, "root", "ada@clinic.example"),
    ]
    assert verify(store.core).findings == ()


def test_a_password_is_stored_as_argon2id_alone_and_renewed_when_it_is_outdated(store, monkeypatch):
    store.users.add("ada", password=PASSWORD, **ADA)

    def stored():
        with store.core.database.read() as session:
            return session.scalar(select(UserRow.password))

    first = stored()
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in first
    store.users.asked("ada", PASSWORD)
    assert stored() == first
    monkeypatch.setattr(passwords, "is_outdated", lambda _: True)
    store.users.asked("ada", PASSWORD)
    assert stored() != first
    assert passwords.is_right(PASSWORD, stored())


def test_what_cannot_be_a_user_is_refused(store):
    with pytest.raises(PasswordUnfitError):
        store.users.add("ada", password="eleven char", **ADA)
    for name in ("", "  ", "a" * 201, "a\nb"):
        with pytest.raises(UserNameInvalidError):
            store.users.add(name, password=None, **ADA)
    store.users.add("ada", password=None, **ADA)
    with pytest.raises(UserExistsError):
        store.users.add("Ada", password=PASSWORD, **ADA)
    for change in (store.users.remove, store.users.get):
        with pytest.raises(UserUnknownError):
            change("bob", **({"actor": "root"} if change == store.users.remove else {}))


def test_a_user_of_a_provider_has_no_password_that_is_right(store):
    store.users.add("ada", password=None, **ADA)
    for password in ("", "None", "nobody"):
        with pytest.raises(SignInRefusedError):
            store.users.asked("ada", password)


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_wrong_passwords_slow_down_whether_there_is_such_a_user_or_not(store, clock, name):
    store.users.add("ada", password=PASSWORD, **ADA)
    for _ in range(3):
        with pytest.raises(SignInRefusedError):
            store.users.asked(name, "wrong password")
    waited = []
    for _ in range(4):
        with pytest.raises(SignInTooSoonError) as caught:
            store.users.asked(name, PASSWORD)  # not even the right one is looked at
        waited.append(caught.value.parameters["seconds"])
        clock.pass_by(seconds=waited[-1])
        with pytest.raises(SignInRefusedError):
            store.users.asked(name, "wrong password")
    assert waited == [1, 2, 4, 8]
    clock.pass_by(days=2)
    with pytest.raises(SignInRefusedError):
        store.users.asked(name, "wrong password")
    refused = [entry for entry in store.audit() if entry.action is Action.SIGN_IN_REFUSED]
    assert len(refused) == (8 if name == "ada" else 0)
    with store.core.database.read() as session:
        assert "nobody" not in {row.name for row in session.scalars(select(AttemptRow))}


def test_the_wait_grows_to_five_minutes_and_a_right_password_ends_it(store, clock):
    assert [wait_s(n) for n in (0, 2, 3, 4, 11, 12, 10_000)] == [0, 0, 1, 2, 256, 300, 300]
    store.users.add("ada", password=PASSWORD, **ADA)
    for _ in range(3):
        with pytest.raises(SignInRefusedError):
            store.users.asked("ada", "wrong password")
    clock.pass_by(seconds=1)
    store.users.asked("ada", PASSWORD)
    with pytest.raises(SignInRefusedError):
        store.users.asked("ada", "wrong password")


def test_roles_sign_or_administer():
    assert [role for role in Role if role.may(Right.SIGN)] == [Role.SIGNER]
    assert [role for role in Role if role.may(Right.AUDIT)] == [Role.ADMIN]
    assert not any(Role.READER.may(right) for right in Right)


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "argon2", None)
    passwords._hasher.cache_clear()
    with pytest.raises(LoginPackageMissingError) as caught:
        passwords.hashed(PASSWORD)
    assert caught.value.parameters == {"package": "argon2-cffi"}


def test_the_command_line_adds_lists_changes_and_removes(tmp_path, monkeypatch, capsys):
    settings = sqlite(tmp_path)
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(settings.store_folder))

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["users", *arguments])
        said = capsys.readouterr()
        return code, said.out or said.err

    add = ("add", "ada", "--full-name", "Dr Ada Byron", "--role", "signer")
    assert run(*add, typed=f"{PASSWORD}\n") == (0, "ada  signer  password  Dr Ada Byron\n")
    assert run(*add, typed=f"{PASSWORD}\n") == (1, "There is a user “ada” already.\n")
    bob = ("add", "bob", "--full-name", "Bob", "--role", "reader", "--no-password")
    assert run(*bob)[0] == 0
    assert run("role", "bob", "admin")[0] == 0
    assert run("password", "ada", typed="short\n")[0] == 1
    assert run("password", "ada", typed="another long password\n")[0] == 0
    with Store(settings) as store:
        assert store.users.asked("ada", "another long password").role is Role.SIGNER
    assert run("list")[1].splitlines() == [
        "ada  signer  password  Dr Ada Byron",
        "bob  admin  provider  Bob",
    ]
    assert run("remove", "bob")[0] == 0
    assert run("remove", "bob") == (1, "There is no user “bob”.\n")
