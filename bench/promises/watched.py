"""What watched processes noted: whom they spoke to, where they wrote, what they keep."""

import ipaddress
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

HOOK_FOLDER = Path(__file__).with_name("watch")
CLASSES = ("Case", "CaseResult", "Radiograph", "Explanation")
OWN_FILES = ("/dev/", "/proc/")
BYTECODE = "__pycache__"
LOCAL_NAMES = frozenset({None, "", "localhost", "::"})
COUNT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A folder with everything that a watched program may write to, and a log of what it did.

    Attributes:
        folder: Holds `home`, `cache`, `tmp`, `out` (with the case store) and the log.
    """

    folder: Path

    def environment(self) -> dict[str, str]:
        """Variables for the program; all that it starts inherits them."""
        for name in ("home", "cache", "tmp", "out"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        paths = [str(HOOK_FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "HOME": str(self.folder / "home"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "EXPLAINCXR_STORE_FOLDER": str(self.out / "store"),
            "CXR_WATCH": str(self.log),
            "CXR_WATCH_CLASSES": ",".join(CLASSES),
        }

    @property
    def log(self) -> Path:
        """What was noted, a line of JSON each."""
        return self.folder / "log.jsonl"

    @property
    def out(self) -> Path:
        """Where the program is asked to write."""
        return self.folder / "out"

    def notes(self) -> Iterator[Mapping[str, Any]]:
        """All that was noted so far."""
        if self.log.exists():
            for line in self.log.read_text("utf-8").splitlines():
                yield json.loads(line)

    def outside_connections(self) -> list[str]:
        """Hosts beyond this computer that were connected to, sent to or looked up."""
        return [
            f"{note['event']} {note['host']}"
            for note in self.notes()
            if note["event"] in ("connect", "look_up") and not is_local(note["host"])
        ]

    def files_outside(self) -> list[str]:
        """Files opened for writing outside the output and cache folders, and those found there."""
        written = {
            str(Path(note["path"]).absolute())
            for note in self.notes()
            if note["event"] == "write" and not note["path"].startswith(OWN_FILES)
        }
        found = {str(file) for name in ("home", "tmp") for file in (self.folder / name).rglob("*")}
        kept = (str(self.folder / "out"), str(self.folder / "cache"), str(self.log))
        return sorted(
            path for path in written | found if not path.startswith(kept) and BYTECODE not in path
        )

    def alive(self, process_id: int) -> dict[str, int]:
        """How many values of `CLASSES` a program and all it started keep, by name.

        Raises:
            TimeoutError: A process did not answer.
        """
        root = psutil.Process(process_id)
        started = {note["pid"] for note in self.notes() if note["event"] == "start"}
        tree = [root, *root.children(recursive=True)]
        asked = {one.pid: one for one in tree if one.pid in started}
        before = sum(note["event"] == "alive" for note in self.notes())
        for one in asked.values():
            one.send_signal(signal.SIGUSR1)
        until = time.monotonic() + COUNT_SECONDS
        while time.monotonic() < until:
            answers = [note for note in self.notes() if note["event"] == "alive"][before:]
            answered = {answer["pid"] for answer in answers}
            if all(pid in answered or not one.is_running() for pid, one in asked.items()):
                total: Counter[str] = Counter()
                for answer in answers:
                    total.update(answer["counts"])
                return dict(total)
            time.sleep(0.05)
        raise TimeoutError("a watched process did not count what it keeps")


def is_local(host: str | None) -> bool:
    """Whether a name or address is this computer's own."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False
