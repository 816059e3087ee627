"""An analysis from its upload to its deletion, over HTTP, with fake models."""

import gc
import io
import json
import sys
import time

import httpx2
import pydicom
import pytest
from PIL import Image

from pipeline.errors import QueueFullError
from pipeline.result_file import ResultFile
from pipeline.settings import Settings
from pipeline.types import Language
from service.analyses import analyses as held
from tests.exchange.radiographs import radiograph as dicom_radiograph
from tests.service.served import Served
from tests.waiting import wait_for

PATH = "/v1/analyses"


def upload(http: httpx2.Client, data: bytes, wait: float = 0, **fields: str) -> httpx2.Response:
    files = {"file": ("Ivanov Ivan 1961.png", data)}
    return http.post(PATH, files=files, data=fields, params={"wait": wait})


def refused(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:explaincxr:{problem['code']}"
    return answer.status_code, problem["code"]


def test_an_upload_waits_for_its_turn_and_is_done_in_time(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    service.workers.go.clear()
    first, second = (upload(http, radiograph) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert [one.json()["place"] for one in (first, second)] == [1, 2]
    assert [one.json()["state"] for one in (first, second)] == ["waiting", "waiting"]
    service.workers.go.set()
    found = http.get(second.headers["location"], params={"wait": 20}).json()
    assert (found["state"], found["place"], found["error"]) == ("done", None, None)
    assert {step["step"]: step["fraction"] for step in found["steps"]}["explain_text"] == 1
    assert found["result"]["prediction"]["label"] == "tuberculosis"


def test_who_waits_is_answered_with_the_result_in_the_language_and_of_the_label(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    answer = upload(http, radiograph, wait=20, language="uk", label="covid19")
    assert answer.status_code == 200
    result = answer.json()["result"]
    assert result["report"]["language"] == "uk"
    assert result["explanations"]["lime"]["label"] == "covid19"
    settings, _ = service.workers.submitted[0]
    assert (settings.language, settings.explain_label) == (Language.UKRAINIAN, "covid19")


def test_the_files_are_those_of_the_page(http: httpx2.Client, radiograph: bytes) -> None:
    answer = upload(http, radiograph, wait=20)
    files = f"{answer.headers['location']}/files"
    assert answer.json()["files"][-1] == "sr.dcm"
    content = {name: http.get(f"{files}/{name}") for name in answer.json()["files"]}
    assert {one.status_code for one in content.values()} == {200}
    stored = ResultFile.model_validate_json(content["result.json"].content)
    assert json.loads(stored.model_dump_json()) == answer.json()["result"]
    for name in ("anatomy.png", "grad_cam.png", "lime.png"):
        assert content[name].headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(content[name].content)).size == (128, 128)
    assert content["report.pdf"].content.startswith(b"%PDF")
    assert content["report.pdf"].headers["content-type"] == "application/pdf"
    report = pydicom.dcmread(io.BytesIO(content["sr.dcm"].content))
    assert (report.Modality, report.VerificationFlag) == ("SR", "UNVERIFIED")
    assert refused(http.get(f"{files}/layer_cam.png")) == (404, "analysis_file_missing")
    assert refused(http.get(f"{files}/secrets.txt")) == (422, "request_invalid")


def test_nothing_of_a_file_or_its_name_comes_out_but_its_hash(
    http: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    data = dicom_radiograph()
    names = [str(pydicom.dcmread(io.BytesIO(data))[name].value) for name in ("PatientName",)]
    answer = upload(http, data, wait=20)
    assert answer.json()["state"] == "done"
    content = [
        answer.text,
        http.get("/metrics").text,
        *(one.getMessage() for one in caplog.records),
    ]
    for name in answer.json()["files"]:
        content.append(http.get(f"{answer.headers['location']}/files/{name}").content.decode("l1"))
    for name in (*names, "Ivanov Ivan 1961"):
        assert name
        assert not [one for one in content if name in one]
    ours = [one for one in caplog.records if not one.name.startswith("http")]  # the client's own
    assert [one for one in ours if one.name == "service.web.guard"]
    assert not [one for one in ours if answer.json()["id"] in one.getMessage()]


def test_news_come_as_events_and_go_on_where_they_broke_off(
    http: httpx2.Client, radiograph: bytes
) -> None:
    place = upload(http, radiograph).headers["location"]
    news = http.get(f"{place}/events").text.strip().split("\n\n")
    kinds = [one.split("\n")[0] for one in news]
    assert kinds.count("event: ended") == 1
    assert kinds[-1] == "event: ended"
    ended = json.loads(news[-1].split("\n")[1].removeprefix("data: "))
    assert (ended["state"], ended["error"]) == ("done", None)
    progress = [one for one in news if one.startswith("event: progress")]
    assert "".join(json.loads(one.split("\n")[1][6:])["text"] for one in progress).startswith(
        "Strong measurements in the right middle zone."
    )
    again = http.get(f"{place}/events", headers={"last-event-id": str(len(progress) - 1)})
    assert [one.split("\n")[0] for one in again.text.strip().split("\n\n")] == [
        "event: progress",
        "event: ended",
    ]


def test_a_file_that_is_refused_fails_with_the_pages_code_and_sentence(
    http: httpx2.Client,
) -> None:
    answer = upload(http, b"no radiograph", wait=20, language="ru")
    found = answer.json()
    assert (answer.status_code, found["state"], found["result"]) == (200, "failed", None)
    assert found["error"]["code"] == "format_unknown"
    assert found["error"]["message"].startswith("Это не PNG, JPEG")
    gone = http.get(
        f"{answer.headers['location']}/files/report.pdf", headers={"accept-language": "de, uk;q=.5"}
    )
    assert refused(gone) == (404, "analysis_file_missing")
    assert gone.json()["detail"] == "У аналізі немає файлу report.pdf."


def test_what_has_not_ended_has_no_files(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    service.workers.go.clear()
    place = upload(http, radiograph).headers["location"]
    assert refused(http.get(f"{place}/files/report.pdf")) == (409, "analysis_unfinished")


def test_deleting_stops_the_work_and_forgets_the_analysis(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    service.workers.go.clear()
    place = upload(http, radiograph).headers["location"]
    (analysis,) = service.analyses.all_of("")
    assert http.delete(place).status_code == 204
    assert refused(http.get(place)) == (404, "analysis_missing")
    wait_for(lambda: analysis.ended, "the work's end")
    assert analysis.state == "cancelled"
    assert http.get(PATH).json() == {"analyses": []}
    assert refused(http.delete(place)) == (404, "analysis_missing")


def test_nothing_is_held_after_its_time(
    service: Served, http: httpx2.Client, radiograph: bytes
) -> None:
    answer = upload(http, radiograph, wait=20)
    assert answer.json()["seconds_left"] == 3600
    service.clock[0] += 3599
    assert http.get(answer.headers["location"]).json()["seconds_left"] == 1
    service.clock[0] += 1
    assert refused(http.get(answer.headers["location"])) == (404, "analysis_missing")
    assert service.analyses.count == 0


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"files": {"file": b""}}, (422, "file_empty")),
        ({"files": {"file": bytes(1_000_001)}}, (413, "file_too_large")),
        ({"files": {"file": bytes(3_000_000)}}, (413, "file_too_large")),
        ({"files": {"other": b"x"}}, (422, "request_invalid")),
        ({"files": {"file": b"x"}, "data": {"language": "tlh"}}, (422, "request_invalid")),
        ({"files": {"file": b"x"}, "data": {"label": "cough"}}, (422, "request_invalid")),
        ({"files": {"file": b"x"}, "data": {"label": "x" * 300}}, (422, "request_invalid")),
        ({"content": b"x"}, (400, "upload_broken")),
        (
            {"content": b"--a\r\n", "headers": {"content-type": "multipart/form-data; boundary=a"}},
            (400, "upload_broken"),
        ),
        ({"files": {"file": b"x"}, "params": {"wait": -1}}, (422, "request_invalid")),
    ],
)
def test_what_is_wrong_with_an_upload_is_said(
    http: httpx2.Client, sent: dict[str, object], expected: tuple[int, str]
) -> None:
    answer = http.post(PATH, **sent)
    assert refused(answer) == expected


def test_a_wrong_field_is_named_with_what_is_allowed(http: httpx2.Client) -> None:
    answer = http.post(PATH, files={"file": b"x"}, data={"language": "tlh"})
    assert answer.json()["detail"] == (
        "The request cannot be used: “language” must be en | ru | uk."
    )


def test_a_key_holds_so_many_and_deleting_makes_room(
    http: httpx2.Client, radiograph: bytes
) -> None:
    places = [upload(http, radiograph).headers["location"] for _ in range(5)]
    full = upload(http, radiograph)
    assert refused(full) == (503, "analyses_full")
    assert full.headers["retry-after"] == "5"
    assert http.delete(places[0]).status_code == 204
    assert upload(http, radiograph).status_code == 202


def test_uploads_that_wait_have_a_limit_in_bytes_and_in_number(
    service: Served, http: httpx2.Client, radiograph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MAX_WAITING_BYTES", len(radiograph))
    service.workers.go.clear()
    assert upload(http, radiograph).status_code == 202
    assert refused(upload(http, radiograph)) == (503, "queue_full")
    service.workers.go.set()
    wait_for(lambda: service.analyses.all_of("")[0].ended, "the first one's end")
    assert upload(http, radiograph, wait=20).status_code == 200
    service.workers.error = QueueFullError(limit=64)
    assert refused(upload(http, radiograph)) == (503, "queue_full")


def test_an_upload_is_held_once_and_never_on_the_disk(
    service: Served, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    def no_disk(*_: object, **__: object) -> None:
        raise AssertionError("an upload was written to the disk")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", no_disk)
    monkeypatch.setattr(tempfile, "TemporaryFile", no_disk)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", no_disk)
    service.workers.go.clear()
    before = time.monotonic()
    assert upload(http, bytes(900_000)).status_code == 202
    assert time.monotonic() - before < 10


def test_a_refused_upload_is_let_go_at_once(service: Served) -> None:
    gc.disable()  # whatever is let go, is let go by the service
    try:
        data = b"no radiograph" * 10_000
        before = sys.getrefcount(data)
        analysis = service.analyses.begin("", data, Settings())
        assert analysis.wait(20)
        assert analysis.state == "failed"
        wait_for(lambda: sys.getrefcount(data) <= before, "the upload to be let go", 10)
    finally:
        gc.enable()


def test_other_addresses_and_methods_are_problems_too(http: httpx2.Client) -> None:
    assert refused(http.get("/nowhere")) == (404, "address_unknown")
    refusal = http.put(f"{PATH}/{'0' * 32}")
    assert refused(refusal) == (405, "method_refused")
    assert refusal.headers["allow"] == "DELETE, GET"
    assert refused(http.get(f"{PATH}/not-an-id")) == (422, "request_invalid")


def test_a_strangers_page_and_name_are_refused(http: httpx2.Client) -> None:
    assert refused(http.get(PATH, headers={"origin": "https://evil.example"})) == (
        403,
        "sender_refused",
    )
    assert refused(http.get(PATH, headers={"host": "evil.example"})) == (403, "sender_refused")
    own = http.get(PATH, headers={"origin": str(http.base_url).rstrip("/")})
    assert own.status_code == 200
    assert own.headers["cache-control"] == "no-store"
    assert own.headers["x-content-type-options"] == "nosniff"


def test_a_bug_of_ours_is_a_problem_and_its_text_stays_inside(
    service: Served,
    http: httpx2.Client,
    radiograph: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.workers.error = LookupError("Ivanov^Ivan")
    answer = upload(http, radiograph)
    assert refused(answer) == (500, "internal")
    assert "Ivanov" not in answer.text + caplog.text
    assert "request failed: LookupError" in caplog.text
