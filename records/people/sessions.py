"""Sessions: who is signed in, until they sign out, rest too long, or their day is over.

The store knows a session by a keyed hash of its token, so whoever reads the database cannot go on
with one. One that has ended is remembered as ended until its time would have been over, for the
cookie of an OpenID provider lives longer.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from records.audit import chain
from records.core import StoreCore
from records.database.tables import SessionRow, UserRow
from records.people.values import Role, User
from records.values import Action

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when somebody was last there."""


class Sessions:
    """Begins, knows and ends sessions."""

    def __init__(self, core: StoreCore) -> None:
        """Keep them with these."""
        self._core = core
        self._rest = timedelta(minutes=core.settings.session_minutes)
        self._day = timedelta(hours=core.settings.session_hours)

    def begin(self, user: str, *, way: str) -> str:
        """Begin a session of a user who has shown who they are.

        Args:
            user: Their name.
            way: How they did, for the audit.

        Returns:
            Its token, which the store itself does not know.
        """
        token = secrets.token_urlsafe(32)
        with self._core.database.write() as session:
            self._insert(session, token, user, way, self._core.clock())
        return token

    def resume(self, token: str, user: str, *, way: str, since: datetime) -> User | None:
        """The user of a session that something outside began, such as an OpenID provider.

        Args:
            token: What identifies it there.
            user: Their name here.
            way: How they signed in, for the audit.
            since: When they did.

        Returns:
            The user, or `None` if there is none of that name, or the session has ended.
        """
        core = self._core
        with core.database.read() as session:
            is_known = session.get(SessionRow, self._id(token)) is not None
            is_user = session.get(UserRow, user) is not None
        if is_user and not is_known and core.clock() - since < self._day:
            with core.database.write() as session:
                if session.get(SessionRow, self._id(token)) is None:
                    self._insert(session, token, user, way, since)
        return self.user(token)

    def user(self, token: str, *, is_there: bool = True) -> User | None:
        """Who a token's session belongs to, as they are now; `None` if it has ended.

        Args:
            token: Its token.
            is_there: Whether the user has just done something; otherwise it is only looked at.
        """
        core = self._core
        with core.database.read() as session:
            row = session.get(SessionRow, self._id(token))
            known = None if row is None else session.get(UserRow, row.user)
            if row is None or known is None or not self._is_open(row, core.clock()):
                return None
            found = User(
                name=known.name,
                full_name=known.full_name,
                role=Role(known.role),
                has_password=known.password is not None,
            )
            is_due = is_there and core.clock() - row.seen_at >= SEEN_EVERY
        if is_due:
            with core.database.write() as session:
                seen = update(SessionRow).where(SessionRow.id == self._id(token))
                session.execute(seen.values(seen_at=core.clock()))
        return found

    def end(self, token: str) -> None:
        """Sign out."""
        core = self._core
        with core.database.write() as session:
            row = session.get(SessionRow, self._id(token))
            if row is None or row.ended:
                return
            row.ended = True
            chain.append(
                session, core.cipher, Action.SIGNED_OUT, at=core.clock(), actor=row.user,
                details={"user": row.user},
            )  # fmt: skip

    def _insert(
        self, session: Session, token: str, user: str, way: str, began_at: datetime
    ) -> None:
        core, now = self._core, self._core.clock()
        session.execute(delete(SessionRow).where(SessionRow.began_at < now - self._day))
        session.add(
            SessionRow(id=self._id(token), user=user, began_at=began_at, seen_at=now, ended=False)
        )
        chain.append(
            session, core.cipher, Action.SIGNED_IN, at=now, actor=user,
            details={"user": user, "way": way},
        )  # fmt: skip

    def _is_open(self, row: SessionRow, now: datetime) -> bool:
        is_rested, is_over = now - row.seen_at >= self._rest, now - row.began_at >= self._day
        return not (row.ended or is_rested or is_over)

    def _id(self, token: str) -> str:
        return self._core.cipher.identifier("session", token)


def end_all(session: Session, user: str) -> None:
    """End a user's sessions, within a transaction."""
    session.execute(update(SessionRow).where(SessionRow.user == user).values(ended=True))
