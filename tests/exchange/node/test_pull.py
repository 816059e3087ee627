"""Asking a PACS, in both its languages: what is new comes, once, and nothing but radiographs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from exchange.errors import DestinationMissingError, ExchangeError
from exchange.node.analysis import analyse_waiting, waiting
from exchange.node.inbox import Inbox
from exchange.node.pull import Archive, Found, archive_of, pull
from pipeline.analyser import Analyser
from pipeline.settings import Settings
from records import CaseStatus
from records.store import Store
from tests.exchange.debian import unpacked
from tests.exchange.node.senders import dataset_of
from tests.exchange.orthanc import Orthanc, free_port, orthanc
from tests.pipeline.reading.crafted import saved

TODAY, YESTERDAY = date(2026, 11, 26), date(2026, 11, 25)
SERIES = "1.2.276.0.99.19"

needs_orthanc = pytest.mark.skipif(unpacked() is None, reason="needs Debian's Orthanc")


@pytest.fixture(scope="module")
def own_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory, own_port: int) -> Iterator[Orthanc]:
    """With two radiographs of one day, one of the day before, a hand, and a slice of a CT."""
    folder = tmp_path_factory.mktemp("orthanc")
    with orthanc(folder, {"EXPLAINCXR": own_port}) as running:
        for number, changes in enumerate(
            (
                {},
                {"BodyPartExamined": "CHEST"},
                {"StudyDate": "20261125", "StudyInstanceUID": f"{SERIES}.9"},
                {"BodyPartExamined": "HAND"},
                {"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"},
            ),
            1,
        ):
            made = dataset_of(number, SeriesInstanceUID=f"{SERIES}.{number}", **changes)
            running.post(saved(made))
        yield running


@pytest.fixture(params=["address", "url"])
def archive(pacs: Orthanc, request: pytest.FixtureRequest) -> Archive:
    return archive_of(Settings(pacs=getattr(pacs, request.param)))


@needs_orthanc
def test_only_new_radiographs_of_the_days_come_and_each_once(
    archive: Archive, inbox: Inbox, store: Store, analyser: Analyser
) -> None:
    first = list(pull(archive, inbox, store, TODAY, TODAY))
    assert [one.is_new for one in first] == [True, True]
    again = list(pull(archive, inbox, store, YESTERDAY, TODAY))
    assert sorted(one.is_new for one in again) == [False, False, True]
    assert len(waiting(store)) == 3
    assert [code for _, code in analyse_waiting(store, analyser)] == [None, None, None]
    assert {line.status for line in store.worklist.page().lines} == {CaseStatus.DRAFT}


@needs_orthanc
def test_a_file_comes_as_the_pacs_has_it(archive: Archive, pacs: Orthanc) -> None:
    (found,) = [one for one in archive.series(TODAY, TODAY) if one.body_part == "CHEST"]
    (instance,) = archive.instances(found)
    data = archive.fetch(found, instance)
    stored = pacs.instances()[instance]
    assert (
        data[132 + 12 + int.from_bytes(data[140:144], "little") :]
        == (stored[132 + 12 + int.from_bytes(stored[140:144], "little") :])
    )


@needs_orthanc
def test_a_pacs_that_does_not_know_us_says_so(pacs: Orthanc) -> None:
    archive = archive_of(Settings(pacs=pacs.address, ae_title="STRANGER"))
    with pytest.raises(ExchangeError):  # Orthanc hangs up, others refuse
        list(archive.series(TODAY, TODAY))


@needs_orthanc
def test_a_pacs_sends_to_us_what_it_should(
    pacs: Orthanc, own_port: int, tmp_path: Path, store: Store
) -> None:
    from exchange.node.listener import Listener

    settings = Settings(known_titles=("ORTHANC",), listen_port=own_port)
    with Listener(settings, Inbox(store, settings)):
        for instance in pacs.ask("/instances"):
            tags = pacs.ask(f"/instances/{instance}/simplified-tags")
            if tags["Modality"] == "DX":
                pacs.command("/modalities/EXPLAINCXR/store", instance)
    assert len(waiting(store)) == 4


def test_nothing_is_asked_where_nothing_is_configured() -> None:
    with pytest.raises(DestinationMissingError):
        archive_of(Settings())


@pytest.mark.parametrize(
    ("modality", "part", "wanted"),
    [
        ("DX", "", True),
        ("CR", "Chest", True),
        ("RG", "THORAX", True),
        ("DX", "HAND", False),
        ("CT", "CHEST", False),
        ("", "CHEST", False),
    ],
)
def test_only_series_that_may_be_chest_radiographs_are_wanted(
    modality: str, part: str, wanted: bool
) -> None:
    found = Found(study="1", series="2", modality=modality, body_part=part)
    assert found.is_wanted is wanted
