"""A case store, an inbox, and somebody who analyses with fake models."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.node.inbox import Inbox
from exchange.node.listener import Listener
from pipeline.analyser import Analyser
from pipeline.settings import Settings
from records import open_store
from records.store import Store
from tests.exchange.orthanc import free_port
from tests.fakes import fake_build


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        store_folder=tmp_path / "store",
        known_titles=("ORTHANC", "MODALITY"),
        listen_port=free_port(),
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def inbox(store: Store, settings: Settings) -> Inbox:
    return Inbox(store, settings)


@pytest.fixture
def port(settings: Settings, inbox: Inbox) -> Iterator[int]:
    with Listener(settings, inbox):
        yield settings.listen_port


@pytest.fixture
def analyser(settings: Settings) -> Iterator[Analyser]:
    with Analyser(settings=settings, build=fake_build) as one:
        yield one
