"""A model hub on this computer: answers what `huggingface_hub` asks of the real one.

`/OWNER/NAME/resolve/REVISION/FILE` sends to a second server, as the hub sends to its storage, and
says in the headers of that answer which commit, SHA-256 and size the file has.
"""

import contextlib
import hashlib
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")


@dataclass(frozen=True)
class Request:
    server: str  # "hub" or "storage"
    method: str
    path: str
    range: str | None
    token: str | None
    agent: str


@dataclass
class HubStub:
    """What the hub holds, what goes wrong, and what it was asked."""

    repo: str
    file: str
    commits: dict[str, bytes]  # the file at each commit, the last one being `main`
    status: int | None = None  # refuse everything with this status and code
    code: str = ""
    commit_told: bool = True
    cut_after: int | None = None  # the storage breaks off each answer at this byte of the file
    cuts: int = 0  # how often it does so
    damaged: bool = False  # the storage's bytes are not those announced
    surplus: int = 0  # bytes that it sends beyond those announced
    pause_s: float = 0.0  # before each of ten parts of an answer
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    storage_url: str = ""

    def asked(self, server: str, method: str) -> list[Request]:
        return [item for item in self.requests if (item.server, item.method) == (server, method)]


@contextlib.contextmanager
def serving(hub: HubStub) -> Iterator[HubStub]:
    servers = [
        ThreadingHTTPServer(("127.0.0.1", 0), type(kind.__name__, (kind,), {"hub": hub}))
        for kind in (_Hub, _Storage)
    ]
    hub.url, hub.storage_url = (f"http://127.0.0.1:{item.server_address[1]}" for item in servers)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: HubStub
    server_name: str
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def note(self) -> None:
        headers = self.headers
        self.hub.requests.append(
            Request(
                server=self.server_name,
                method=self.command,
                path=self.path,
                range=headers["Range"],
                token=headers["Authorization"],
                agent=headers["User-Agent"],
            )
        )

    def answer(self, status: int, **headers: str | int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()


class _Hub(_Handler):
    server_name = "hub"

    def do_HEAD(self) -> None:
        self.note()
        hub, found = self.hub, RESOLVE.fullmatch(self.path)
        if hub.status is not None:
            return self.answer(hub.status, X_Error_Code=hub.code, Content_Length=0)
        if found is None or found["repo"] != hub.repo:
            return self.answer(404, X_Error_Code="RepoNotFound", Content_Length=0)
        newest = list(hub.commits)[-1]
        commit = newest if found["revision"] == "main" else found["revision"]
        if commit not in hub.commits:
            return self.answer(404, X_Error_Code="RevisionNotFound", Content_Length=0)
        if found["file"] != hub.file:
            return self.answer(404, X_Error_Code="EntryNotFound", Content_Length=0)
        content = hub.commits[commit]
        told = {"X_Repo_Commit": commit} if hub.commit_told else {}
        return self.answer(
            302,
            Location=f"{hub.storage_url}/{commit}",
            X_Linked_Etag=f'"{hashlib.sha256(content).hexdigest()}"',
            X_Linked_Size=len(content),
            Content_Length=0,
            **told,
        )

    def do_GET(self) -> None:
        self.do_HEAD()


class _Storage(_Handler):
    server_name = "storage"

    def do_GET(self) -> None:
        self.note()
        hub = self.hub
        content = hub.commits[self.path.removeprefix("/")]
        whole, start = len(content), 0
        if hub.damaged:
            content = bytes(whole)
        if self.headers["Range"]:
            start = int(re.fullmatch(r"bytes=(\d+)-", self.headers["Range"])[1])
            told = {"Content_Range": f"bytes {start}-{whole - 1}/{whole}"}
            self.answer(206, Content_Length=whole - start, **told)
        else:
            self.answer(200, Content_Length=whole + hub.surplus)
        stop = whole
        if hub.cut_after is not None and hub.cuts > 0:
            hub.cuts -= 1
            stop = hub.cut_after
            self.close_connection = True
        content = content[start:stop] + bytes(hub.surplus)
        step = len(content) // 10 + 1 if hub.pause_s else len(content) + 1
        for place in range(0, len(content), step):
            time.sleep(hub.pause_s)
            self.wfile.write(content[place : place + step])
            self.wfile.flush()
