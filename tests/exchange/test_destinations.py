"""Where objects go: all there or an error, never twice, whatever the other side does."""

import io
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification

from exchange import (
    DestinationMissingError,
    DestinationRefusedError,
    DestinationUnreachableError,
    dicom_bytes,
    objects_of,
)
from exchange.destinations import attempts, destination, dimse
from exchange.destinations.dicomweb import DicomwebDestination
from exchange.destinations.dimse import DimseDestination
from exchange.pacs import DimsePacs
from pipeline.errors import SettingRefusedError
from pipeline.settings import Settings, load_settings
from tests.exchange.radiographs import exported_study

logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def objects() -> list[Dataset]:
    return objects_of(*exported_study())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(dimse, "ANSWER_S", 1.0)
    monkeypatch.setattr(dimse, "CONNECT_S", 2.0)


class Pacs:
    """A PACS that does what a test wants at each object."""

    def __init__(self, answer: Callable[["Pacs", Any], int]) -> None:
        self.stored: list[str] = []
        self.asked = 0
        self._answer = answer

    def take(self, event: Any) -> int:
        self.asked += 1
        status = self._answer(self, event)
        if status == 0:
            self.stored.append(str(event.dataset.SOPInstanceUID))
        return status


@contextmanager
def listening(pacs: Pacs, objects: list[Dataset], title: str = "PACS") -> Iterator[int]:
    entity = AE("PACS")
    entity.require_called_aet = True
    entity.supported_contexts = []
    entity.add_supported_context(Verification)
    for made in objects:
        entity.add_supported_context(made.SOPClassUID)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, pacs.take)]
    )
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def to(port: int, title: str = "PACS") -> DimseDestination:
    pacs = DimsePacs(title=title, host="127.0.0.1", port=port, own_title="EXPLAINCXR")
    return DimseDestination(pacs)


def uids(objects: list[Dataset]) -> list[str]:
    return [str(made.SOPInstanceUID) for made in objects]


def test_all_objects_are_stored_in_their_order(objects: list[Dataset]) -> None:
    pacs = Pacs(lambda pacs, event: 0)
    with listening(pacs, objects) as port:
        to(port).send(objects)
    assert pacs.stored == uids(objects)


def test_a_pacs_that_dies_in_the_middle_gets_the_rest_and_nothing_twice(
    objects: list[Dataset],
) -> None:
    def dying(pacs: Pacs, event: Any) -> int:
        if pacs.asked in (3, 5):
            event.assoc.abort()
            return 0xC000
        return 0

    pacs = Pacs(dying)
    with listening(pacs, objects) as port:
        to(port).send(objects)
    assert sorted(pacs.stored) == sorted(uids(objects))


def test_an_instance_that_is_there_already_is_well(objects: list[Dataset]) -> None:
    pacs = Pacs(lambda pacs, event: 0x0111)
    with listening(pacs, objects) as port:
        to(port).send(objects)
    assert pacs.asked == len(objects)


def test_a_refusal_is_said_with_its_status_and_not_asked_again(objects: list[Dataset]) -> None:
    pacs = Pacs(lambda pacs, event: 0xA700)  # out of resources
    with listening(pacs, objects) as port, pytest.raises(DestinationRefusedError) as refused:
        to(port).send(objects)
    assert refused.value.parameters["status"] == "0xA700"
    assert pacs.asked == 1


def test_a_title_that_is_not_known_there_is_said(objects: list[Dataset]) -> None:
    with (
        listening(Pacs(lambda pacs, event: 0), objects) as port,
        pytest.raises(DestinationRefusedError) as refused,
    ):
        to(port, title="OTHER").send(objects)
    assert refused.value.parameters["status"] == "association rejected"


def test_a_pacs_that_hangs_is_given_up(objects: list[Dataset]) -> None:
    gone = threading.Event()

    def hanging(pacs: Pacs, event: Any) -> int:
        gone.wait(3)
        return 0

    with (
        listening(Pacs(hanging), objects) as port,
        pytest.raises(DestinationUnreachableError) as away,
    ):
        to(port).send(objects)
    gone.set()
    assert away.value.parameters["attempts"] == attempts.ATTEMPTS


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # pynetdicom's socket
def test_nobody_at_the_address_is_said(objects: list[Dataset]) -> None:
    with pytest.raises(DestinationUnreachableError) as away:
        to(1).send(objects)
    assert away.value.parameters["address"] == "PACS@127.0.0.1:1"


# --- DICOMweb ------------------------------------------------------------------------------------


class Service(HTTPServer):
    """A DICOMweb service that answers as it was told, one status after the other."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = statuses
        self.stored: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/dicom-web"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            self.server.stored.append(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/dicom+json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(*statuses: int) -> Iterator[Service]:
    service = Service(list(statuses))
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()


def test_a_service_that_is_busy_is_asked_again(objects: list[Dataset]) -> None:
    with serving(503, 200, 500, 429, 200) as service:
        DicomwebDestination(service.url).send(objects[-2:])
    assert len(service.stored) == 2
    whole = dicom_bytes(objects[-1])
    assert whole[132 + 12 + int.from_bytes(whole[140:144], "little") :] in service.stored[1]


def test_a_service_that_refuses_is_said(objects: list[Dataset]) -> None:
    with serving(403) as service, pytest.raises(DestinationRefusedError) as refused:
        DicomwebDestination(service.url).send(objects)
    assert refused.value.parameters == {"address": "127.0.0.1", "status": "403"}


def test_a_service_that_is_away_is_said(objects: list[Dataset]) -> None:
    with pytest.raises(DestinationUnreachableError):
        DicomwebDestination("http://127.0.0.1:1/dicom-web").send(objects)


# --- which one -----------------------------------------------------------------------------------


def test_nothing_is_sent_where_nothing_is_configured() -> None:
    with pytest.raises(DestinationMissingError):
        destination("PACS", Settings())


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("ORTHANC@127.0.0.1:4242", DimseDestination),
        ("MY PACS@pacs.hospital:104", DimseDestination),
        ("https://pacs.hospital/dicom-web", DicomwebDestination),
    ],
)
def test_the_address_says_which_protocol(address: str, kind: type) -> None:
    assert isinstance(destination("PACS", Settings(pacs=address)), kind)


@pytest.mark.parametrize(
    "address", ["pacs", "ORTHANC@host", "A TITLE THAT IS TOO LONG@h:1", "ftp://host", "\\@h:1"]
)
def test_an_address_of_no_protocol_is_refused(address: str) -> None:
    with pytest.raises(SettingRefusedError):
        load_settings(pacs=address)


def test_a_folder_gets_a_file_for_each_object(objects: list[Dataset], tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    destination(str(folder), Settings()).send(objects)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        *("doc-1.dcm", "ot-1.dcm", "ot-2.dcm", "ot-3.dcm", "ot-4.dcm", "seg-1.dcm", "sr-1.dcm"),
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    again = pydicom.dcmread(io.BytesIO(files[-1].read_bytes()))
    assert again.Modality == "SR"
