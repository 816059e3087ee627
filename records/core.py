"""What every part of the store works with: the database, the cipher, the settings, the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from records.errors import CaseMissingError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipeline.settings import Settings
    from records.contents.cipher import Cipher
    from records.database.connection import Database
    from records.database.tables import CaseRow

Clock = Callable[[], datetime]
"""The time now, UTC."""


def utc_now() -> datetime:
    """The time now, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoreCore:
    """What every part of the store works with."""

    database: "Database"
    cipher: "Cipher"
    settings: "Settings"
    clock: Clock = utc_now

    @property
    def retention(self) -> timedelta:
        """How long a case stays after its last change, unless it is kept."""
        return timedelta(hours=self.settings.retention_hours)


def case_row(session: "Session", case: str, *, for_change: bool = False) -> "CaseRow":
    """A case's row, locked if it is about to be changed.

    Raises:
        CaseMissingError: There is no such case.
    """
    from records.database.tables import CaseRow

    query = select(CaseRow).where(CaseRow.id == case)
    found = session.execute(query.with_for_update() if for_change else query).scalar_one_or_none()
    if found is None:
        raise CaseMissingError(case=case)
    return found
