"""The process: where it listens, how it begins and ends, and the page's own workers behind it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from pipeline.phantom.drawing import sample_radiograph
from pipeline.settings import Settings
from service.client import Client
from service.command_line import main
from service.errors import ServiceNeedsKeysError
from service.keys import make_key
from service.server import is_loopback, serve
from service.web.app import NO_TELEMETRY
from tests.service.running import ROOT, free_port, standing, started
from tests.waiting import wait_for


@pytest.mark.parametrize(
    ("address", "alone"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_what_only_this_computer_reaches(address: str, alone: bool) -> None:
    assert is_loopback(address) is alone


def test_beyond_this_computer_it_does_not_start_without_keys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ServiceNeedsKeysError):
        serve(Settings(service_address="0.0.0.0"))
    assert main(["--address", "0.0.0.0"]) == 1
    assert capsys.readouterr().err.startswith(
        "0.0.0.0 can be reached from other computers, so the service does not start there without"
    )


def test_a_taken_port_and_a_broken_file_of_keys_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert "is taken or not allowed" in capsys.readouterr().err
    assert main(["--keys", str(tmp_path / "none.json")]) == 1
    assert capsys.readouterr().err == (
        "The file of keys none.json cannot be used: the file cannot be opened.\n"
    )


def test_fastapis_telemetry_is_off_whatever_the_environment_says() -> None:
    code = (
        "from fastapi import FastAPI; from service.web.app import NO_TELEMETRY;"
        "app = FastAPI(telemetry=NO_TELEMETRY);"
        "print(app._native_telemetry.enabled(), app._telemetry['auto_configure'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "FASTAPI_OTEL_AUTO_CONFIGURE": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not any(value for value in NO_TELEMETRY.values())
    assert done.stdout == "False False\n"


@pytest.mark.slow
def test_it_takes_its_port_from_the_environment_and_ends_within_ten_seconds(
    tmp_path: Path,
) -> None:
    port, file = free_port(), tmp_path / "keys.json"
    key = make_key(file, "probe")
    begun = time.monotonic()
    process = started("--address", "0.0.0.0", "--keys", str(file), PORT=str(port))
    try:
        address = f"http://127.0.0.1:{port}"

        assert wait_for(lambda: standing(address), "the service", 30) == "starting"
        assert time.monotonic() - begun < 10
        with Client(address, key) as client:
            waiting = client.submit(sample_radiograph(0))
            assert waiting.place == 1
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - asked < 10
    finally:
        process.kill()
        out, err = process.communicate()
    assert "ExplainCXR's service is at http://0.0.0.0:" in out
    assert err == ""


@pytest.mark.slow
def test_a_radiograph_through_the_pages_own_workers() -> None:
    port = free_port()
    process = started("--port", str(port))
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: standing(address) == "ok", "the models", 240)
        with Client(address) as client:
            analysis = client.analyse(sample_radiograph(0), language="ru")
            assert analysis.result.report.language == "ru"
            assert analysis.result.prediction.unfamiliar  # it is drawn
            assert client.file(analysis.id, "sr.dcm")[128:132] == b"DICM"
            metrics = httpx2.get(f"{address}/metrics").text
            assert 'explaincxr_labels_total{label="unfamiliar"} 1.0' in metrics
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.communicate()
