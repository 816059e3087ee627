"""The OpenAPI document against the service: schemathesis finds no answer that it does not name."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pipeline.settings import Settings
from service.keys import Keys, Scope, make_key
from tests.service.served import Served, served

SEED, EXAMPLES, SECONDS = 1, 12, 300


@pytest.fixture
def open_service(tmp_path: Path) -> Iterator[tuple[Served, str]]:
    """A service with room for all that schemathesis posts, and a key that allows everything."""
    file = tmp_path / "keys.json"
    key = make_key(file, "schemathesis", scopes=tuple(Scope), per_minute=1_000_000)
    with served(Settings(max_file_mb=1, service_analyses=10_000), Keys(file)) as running:
        yield running, key


def test_schemathesis_finds_nothing(open_service: tuple[Served, str]) -> None:
    service, key = open_service
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.address}/openapi.json"),
        *("--header", f"Authorization: Bearer {key}", "--seed", str(SEED)),
        *("--max-examples", str(EXAMPLES), "--request-timeout", "20", "--no-color"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_operation_names_its_problems(open_service: tuple[Served, str]) -> None:
    service, _ = open_service
    described = httpx2.get(f"{service.address}/openapi.json").json()
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, operations in described["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            for status in set(answers) - {"200", "202", "204"}:
                if path != "/readyz":
                    (content,) = answers[status]["content"].items()
                    assert content == ("application/problem+json", {"schema": problem}), path
    assert set(described["components"]["schemas"]["Problem"]["required"]) == {
        *("type", "title", "status", "detail", "code", "parameters")
    }


def test_nothing_is_loaded_from_elsewhere(open_service: tuple[Served, str]) -> None:
    service, _ = open_service
    for path in ("/docs", "/redoc"):
        assert httpx2.get(service.address + path).status_code == 404
