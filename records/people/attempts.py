"""Wrong passwords slow down: each further one in a row makes the next try wait twice as long.

A try counts as wrong before it is looked at, in a transaction of its own, so tries side by side are
no faster. Names that nobody has are counted alike, or the waiting would tell who is a user.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete

from records.core import StoreCore
from records.database.tables import AttemptRow
from records.errors import SignInTooSoonError

AT_ONCE = 3
"""Wrong passwords in a row that cost nothing."""
LONGEST_S = 300
FORGOTTEN = timedelta(days=1)


def wait_s(failures: int) -> int:
    """How long after so many wrong passwords in a row the next one has to wait, in seconds."""
    if failures < AT_ONCE:
        return 0
    return int(min(2 ** min(failures - AT_ONCE, 30), LONGEST_S))


def count(core: StoreCore, name: str) -> int:
    """Count a try as wrong.

    Args:
        core: The store's.
        name: Who somebody wants to be.

    Returns:
        How many there are in a row.

    Raises:
        SignInTooSoonError: It has to wait; it is not counted.
    """
    with core.database.write() as session:
        now = core.clock()
        session.execute(delete(AttemptRow).where(AttemptRow.last_at < now - FORGOTTEN))
        key = core.cipher.identifier("attempt", name)
        row = session.get(AttemptRow, key)
        if row is None:
            row = AttemptRow(name=key, failures=0, last_at=now)
            session.add(row)
        left = _left_s(row, now)
        if left > 0:
            raise SignInTooSoonError(seconds=left)
        row.failures, row.last_at = row.failures + 1, now
        return row.failures


def forget(core: StoreCore, name: str) -> None:
    """Begin anew: the password was right."""
    with core.database.write() as session:
        key = core.cipher.identifier("attempt", name)
        session.execute(delete(AttemptRow).where(AttemptRow.name == key))


def _left_s(row: AttemptRow, now: datetime) -> int:
    """The seconds that are left to wait, rounded up."""
    until = row.last_at + timedelta(seconds=wait_s(row.failures))
    return -(-(until - now) // timedelta(seconds=1))
