"""`python -m exchange listen` and `pull`, as a user starts and ends them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from exchange.command_line import ALL_WELL, FAILED, main
from tests.exchange.debian import unpacked
from tests.exchange.orthanc import Orthanc, free_port, orthanc

ROOT = Path(__file__).resolve().parents[3]


def test_it_listens_until_it_is_ended(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "EXPLAINCXR_STORE_FOLDER": str(tmp_path / "store"),
        "EXPLAINCXR_KNOWN_TITLES": "ORTHANC,MODALITY",
        "EXPLAINCXR_LISTEN_PORT": str(port),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "exchange", "listen"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        said = running.stdout.readline()
        assert said == (
            f"listening: EXPLAINCXR@127.0.0.1:{port}, known titles: ORTHANC, MODALITY\n"
        )
        entity = AE("MODALITY")
        entity.add_requested_context(Verification)
        association = entity.associate("127.0.0.1", port, ae_title="EXPLAINCXR")
        assert association.send_c_echo().Status == 0
        association.release()
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.communicate()


def test_without_known_titles_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(tmp_path / "store"))
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert main(["listen"]) == FAILED
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    assert "“known_titles”" in capsys.readouterr().err


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with orthanc(tmp_path_factory.mktemp("orthanc"), {"EXPLAINCXR": free_port()}) as running:
        yield running


@pytest.mark.skipif(unpacked() is None, reason="needs Debian's Orthanc")
def test_a_pull_of_days_without_studies_ends_well(
    pacs: Orthanc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EXPLAINCXR_STORE_FOLDER", str(tmp_path / "store"))
    for address in (pacs.address, pacs.url):
        monkeypatch.setenv("EXPLAINCXR_PACS", address)
        assert main(["pull", "--since", "2026-11-20", "--until", "2026-11-21"]) == ALL_WELL
        assert capsys.readouterr().out == "pulled: 0 new of 0\n"
