"""Opening the store: its file and its key are made where there are none, its tables brought up."""

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from pipeline.settings import Settings
from records.audit import chain
from records.contents.cipher import Cipher
from records.contents.key_file import KEY_FILE, StoreKey, make_key, read_key
from records.database.connection import Database, typed_errors
from records.database.migrate import HEAD, migrate
from records.database.tables import StoreRow
from records.errors import StoreKeyMissingError, StoreKeyWrongError
from records.values import Action

DATABASE_FILE = "cases.sqlite"
SYSTEM = "system"
"""Who did what no person did."""


def store_folder(settings: Settings) -> Path:
    """The folder of the database's and the key's file, where no other place is named."""
    return settings.store_folder.expanduser().resolve()


def open_database(settings: Settings, wait_s: float) -> Database:
    """The database that the settings name; SQLite's file is made for its user's eyes only.

    Raises:
        StoreError: It cannot be made.
    """
    address = settings.database or f"sqlite:///{store_folder(settings) / DATABASE_FILE}"
    database = Database(address, wait_s)
    if database.file is not None:
        with typed_errors():
            database.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(database.file, os.O_RDWR | os.O_CREAT, 0o600))
    return database


def unlock(database: Database, settings: Settings, now: datetime) -> tuple[Cipher, StoreKey]:
    """Bring the tables up to date and find the key that the store is encrypted with.

    Raises:
        StoreError: The database does not answer, or the key is missing or another one.
    """
    with database.read() as session:
        is_current = _is_current(session)
        known = session.execute(select(StoreRow.key_id)).scalar() if is_current else None
    if known is None:
        with database.write() as session:  # one at a time; whoever is second finds it done
            migrate(session)
            known = session.execute(select(StoreRow.key_id)).scalar()
            if known is None:
                key = _key(settings, may_make=True)
                cipher = Cipher(key.value)
                _begin(session, cipher, now)
                return cipher, key
    key = _key(settings, may_make=False)
    cipher = Cipher(key.value)
    if cipher.key_id != known:
        raise StoreKeyWrongError(file=key.file.name)
    return cipher, key


def _is_current(session: Session) -> bool:
    if not inspect(session.connection()).has_table("alembic_version"):
        return False
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def _begin(session: Session, cipher: Cipher, now: datetime) -> None:
    """Begin the audit of a new store."""
    store = StoreRow(
        id=1, key_id=cipher.key_id, made_at=now, cases=0, entries=0, head=chain.START, seal=""
    )
    session.add(store)
    session.flush()
    chain.append(
        session,
        cipher,
        Action.STORE_MADE,
        at=now,
        actor=SYSTEM,
        details={"key": cipher.key_id},
    )


def _key(settings: Settings, *, may_make: bool) -> StoreKey:
    """The key of the settings; one is made only for a new store, and only where none is named."""
    file = settings.store_key_file or store_folder(settings) / KEY_FILE
    try:
        return read_key(file.expanduser())
    except StoreKeyMissingError:
        if not may_make or settings.store_key_file is not None:
            raise
        return make_key(file)
