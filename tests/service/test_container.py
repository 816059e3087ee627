"""The container: what its file and the department's installation promise, without a container."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.service.running import ROOT, free_port, standing, started
from tests.waiting import wait_for

CONTAINERFILE = ROOT / "deploy/Containerfile"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))
OURS = [one for one in COMPOSE["services"].values() if one["image"] == "explaincxr"]


def last_stage() -> list[str]:
    lines = CONTAINERFILE.read_text("utf-8").replace("\\\n", " ").splitlines()
    begin = max(number for number, line in enumerate(lines) if line.startswith("FROM"))
    return lines[begin:]


def copied() -> list[tuple[str, str]]:
    """What the last stage takes from here, and where to."""
    found = [line.split()[1:] for line in last_stage() if line.startswith("COPY")]
    own = [words for words in found if not words[0].startswith("--from")]
    return [(source, words[-1]) for words in own for source in words[:-1]]


def test_hadolint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, CONTAINERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_nobody_is_root_in_it_and_beyond_this_computer_it_wants_keys() -> None:
    stage = last_stage()
    assert "USER 10001:10001" in stage
    assert stage.index("USER 10001:10001") > max(
        number for number, line in enumerate(stage) if line.startswith(("RUN", "COPY"))
    )
    text = "\n".join(stage)
    assert "EXPLAINCXR_SERVICE_ADDRESS=0.0.0.0" in text
    assert "EXPLAINCXR_SERVICE_KEYS_FILE=/run/secrets/" in text


def test_our_services_can_do_no_more_than_they_must() -> None:
    assert len(OURS) == 2
    for service in OURS:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
    published = [port for one in COMPOSE["services"].values() for port in one.get("ports", ())]
    assert published == ["127.0.0.1:8502:8502"]


def test_others_images_are_of_one_version_and_secrets_are_files() -> None:
    for name, service in COMPOSE["services"].items():
        if service not in OURS:
            assert service["image"].rpartition(":")[2][0].isdigit(), name
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert not any(
            "PASSWORD" in key and not key.endswith("_FILE")
            for key in service.get("environment", ())
        )


@pytest.mark.slow
def test_what_is_copied_into_it_is_enough_and_nothing_is_written_there(tmp_path: Path) -> None:
    folder = tmp_path / "explaincxr"
    folder.mkdir()
    for source, target in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(
                ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / source, folder / target)
    before = sorted(folder.rglob("*"))
    port = free_port()
    process = started(
        folder=folder, PORT=str(port), HOME=str(tmp_path / "home"), PYTHONDONTWRITEBYTECODE="1"
    )
    try:
        wait_for(lambda: standing(f"http://127.0.0.1:{port}") == "ok", "the models", 240)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert sorted(folder.rglob("*")) == before
