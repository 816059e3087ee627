"""Opening: the key, the folder, the tables, and what does not fit."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import ValidationError
from sqlalchemy import text

from pipeline.settings import ROOT, Settings, load_settings
from records import Arrival, open_store
from records.audit.verification import verify
from records.contents.key_file import make_key, read_key
from records.database.migrate import HEAD, MIGRATIONS
from records.database.tables import Table
from records.errors import (
    StoreDamagedError,
    StoreDriverMissingError,
    StoreKeyInvalidError,
    StoreKeyMissingError,
    StoreKeyWrongError,
    StoreNewerError,
    StoreUnreachableError,
)
from records.store import Store
from tests.records.cases import sqlite


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_folder_database_and_key_are_made_for_their_user_alone(tmp_path: Path) -> None:
    settings = sqlite(tmp_path)
    with Store(settings) as store:
        assert store.key.made
        assert store.key.file == settings.store_folder / "store.key"
        store.receive(Arrival(origin="page", data=b"a file"), actor="ada")
        assert mode(settings.store_folder) == 0o700
        modes = {file.name: mode(file) for file in settings.store_folder.iterdir()}
        names = ("store.key", "cases.sqlite", "cases.sqlite-wal", "cases.sqlite-shm")
        assert modes == dict.fromkeys(names, 0o600)
        assert repr(store.key.value) not in repr(store.key)
    with Store(settings) as store:
        assert not store.key.made
        assert store.worklist.page().total == 1


def test_the_users_folder_is_meant_by_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_store(Settings()):
        assert (tmp_path / ".explaincxr" / "cases.sqlite").is_file()


def test_a_named_key_is_used_and_not_made(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "secret" / "my.key"
    named = Settings(
        store_folder=settings.store_folder, database=settings.database, store_key_file=file
    )
    with pytest.raises(StoreKeyMissingError) as caught:
        Store(named)
    assert caught.value.parameters == {"file": "my.key"}
    made = make_key(file)
    assert mode(file) == 0o600
    with Store(named) as store:
        assert store.key == read_key(file)
        assert store.key.value == made.value
    assert not (settings.store_folder / "store.key").exists()


def test_a_lost_or_exchanged_key_is_said_and_no_other_is_made(settings: Settings) -> None:
    Store(settings).close()
    file = settings.store_folder / "store.key"
    kept = file.read_bytes()
    file.unlink()
    with pytest.raises(StoreKeyMissingError):
        Store(settings)
    assert not file.exists()
    make_key(file)
    with pytest.raises(StoreKeyWrongError):
        Store(settings)
    for content in (b"", b"short", b"\xff" * 44, kept[:20]):
        file.write_bytes(content)
        with pytest.raises(StoreKeyInvalidError):
            Store(settings)
    file.write_bytes(kept)
    Store(settings).close()


def test_a_key_is_made_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: make_key(tmp_path / "store.key"), range(8)))
    assert len({key.value for key in keys}) == 1
    assert sum(key.made for key in keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["store.key"]


def test_several_open_a_new_store_at_once(settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store(settings), range(4)))
    for number, store in enumerate(stores):
        store.receive(Arrival(origin="page"), actor=str(number))
    assert [line.number for line in stores[0].worklist.page().lines] == [1, 2, 3, 4]
    assert not verify(stores[0].core).findings
    for store in stores:
        store.close()


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    with store.core.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
        assert context.get_current_revision() == HEAD
    latest = sorted(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))[-1]
    assert latest.startswith(f"{HEAD}_")


def test_a_store_of_a_later_version_is_left_alone(store: Store, settings: Settings) -> None:
    with store.core.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewerError) as caught:
        Store(settings)
    assert caught.value.parameters == {"revision": "9999"}


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    settings = sqlite(tmp_path)
    settings.store_folder.mkdir()
    (settings.store_folder / "cases.sqlite").write_bytes(b"not a database at all " * 100)
    with pytest.raises(StoreDamagedError):
        Store(settings)
    with pytest.raises(StoreUnreachableError):
        Store(sqlite(tmp_path, database=f"sqlite:///{tmp_path}"))  # a folder
    with pytest.raises(StoreUnreachableError):
        Store(sqlite(tmp_path, database="sqlite:////proc/nowhere/cases.sqlite"))


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachableError):
        Store(sqlite(tmp_path, database=f"postgresql://ada@/cases?host={tmp_path}"))


def test_a_missing_driver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreDriverMissingError) as caught:
        Store(sqlite(tmp_path, database="postgresql://ada@host/cases"))
    assert caught.value.parameters == {"package": "psycopg"}


def test_only_these_databases_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("mysql://host/cases", "cases.sqlite", "sqlite://"):
        with pytest.raises(ValidationError):
            Settings(database=address)
    monkeypatch.setenv("EXPLAINCXR_DATABASE", "postgresql://ada@host/cases")
    assert load_settings().database == "postgresql://ada@host/cases"
    monkeypatch.setenv("EXPLAINCXR_DATABASE", "")
    assert load_settings().database is None


def test_importing_the_store_loads_nothing_of_it() -> None:
    heavy = ("sqlalchemy", "alembic", "cryptography", "zstandard", "psycopg")
    code = f"import sys, records\nprint([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_opening_a_store_that_is_there_needs_no_alembic(tmp_path: Path) -> None:
    Store(sqlite(tmp_path)).close()
    code = (
        "import sys; from pathlib import Path; from pipeline.settings import Settings\n"
        "from records import open_store\n"
        f"open_store(Settings(store_folder=Path({str(tmp_path / 'store')!r}))).close()\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
