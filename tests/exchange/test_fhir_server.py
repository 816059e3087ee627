"""The configured FHIR server, played by a stub: busy, gone, refusing, halfway."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from exchange import (
    DestinationMissingError,
    DestinationRefusedError,
    DestinationUnreachableError,
    bundle_of,
    post_bundle,
    study_of,
)
from exchange.command_line import ALL_WELL, FAILED, main
from exchange.destinations import attempts
from exchange.fhir import server
from pipeline.build import exporter
from pipeline.errors import SettingRefusedError
from pipeline.result_folder import write_files
from pipeline.settings import Settings, load_settings
from tests.exchange.radiographs import case_result, exported, radiograph

CASE = exported()
BUNDLE = bundle_of(CASE, study_of(CASE, radiograph()), None, "r5")
COUNT = len(json.loads(BUNDLE)["entry"])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(server, "ANSWER_S", 0.5)


class Stub(ThreadingHTTPServer):
    """Answers each request as it was told; 200 once nothing is left."""

    def __init__(self, answers: list[int | bytes | float]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.taken: list[bytes] = []
        self.tokens: list[str | None] = []
        self.end = threading.Event()

    @property
    def settings(self) -> Settings:
        return Settings(fhir_server=f"http://127.0.0.1:{self.server_address[1]}/fhir")


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.tokens.append(self.headers.get("Authorization"))
        assert self.headers["Content-Type"] == "application/fhir+json"
        answer = self.server.answers.pop(0) if self.server.answers else 200
        if isinstance(answer, float):  # hang
            self.server.end.wait(answer)
            return
        if answer == 200:
            self.server.taken.append(body)
        status = answer if isinstance(answer, int) else 200
        entry = [{"response": {"status": "201 Created"}} for _ in json.loads(body)["entry"]]
        said = answer if isinstance(answer, bytes) else json.dumps({"entry": entry}).encode()
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def stub(*answers: int | bytes | float) -> Iterator[Stub]:
    running = Stub(list(answers))
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.end.set()
        running.shutdown()
        running.server_close()
        thread.join()


def test_a_bundle_is_posted_whole() -> None:
    with stub() as running:
        assert post_bundle(BUNDLE, running.settings) == COUNT
    assert running.taken == [BUNDLE]
    assert running.tokens == [None]


def test_a_server_that_is_busy_or_hangs_is_asked_again() -> None:
    with stub(503, 5.0, 429) as running:
        assert post_bundle(BUNDLE, running.settings) == COUNT
    assert running.taken == [BUNDLE]


def test_a_server_that_stays_away_is_given_up() -> None:
    with stub(*[503] * 9) as running, pytest.raises(DestinationUnreachableError) as away:
        post_bundle(BUNDLE, running.settings)
    assert away.value.parameters == {"address": "127.0.0.1", "attempts": attempts.ATTEMPTS}
    assert len(running.answers) == 9 - attempts.ATTEMPTS


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (401, "401"),
        (422, "422"),
        (302, "302"),  # a patient's data goes where it was meant to go, and nowhere else
        (b"<html>", "no FHIR"),
        (b'{"entry": [{}]}', "no FHIR"),
        (b'{"entry": [{"response": {"status": "412 Precondition Failed"}}]}', "412"),
    ],
)
def test_a_refusal_is_said_and_not_asked_again(answer: int | bytes, status: str) -> None:
    with stub(answer) as running, pytest.raises(DestinationRefusedError) as refused:
        post_bundle(BUNDLE, running.settings)
    assert str(refused.value.parameters["status"]).startswith(status)
    assert len(running.tokens) == 1


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    with stub() as running:
        address = running.settings.fhir_server
        post_bundle(BUNDLE, Settings(fhir_server=address, fhir_token_file=file))
    assert running.tokens == ["Bearer secret"]


def test_nothing_is_posted_where_nothing_is_configured() -> None:
    with pytest.raises(DestinationMissingError):
        post_bundle(BUNDLE, Settings())


def test_a_version_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingRefusedError):
        load_settings(fhir_version="r4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "chest", exporter().files(case_result(radiograph()), None))
    (tmp_path / "chest.dcm").write_bytes(radiograph())
    return tmp_path


def test_the_command_posts_to_the_configured_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["fhir", str(folder / "chest"), "--source", str(folder / "chest.dcm"), "--to", "SERVER"]
    assert main(typed) == FAILED
    assert "“fhir_server”" in capsys.readouterr().err
    with stub() as running:
        monkeypatch.setenv("EXPLAINCXR_FHIR_SERVER", str(running.settings.fhir_server))
        assert main(typed) == ALL_WELL
    assert capsys.readouterr().out == f"chest: {COUNT} resources to SERVER\n"
    assert len(running.taken) == 1


def test_the_command_writes_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLAINCXR_FHIR_VERSION", "r4b")
    assert main(["fhir", str(folder / "chest"), "--to", str(folder / "out")]) == ALL_WELL
    written = json.loads((folder / "out" / "chest.r4b.json").read_bytes())
    assert written["type"] == "transaction"
