"""Taking studies in: from known titles, each once, and only answered once it is stored."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pynetdicom import AE

from exchange.errors import ListenError
from exchange.node.analysis import analyse_waiting, keep_analysing, waiting
from exchange.node.inbox import Inbox
from exchange.node.listener import NOT_OURS, OUT_OF_RESOURCES, STORED, Listener
from pipeline.analyser import Analyser
from pipeline.settings import Settings
from records import CaseStatus, StoreFullError, open_store
from records.audit.verification import verify
from records.store import Store
from tests.exchange.node.senders import dataset_of, send, send_all
from tests.exchange.radiographs import IDENTITY
from tests.waiting import wait_for

CT = "1.2.840.10008.5.1.4.1.1.2"


def test_a_radiograph_waits_on_the_worklist_and_is_analysed(
    port: int, store: Store, analyser: Analyser
) -> None:
    assert send(port, [dataset_of()]) == [STORED]
    (case,) = waiting(store)
    line = store.line(case)
    assert (line.status, line.origin, line.finished) == (CaseStatus.WAITING, "dicom", False)
    assert list(analyse_waiting(store, analyser)) == [(case, None)]
    line = store.line(case)
    assert (line.status, line.finished) == (CaseStatus.DRAFT, True)
    assert line.label == "tuberculosis"
    assert waiting(store) == ()
    assert store.upload(case) is None
    assert [entry.actor for entry in store.audit(case)] == ["ORTHANC", "exchange"]


def test_who_the_patient_is_is_not_kept_but_the_patient_is_found_again(
    port: int, store: Store
) -> None:
    send(port, [dataset_of(1), dataset_of(2)])
    first, second = waiting(store)
    assert store.identity(first) == {}
    assert {line.id for line in store.worklist.of_same_patient(first)} <= {first, second}
    assert len(store.worklist.of_patient(f"|{IDENTITY['PatientID']}")) == 2


def test_the_same_radiograph_sent_twice_is_one_case(port: int, store: Store) -> None:
    assert send(port, [dataset_of(), dataset_of()]) == [STORED, STORED]
    assert send(port, [dataset_of()], title="MODALITY") == [STORED]
    assert len(waiting(store)) == 1


@pytest.mark.parametrize(("title", "called"), [("STRANGER", "EXPLAINCXR"), ("ORTHANC", "OTHER")])
def test_nobody_unknown_is_let_in(port: int, store: Store, title: str, called: str) -> None:
    assert send(port, [dataset_of()], title=title, called=called) == []
    assert waiting(store) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"Modality": "CT"},
        {"Modality": "OT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
        {"Manufacturer": "ExplainCXR"},  # what we exported comes back from a PACS that sends on
    ],
)
def test_what_is_no_radiograph_is_refused(port: int, store: Store, changes: dict[str, str]) -> None:
    assert send(port, [dataset_of(**changes)]) == [NOT_OURS]
    assert waiting(store) == ()


def test_another_class_of_objects_is_not_even_agreed_upon(port: int) -> None:
    entity = AE("ORTHANC")
    entity.add_requested_context(CT)
    association = entity.associate("127.0.0.1", port, ae_title="EXPLAINCXR")
    assert not association.is_established


def test_a_store_that_is_full_is_no_success_and_the_sender_can_try_again(
    port: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **named: Any) -> str:
        raise StoreFullError

    with monkeypatch.context() as patch:
        patch.setattr(store, "receive", full)
        assert send(port, [dataset_of()]) == [OUT_OF_RESOURCES]
        assert waiting(store) == ()
    assert send(port, [dataset_of()]) == [STORED]
    assert len(waiting(store)) == 1


def test_a_sender_that_dies_has_lost_nothing_that_was_answered(port: int, store: Store) -> None:
    entity = AE("ORTHANC")
    entity.add_requested_context(dataset_of().SOPClassUID)
    association = entity.associate("127.0.0.1", port, ae_title="EXPLAINCXR")
    assert association.send_c_store(dataset_of(1)).Status == STORED
    association.abort()
    assert len(waiting(store)) == 1
    assert send(port, [dataset_of(1), dataset_of(2)]) == [STORED, STORED]
    assert len(waiting(store)) == 2


def test_what_waited_when_we_ended_is_analysed_after_a_restart(
    settings: Settings, analyser: Analyser
) -> None:
    with open_store(settings) as store, Listener(settings, Inbox(store, settings)):
        send(settings.listen_port, [dataset_of()])
    with open_store(settings) as store:
        assert [code for _, code in analyse_waiting(store, analyser)] == [None]


def test_a_radiograph_that_cannot_be_read_is_a_failed_case(
    port: int, store: Store, analyser: Analyser
) -> None:
    send(port, [dataset_of(1, Rows=200), dataset_of(2)])
    assert [code for _, code in analyse_waiting(store, analyser)] == ["image_corrupt", None]
    failed, well = store.worklist.page().lines
    assert {failed.status, well.status} == {CaseStatus.FAILED, CaseStatus.DRAFT}


def test_what_comes_while_we_analyse_is_analysed_too(
    port: int, store: Store, analyser: Analyser
) -> None:
    ended, told = threading.Event(), []
    working = threading.Thread(
        target=keep_analysing,
        args=(store, analyser, ended, lambda case, code: told.append((case, code))),
    )
    working.start()
    try:
        send(port, [dataset_of(1)])
        wait_for(lambda: len(told) == 1, "the first case")
        send(port, [dataset_of(2)])
        wait_for(lambda: len(told) == 2, "the second case")
    finally:
        ended.set()
        working.join()
    assert [code for _, code in told] == [None, None]


def test_without_known_titles_nothing_listens(inbox: Inbox) -> None:
    with pytest.raises(ListenError) as refused:
        Listener(Settings(), inbox).start()
    assert refused.value.parameters["problem"] == "known_titles"


def test_a_port_that_is_taken_is_said(port: int, settings: Settings, inbox: Inbox) -> None:
    with pytest.raises(ListenError) as refused:
        Listener(settings, inbox).start()
    assert refused.value.parameters == {"problem": "port", "port": port}


@pytest.mark.slow
def test_five_hundred_at_once_are_all_here_and_none_twice(port: int, store: Store) -> None:
    numbers = [*range(400), *range(100)]  # a hundred of them are sent twice
    parts = [numbers[start::8] for start in range(8)]

    def send_part(part: list[int]) -> bool:
        return send_all(port, [dataset_of(number) for number in part], title="MODALITY")

    with ThreadPoolExecutor(8) as senders:
        assert list(senders.map(send_part, parts)) == [True] * 8
    assert len(waiting(store)) == 400
    assert verify(store.core).findings == ()
