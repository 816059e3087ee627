"""The page as it is started by `python -m app`, watched, and with a short memory if asked."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.promises.watched import Watch
from bench.speed.memory import stop_tree
from bench.speed.page import wait_until_served
from pipeline.settings import ROOT

CONFIG = ROOT / "streamlit_config.toml"
START = "import sys, pathlib, app.__main__ as page; page.CONFIG_FILE = pathlib.Path(sys.argv[1])"
START += "; sys.exit(page.main(sys.argv[2:]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A page that is served.

    Attributes:
        address: Where, such as `http://localhost:8501`.
        process_id: Of the page's own process.
    """

    address: str
    process_id: int


@contextmanager
def served(
    watch: Watch, *, kept_seconds: int | None = None, patience_s: float = 90.0, **variables: str
) -> Iterator[Served]:
    """Serve the page on a free port.

    Args:
        watch: Notes what its processes do.
        kept_seconds: How long a closed page's visit is kept; as the page's own file says if `None`.
        patience_s: How long it may take to be served.
        **variables: Further variables of its environment.

    Raises:
        PageError: It was not served in time.
    """
    environment = {**watch.environment(), **variables}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = watch.folder / "config.toml"
    config.write_text(_remembering(CONFIG, kept_seconds), encoding="utf-8")
    command = [sys.executable, "-c", START, str(config), "--port", str(port), "--no-browser"]
    with (watch.folder / "said.txt").open("wb") as said:
        program = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        deadline = time.perf_counter() + patience_s
        wait_until_served(port, deadline, lambda: program.poll() is not None)
        yield Served(address=f"http://localhost:{port}", process_id=program.pid)
    finally:
        stop_tree(program.pid)
        program.wait()


def _remembering(file: Path, seconds: int | None) -> str:
    text = file.read_text("utf-8")
    if seconds is None:
        return text
    return re.sub(r"(?m)^(disconnectedSessionTTL) = \d+", rf"\1 = {seconds}", text)
