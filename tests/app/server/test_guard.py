"""Who may speak to the server, and what its answers say to a browser."""

import asyncio

import pytest

from app.server.guard import Guard

HOSTS = ["localhost", "127.0.0.1", "::1", "*.clinic.example"]
ASKED = {"host": "localhost:8501"}


async def answering(scope, receive, send):
    """A server that answers everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    headers = [(b"cache-control", b"public, max-age=31536000"), (b"content-type", b"image/png")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


def asked(headers, *, kind="http", path="/", hosts=HOSTS):
    """What a guarded server sends in answer to one request."""
    sent = []

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "path": path, "headers": pairs}
    asyncio.run(Guard(answering, hosts=hosts)(scope, receive, send))
    return sent


def is_answered(headers, kind="http", hosts=HOSTS):
    first = asked(headers, kind=kind, hosts=hosts)[0]
    return first["type"] == "websocket.accept" or first.get("status") == 200


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        ({"host": "localhost:8501"}, True),
        ({"host": "127.0.0.1:8501"}, True),
        ({"host": "[::1]:8501"}, True),
        ({"host": "LOCALHOST:8501", "origin": "http://localhost:8501"}, True),
        ({"host": "pacs.clinic.example"}, True),
        ({}, False),
        ({"host": "evil.example"}, False),
        ({"host": "evil.example:8501", "origin": "http://evil.example:8501"}, False),
        ({"host": "localhost.evil.example"}, False),
        ({"host": "clinic.example.evil.example"}, False),
        ({"host": "evil.example@localhost"}, False),
        ({"host": "localhost:port"}, False),
        ({"host": "localhost/evil"}, False),
        ({"host": "localhost:8501", "origin": "http://localhost:8501"}, True),
        ({"host": "localhost:8501", "origin": "http://evil.example"}, False),
        ({"host": "localhost:8501", "origin": "http://localhost:9000"}, False),
        ({"host": "localhost:8501", "origin": "null"}, False),
        ({"host": "localhost:8501", "origin": "http://[localhost"}, False),
    ],
)
def test_only_our_own_names_and_origins_are_answered(kind, headers, answered):
    assert is_answered(headers, kind) is answered


def test_a_refusal_is_403_and_closes_a_websocket():
    start, body = asked({"host": "evil.example"})
    assert (start["status"], body["body"]) == (403, b"Forbidden\n")
    (closed,) = asked({"host": "evil.example"}, kind="websocket")
    assert closed == {"type": "websocket.close", "code": 1008}


def test_two_hosts_are_none():
    twice = [(b"host", b"localhost"), (b"host", b"evil.example")]
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": twice}
    asyncio.run(Guard(answering, hosts=HOSTS)(scope, send, send))
    assert sent[0]["status"] == 403


def test_without_names_any_host_is_answered_and_foreign_origins_are_not():
    assert is_answered({"host": "reader.example"}, hosts=[])
    foreign = {"host": "reader.example", "origin": "http://evil.example"}
    assert not is_answered(foreign, hosts=[])


@pytest.mark.parametrize("path", ["/", "/media/abc.png", "/_stcore/host-config"])
def test_nothing_that_may_show_a_radiograph_is_kept_by_the_browser(path):
    headers = dict(asked(ASKED, path=path)[0]["headers"])
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-type"] == b"image/png"


def test_scripts_and_fonts_are_kept():
    headers = dict(asked(ASKED, path="/static/js/index.js")[0]["headers"])
    assert headers[b"cache-control"] == b"public, max-age=31536000"


def test_a_browser_may_load_from_and_send_to_this_server_alone():
    headers = dict(asked(ASKED)[0]["headers"])
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"
    policy = dict(
        rule.split(" ", 1) for rule in headers[b"content-security-policy"].decode().split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://localhost:8501 wss://localhost:8501"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["img-src"] == "'self' blob: data:"
    assert "http" not in policy["script-src"]
