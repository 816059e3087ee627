"""A real PACS for the tests: Debian's Orthanc with its DICOMweb plug-in, on loopback."""

import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.exchange.debian import environment, unpacked
from tests.waiting import wait_for


class Orthanc:
    """One that runs.

    Attributes:
        http: The port of its web services.
        dicom: The port of DICOM's own protocol; its title is `ORTHANC`.
    """

    def __init__(self, folder: Path, known: Mapping[str, int]) -> None:
        programs = unpacked()
        assert programs is not None
        self.http, self.dicom = free_port(), free_port()
        (plugin,) = programs.glob("usr/share/orthanc/plugins/libOrthancDicomWeb.so")
        settings = {
            "Name": "ORTHANC",
            "StorageDirectory": str(folder / "storage"),
            "IndexDirectory": str(folder / "storage"),
            "Plugins": [str(plugin)],
            "HttpPort": self.http,
            "DicomPort": self.dicom,
            "DicomAet": "ORTHANC",
            "RemoteAccessAllowed": False,
            "DicomCheckCalledAet": True,
            "DicomAlwaysAllowStore": True,
            "OverwriteInstances": False,
            "DicomModalities": {name: [name, "127.0.0.1", port] for name, port in known.items()},
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        }
        (folder / "orthanc.json").write_text(json.dumps(settings))
        self._log = (folder / "orthanc.log").open("wb")
        self._process = subprocess.Popen(
            [str(programs / "usr/sbin/Orthanc"), str(folder / "orthanc.json")],
            env=environment(programs),
            stdout=self._log,
            stderr=self._log,
        )
        wait_for(self._answers, "Orthanc")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}/dicom-web"

    @property
    def address(self) -> str:
        return f"ORTHANC@127.0.0.1:{self.dicom}"

    def instances(self) -> dict[str, bytes]:
        """Every stored file, by SOP instance UID."""
        found = {}
        for name in self.ask("/instances"):
            uid = self.ask(f"/instances/{name}/simplified-tags")["SOPInstanceUID"]
            found[uid] = self._get(f"/instances/{name}/file")
        return found

    def ask(self, path: str) -> Any:
        return json.loads(self._get(path))

    def post(self, data: bytes) -> None:
        """Store a file."""
        self._post("/instances", data)

    def command(self, path: str, argument: str) -> None:
        """Have it do something."""
        self._post(path, argument.encode())

    def _post(self, path: str, data: bytes) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", data)
        with urllib.request.urlopen(request, timeout=30):
            pass

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=30) as answer:
            return bytes(answer.read())

    def _answers(self) -> bool:
        assert self._process.poll() is None, "Orthanc ended"
        try:
            self.ask("/system")
        except (urllib.error.URLError, OSError):
            return False
        return True


@contextmanager
def orthanc(folder: Path, known: Mapping[str, int] | None = None) -> Iterator[Orthanc]:
    """Start one that knows these titles and their ports, and end it."""
    running = Orthanc(folder, known or {})
    try:
        yield running
    finally:
        running.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
