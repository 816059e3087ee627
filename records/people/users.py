"""The users: added, changed and removed by an administrator of the computer, each in the audit."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.audit import chain
from records.core import StoreCore
from records.database.tables import UserRow
from records.errors import (
    SignInRefusedError,
    UserExistsError,
    UserNameInvalidError,
    UserUnknownError,
)
from records.people import attempts, passwords, sessions
from records.people.values import Role, User
from records.values import Action

LONGEST_NAME = 200


class Users:
    """Keeps the users and asks them for their passwords."""

    def __init__(self, core: StoreCore) -> None:
        """Keep them with these."""
        self._core = core

    def all(self) -> tuple[User, ...]:
        """All users by name."""
        with self._core.database.read() as session:
            return tuple(map(_user, session.scalars(select(UserRow).order_by(UserRow.name))))

    def get(self, name: str) -> User:
        """A user.

        Raises:
            UserUnknownError: There is none of that name.
        """
        with self._core.database.read() as session:
            return _user(_row(session, name))

    def add(
        self, name: str, *, full_name: str, role: Role, password: str | None, actor: str
    ) -> User:
        """Add a user.

        Args:
            name: What they sign in as, whatever the case of its letters.
            full_name: The name that stands under what they sign.
            role: What they are here for.
            password: `None` for those who sign in with a provider alone.
            actor: Who adds them.

        Raises:
            UserExistsError: There is one of that name.
            UserNameInvalidError: A name is empty, too long, or has unprintable letters.
            PasswordUnfitError: The password is too short or too long.
        """
        key, full_name = _key(name), full_name.strip()
        for one in (key, full_name):
            if not (0 < len(one) <= LONGEST_NAME and one.isprintable()):
                raise UserNameInvalidError(longest=LONGEST_NAME)
        stored = None if password is None else passwords.hashed(password)
        with self._core.database.write() as session:
            if session.get(UserRow, key) is not None:
                raise UserExistsError(name=key)
            row = UserRow(name=key, full_name=full_name, role=role, password=stored)
            session.add(row)
            self._note(session, Action.USER_ADDED, key, actor, role=role, full_name=full_name)
            return _user(row)

    def change_role(self, name: str, role: Role, *, actor: str) -> None:
        """Give a user another role; it holds from their next click on.

        Raises:
            UserUnknownError: There is none of that name.
        """
        with self._core.database.write() as session:
            row = _row(session, name)
            row.role = role
            self._note(session, Action.USER_CHANGED, row.name, actor, role=role)

    def change_password(self, name: str, password: str, *, actor: str) -> None:
        """Give a user another password; their sessions end.

        Raises:
            UserUnknownError: There is none of that name.
            PasswordUnfitError: The password is too short or too long.
        """
        stored = passwords.hashed(password)
        with self._core.database.write() as session:
            row = _row(session, name)
            row.password = stored
            sessions.end_all(session, row.name)
            self._note(session, Action.USER_CHANGED, row.name, actor, password=True)

    def remove(self, name: str, *, actor: str) -> None:
        """Remove a user; their sessions end, and what they signed stays as it is.

        Raises:
            UserUnknownError: There is none of that name.
        """
        with self._core.database.write() as session:
            row = _row(session, name)
            sessions.end_all(session, row.name)
            session.delete(row)
            self._note(session, Action.USER_REMOVED, row.name, actor)

    def asked(self, name: str, password: str) -> User:
        """The user of that name, if the password is theirs.

        Raises:
            SignInRefusedError: It is not, or there is no such user; which of both is not said.
            SignInTooSoonError: Too many wrong ones came before; this one was not looked at.
            LoginPackageMissingError: argon2-cffi is not installed.
        """
        key, core = _key(name), self._core
        failures = attempts.count(core, key)
        with core.database.read() as session:
            row = session.get(UserRow, key)
            stored, user = (None, None) if row is None else (row.password, _user(row))
        if not passwords.is_right(password, stored) or user is None or stored is None:
            if user is not None:
                with core.database.write() as session:
                    self._note(session, Action.SIGN_IN_REFUSED, key, key, failures=failures)
            raise SignInRefusedError
        attempts.forget(core, key)
        if passwords.is_outdated(stored):
            renewed = passwords.hashed(password)
            with core.database.write() as session:
                _row(session, key).password = renewed
        return user

    def _note(
        self, session: Session, action: Action, user: str, actor: str, **details: Any
    ) -> None:
        core = self._core
        found = {"user": user, **details}
        chain.append(session, core.cipher, action, at=core.clock(), actor=actor, details=found)


def _key(name: str) -> str:
    return name.strip().casefold()


def _row(session: Session, name: str) -> UserRow:
    row = session.get(UserRow, _key(name))
    if row is None:
        raise UserUnknownError(name=_key(name))
    return row


def _user(row: UserRow) -> User:
    has_password = row.password is not None
    return User(
        name=row.name, full_name=row.full_name, role=Role(row.role), has_password=has_password
    )
