"""A store for each database there is: SQLite, and PostgreSQL where it is installed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.settings import Settings
from records.store import Store
from tests.records.cases import sqlite
from tests.records.postgresql import PROGRAMS, Server

DATABASES = ("sqlite", "postgresql") if PROGRAMS else ("sqlite",)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not PROGRAMS:
        terminalreporter.write_line("The case store was tested on SQLite only: no PostgreSQL here.")


class Time:
    """A clock that is set by hand; each look is a millisecond later."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.remove()


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return sqlite(tmp_path)
    server: Server = request.getfixturevalue("server")
    return sqlite(tmp_path, database=server.database())


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def store(settings: Settings, clock: Time) -> Iterator[Store]:
    with Store(settings, clock=clock) as store:
        yield store
