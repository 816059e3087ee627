"""The audit: a chain of entries, each hashed with the one before it.

An entry is canonical JSON; its hash is a keyed one (HMAC-SHA256) of the hash before it and of
itself, so a changed, moved or removed entry breaks the chain, and nobody without the key can make
another. The row of `store` holds the last hash and the count, sealed as well: entries cannot be cut
off at the end. Somebody who puts back the whole database of yesterday is found out by yesterday's
head only; `python -m records verify` prints it, for a place outside, and takes it with `--head`.

Reference:
    Schneier and Kelsey 1999, Secure audit logs to support computer forensics, ACM TISSEC 2,
    159-176 (hash chains over log entries).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.contents.cipher import Cipher
from records.database.tables import AuditRow, StoreRow
from records.values import Action, AuditEntry

START = "0" * 64
"""The hash before the first entry."""
READ_ROWS = 1000
Details = dict[str, str | int | bool]


def append(
    session: Session,
    cipher: Cipher,
    action: Action,
    *,
    at: datetime,
    actor: str,
    case: str = "",
    details: Details | None = None,
) -> StoreRow:
    """Write one entry; the store's row stays locked until the transaction ends.

    Returns:
        The store's row.
    """
    store = session.execute(select(StoreRow).with_for_update()).scalar_one()
    store.entries += 1
    found = {
        "number": store.entries,
        "at": at.isoformat(timespec="microseconds"),
        "actor": actor,
        "action": action.value,
        "case": case,
        "details": details or {},
    }
    entry = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    store.head = _hash(cipher, store.head, entry)
    store.seal = seal_of(cipher, store)
    session.add(AuditRow(number=store.entries, case_id=case, entry=entry, hash=store.head))
    return store


def seal_of(cipher: Cipher, store: StoreRow) -> str:
    """The keyed hash of the chain's end."""
    return cipher.chained(f"head\0{store.entries}\0{store.head}".encode())


def entries(session: Session, case: str | None = None) -> Iterator[AuditEntry]:
    """The audit in order, of one case or of all; unchecked."""
    query = select(AuditRow).order_by(AuditRow.number)
    if case is not None:
        query = query.where(AuditRow.case_id == case)
    for row in session.scalars(query.execution_options(yield_per=READ_ROWS)):
        yield entry_of(row)


def entry_of(row: AuditRow) -> AuditEntry:
    """An entry from its row.

    Raises:
        ValueError: The row does not hold an entry.
    """
    found: dict[str, Any] = json.loads(row.entry)
    try:
        return AuditEntry(
            number=found["number"],
            at=datetime.fromisoformat(found["at"]),
            actor=found["actor"],
            action=Action(found["action"]),
            case=found["case"],
            details=found["details"],
            hash=row.hash,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(row.number) from error


def broken_link(session: Session, cipher: Cipher) -> int | None:
    """The number of the first entry that does not follow from the one before it.

    Returns:
        The number; one more than the last entry if the end was cut off; `None` if all is well.
    """
    previous, count = START, 0
    query = select(AuditRow).order_by(AuditRow.number)
    for row in session.scalars(query.execution_options(yield_per=READ_ROWS)):
        count += 1
        is_next = row.number == count and row.hash == _hash(cipher, previous, row.entry)
        if not is_next or json.loads(row.entry).get("number") != count:
            return count
        if row.case_id != json.loads(row.entry).get("case"):
            return count
        previous = row.hash
    store = session.execute(select(StoreRow)).scalar_one()
    is_whole = (store.entries, store.head) == (count, previous)
    return None if is_whole and store.seal == seal_of(cipher, store) else count + 1


def _hash(cipher: Cipher, previous: str, entry: str) -> str:
    return cipher.chained(f"{previous}\0{entry}".encode())
