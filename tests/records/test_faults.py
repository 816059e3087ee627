"""Disk full, database locked, gone or read-only: a sentence, and every case is still there."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from pipeline.settings import ROOT
from pipeline.types import Language
from pipeline.words import message
from records import (
    Arrival,
    StoreFullError,
    StoreLockedError,
    StoreUnreachableError,
)
from records.audit.verification import verify
from records.store import Store
from tests.records.cases import content, differences, sqlite
from tests.records.postgresql import PROGRAMS, Server

PAGE = Arrival(origin="page", data=b"a file")


def stored(store: Store) -> str:
    case = store.receive(PAGE, actor="ada")
    store.save(case, content(), finished=True, actor="ada")
    return case


@contextmanager
def small_disk(store: Store, room_pages: int) -> Iterator[None]:
    """SQLite's file may grow by so many pages and no more: the error is the one of a full disk."""

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + room_pages}")

    engine = store.core.database.engine
    engine.dispose()
    event.listen(engine, "connect", limit)
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path: Path) -> None:
    with Store(sqlite(tmp_path)) as store:
        case, waiting = stored(store), store.receive(PAGE, actor="ada")
        for room in (0, 1, 2, 4, 6):  # at another place of the transaction each time
            with small_disk(store, room):
                with pytest.raises(StoreFullError):
                    store.save(waiting, content(1), finished=True, actor="ada")
                assert differences(content(), store.load(case)) == []
                assert store.upload(waiting) == b"a file"
            assert verify(store.core).findings == ()
        store.save(waiting, content(1), finished=True, actor="ada")  # there is room again
        assert differences(content(1), store.load(waiting)) == []
        assert verify(store.core).findings == ()


def test_a_file_that_may_not_grow_is_said_and_leaves_what_was_there(tmp_path: Path) -> None:
    """The operating system itself refuses to write on, in a process of its own."""
    folder = tmp_path / "store"
    code = f"""
import resource, signal
from pathlib import Path
from pipeline.settings import Settings
from records import Arrival, StoreError, open_store
store = open_store(Settings(store_folder=Path({str(folder)!r})))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
kept = store.receive(Arrival(origin="page", data=b"a" * 1000), actor="ada")
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
count = 1
try:
    while count < 100:
        store.receive(Arrival(origin="page", data=b"a" * 50_000), actor="ada")
        count += 1
except StoreError as error:
    print(error.code, count, store.upload(kept) == b"a" * 1000)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code_said, count, is_there = done.stdout.split()
    assert code_said in ("store_full", "store_unreachable")
    assert is_there == "True"
    with Store(sqlite(tmp_path)) as store:
        assert store.worklist.page().total == int(count)
        assert verify(store.core).findings == ()


def test_a_locked_database_is_said_and_the_case_can_be_stored_afterwards(tmp_path: Path) -> None:
    with Store(sqlite(tmp_path), wait_s=0.2) as store:
        case, waiting = stored(store), store.receive(PAGE, actor="ada")
        other = sqlite3.connect(store.core.database.file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLockedError):
            store.save(waiting, content(1), finished=True, actor="ada")
        with pytest.raises(StoreLockedError):
            store.receive(PAGE, actor="ada")
        assert differences(content(), store.load(case)) == []  # reading goes on meanwhile
        assert store.worklist.page().total == 2
        other.execute("ROLLBACK")
        other.close()
        store.save(waiting, content(1), finished=True, actor="ada")
        assert differences(content(1), store.load(waiting)) == []
        assert verify(store.core).findings == ()


def test_a_lock_that_is_given_back_in_time_is_waited_for(tmp_path: Path) -> None:
    with Store(sqlite(tmp_path), wait_s=30) as store:
        other = sqlite3.connect(
            store.core.database.file, isolation_level=None, check_same_thread=False
        )
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
        timer.start()
        case = store.receive(PAGE, actor="ada")
        timer.join()
        other.close()
        assert store.upload(case) == b"a file"


def test_many_write_at_once_and_nothing_is_lost(settings, clock) -> None:
    with Store(settings) as store:
        cases: list[str] = []

        def work() -> None:
            for _ in range(5):
                cases.append(stored(store))

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(cases)) == 30
        assert sorted(line.number for line in store.worklist.page().lines) == list(range(1, 31))
        assert verify(store.core).findings == ()


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with Store(sqlite(tmp_path)) as store:
        case = stored(store)
        folder = store.core.settings.store_folder
        store.core.database.close()
        folder.rename(folder.with_name("away"))
        with pytest.raises(StoreUnreachableError):
            store.load(case)
        with pytest.raises(StoreUnreachableError):
            store.receive(PAGE, actor="ada")
        folder.with_name("away").rename(folder)
        assert differences(content(), store.load(case)) == []


if PROGRAMS:  # elsewhere SQLite alone is tested, and the summary says so

    def test_a_server_that_dies_is_said_and_its_cases_are_there_afterwards(
        server: Server, tmp_path: Path
    ) -> None:
        settings = sqlite(tmp_path, database=server.database())
        with Store(settings, wait_s=2) as store:
            case, waiting = stored(store), store.receive(PAGE, actor="ada")
            server.stop()
            try:
                for ask in (
                    lambda: store.load(case),
                    store.worklist.page,
                    lambda: store.save(waiting, content(1), finished=True, actor="ada"),
                ):
                    with pytest.raises(StoreUnreachableError):
                        ask()
            finally:
                server.start()
            assert differences(content(), store.load(case)) == []
            assert store.upload(waiting) == b"a file"
            store.save(waiting, content(1), finished=True, actor="ada")
            assert verify(store.core).findings == ()


if PROGRAMS:  # elsewhere SQLite alone is tested, and the summary says so

    def test_a_table_that_another_program_locks_is_said(server: Server, tmp_path: Path) -> None:
        settings = sqlite(tmp_path, database=server.database())
        with Store(settings, wait_s=0.3) as store, Store(settings) as other:
            case = stored(store)
            with other.core.database.write() as session:
                session.connection().exec_driver_sql("LOCK TABLE store IN ACCESS EXCLUSIVE MODE")
                with pytest.raises(StoreLockedError):
                    store.retention.keep(case, actor="ada")
            store.retention.keep(case, actor="ada")
            assert store.line(case).kept


@pytest.mark.parametrize("language", Language)
def test_each_fault_has_its_sentence(language: Language) -> None:
    for error in (StoreFullError, StoreLockedError, StoreUnreachableError):
        assert len(message(error.code, language).split()) > 8


def test_a_failed_transaction_leaves_nothing_in_the_audit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = stored(store)
    entries = len(store.audit())

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("records.store.summarise", fail)
    with pytest.raises(StoreFullError):
        store.save(case, replace(content(1)), finished=True, actor="ada")
    assert len(store.audit()) == entries
    assert differences(content(), store.load(case)) == []
    assert verify(store.core).findings == ()
