"""The connection to the database: SQLite or PostgreSQL, transactions that end whole, typed errors.

On SQLite a write begins by taking the only lock there is, so that it cannot fail half way for
somebody else's sake; reads run beside it (write-ahead log). Every commit is on the disk before it
returns. On PostgreSQL the one row of `store` is locked last, by the audit's entry, which ends every
write.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from records.errors import (
    StoreDamagedError,
    StoreDriverMissingError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreUnreachableError,
)

WAIT_S = 15.0
"""How long a write waits for another program's."""
DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
SQLITE_ERRORS = {  # by SQLite's primary result code
    5: StoreLockedError,  # SQLITE_BUSY
    6: StoreLockedError,  # SQLITE_LOCKED
    8: StoreUnreachableError,  # SQLITE_READONLY
    10: StoreUnreachableError,  # SQLITE_IOERR
    11: StoreDamagedError,  # SQLITE_CORRUPT
    13: StoreFullError,  # SQLITE_FULL
    14: StoreUnreachableError,  # SQLITE_CANTOPEN
    26: StoreDamagedError,  # SQLITE_NOTADB
}
POSTGRESQL_ERRORS = {  # by class or code of SQLSTATE
    "53100": StoreFullError,
    "55P03": StoreLockedError,
    "40P01": StoreLockedError,
    "57": StoreUnreachableError,
    "08": StoreUnreachableError,
    "XX": StoreDamagedError,
}


class Database:
    """Opens transactions; what its library raises leaves it as an error of ours."""

    def __init__(self, address: str, wait_s: float = WAIT_S) -> None:
        """Prepare the connection; nothing is opened yet.

        Args:
            address: Such as `sqlite:////var/lib/explaincxr/cases.sqlite` or
                `postgresql://user@host/name`.
            wait_s: How long a write waits for another program's.

        Raises:
            StoreDriverMissingError: The library for PostgreSQL is not installed.
        """
        url = make_url(address)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.engine = _engine(url.set(drivername=DRIVERS[url.get_backend_name()]), wait_s)
        self.file = Path(url.database) if self.is_sqlite and url.database else None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at its end, or leaves nothing behind.

        Raises:
            StoreError: It could not be done; nothing of it was.
        """
        with typed_errors(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"for_write": True})
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one state of the store.

        Raises:
            StoreError: The store does not answer.
        """
        with typed_errors(), Session(self.engine) as session:
            yield session

    def give_space_back(self) -> None:
        """Shrink SQLite's file and empty its log, in which removed rows still stand.

        Raises:
            StoreError: It could not be done.
        """
        if not self.is_sqlite:
            return  # PostgreSQL does so by itself
        with typed_errors():
            pooled = self.engine.raw_connection()
            try:  # outside of any transaction, and each statement to its end
                connection: Any = pooled.driver_connection
                connection.executescript(
                    "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);"
                )
            finally:
                pooled.close()

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()


@contextmanager
def typed_errors() -> Iterator[None]:
    """Let the database's errors leave as errors of ours."""
    try:
        yield
    except DBAPIError as error:
        raise _typed(error.orig)() from error
    except sqlite3.Error as error:  # while a connection is prepared
        raise _typed(error)() from error
    except PoolTimeoutError as error:
        raise StoreLockedError from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (StoreFullError if full else StoreUnreachableError) from error


def _typed(error: Any) -> type[StoreError]:
    """The class of ours for an error of `sqlite3` or `psycopg`."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE_ERRORS.get(code & 0xFF, StoreError)
    state = getattr(error, "sqlstate", None)
    if state is None:  # psycopg could not connect, or lost the connection
        return StoreUnreachableError if type(error).__name__ == "OperationalError" else StoreError
    return POSTGRESQL_ERRORS.get(state) or POSTGRESQL_ERRORS.get(state[:2]) or StoreError


def _engine(url: URL, wait_s: float) -> Engine:
    options: dict[str, Any] = {"pool_size": 8, "max_overflow": 24, "pool_timeout": wait_s}
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite:
        options["connect_args"] = {"timeout": wait_s, "isolation_level": None}
    else:
        own = f"-c lock_timeout={int(wait_s * 1000)} -c timezone=UTC"
        typed = url.query.get("options", "")  # such as the schema that a hospital gives us
        options["pool_pre_ping"] = True
        options["connect_args"] = {
            "connect_timeout": max(2, round(wait_s)),
            "options": f"{typed if isinstance(typed, str) else ' '.join(typed)} {own}",
        }
    try:
        engine = create_engine(url, **options)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreDriverMissingError(package="psycopg") from error
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLite's own knows the letters of English alone
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "auto_vacuum=INCREMENTAL",  # takes effect on a new file only
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _begin_sqlite(connection: Any) -> None:
    """`sqlite3` begins no transaction by itself here; a write takes the lock at its beginning."""
    for_write = connection.get_execution_options().get("for_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if for_write else "BEGIN")
