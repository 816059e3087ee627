"""A service that is started for a bench, and its worker processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from bench.speed.memory import stop_tree
from pipeline.settings import ENVIRONMENT_PREFIX, ROOT, Settings
from service.client import Client
from service.errors import ServiceUnreachableError

COMMAND = (sys.executable, "-m", "service")
PATIENCE_SECONDS = 120.0
LOOK_UP_SECONDS = 0.1
WORKER = "--multiprocessing-fork"


@dataclass(frozen=True, slots=True)
class Started:
    """A service that answers.

    Attributes:
        address: Where.
        process_id: Of its own process.
    """

    address: str
    process_id: int

    def workers(self) -> list[psutil.Process]:
        """Its worker processes as they are now."""
        found = []
        for child in psutil.Process(self.process_id).children(recursive=True):
            try:
                if WORKER in child.cmdline():
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found


@contextmanager
def started(settings: Settings, command: Sequence[str] | None = None) -> Iterator[Started]:
    """Start a service on a free port.

    Args:
        settings: How it runs; those that a bench changes go by the environment.
        command: Another program in place of `python -m service`.

    Raises:
        ServiceUnreachableError: It does not answer in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    changed = {f"{ENVIRONMENT_PREFIX}WRITE_REPORT": str(settings.write_report).lower()}
    program = subprocess.Popen(
        [*(command or COMMAND), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, **changed},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield Started(address, program.pid)
    finally:
        stop_tree(program.pid)
        program.wait()


def _wait(address: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with Client(address) as client:
        while True:
            try:
                client.all()
                return
            except ServiceUnreachableError:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_UP_SECONDS)
