"""Who may speak to the server, and what a browser may do with what it is given."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

ASSETS = "/static/"
"""Streamlit's own scripts and fonts, the same for everybody; all else may show a radiograph."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' blob: data:",  # Streamlit's start, our own scripts
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self' {sockets}",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load, and where it may send: this server alone."""
HEADERS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all a form would come from nowhere
    "cross-origin-resource-policy": "same-origin",
}
REFUSED = 403
POLICY_VIOLATION = 1008  # of a websocket, RFC 6455


class Guard:
    """Middleware that refuses foreign names and origins, and says what browsers may do.

    A browser can be made to reach this server under a name that a stranger controls (DNS
    rebinding), or from a stranger's page. Streamlit itself compares names for its websocket only,
    and to judge a foreign origin it asks the network for this computer's public address; here both
    are refused before that.
    """

    def __init__(self, app: AsgiApp, *, hosts: Sequence[str]) -> None:
        """Wrap a server.

        Args:
            app: The server.
            hosts: Names that the server is known by, `*.` before a domain for all in it; any if
                empty.
        """
        self._app = app
        self._hosts = tuple(host.strip().lower().rstrip(".") for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host, origin = _header(scope, b"host"), _header(scope, b"origin")
        if host is None or not self._is_ours(host) or (origin and _place(origin) != host.lower()):
            await refuse(scope, receive, send)
            return
        kept = scope["path"].startswith(ASSETS)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _guarded(message.get("headers", ()), host, kept=kept)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _is_ours(self, host: str) -> bool:
        parts = _split(f"//{host}")
        if parts is None or parts.hostname is None or parts.netloc != host or "@" in host:
            return False
        name = parts.hostname.rstrip(".")
        return not self._hosts or any(
            name == known or (known.startswith("*.") and name.endswith(known[1:]))
            for known in self._hosts
        )


def _guarded(
    headers: Sequence[tuple[bytes, bytes]], host: str, *, kept: bool
) -> list[tuple[bytes, bytes]]:
    """An answer's headers with ours; nothing but assets is kept by the browser."""
    policy = POLICY.format(sockets=f"ws://{host} wss://{host}")
    ours = {**HEADERS, "content-security-policy": policy}
    if not kept:
        ours["cache-control"] = "no-store"
    names = {name.encode() for name in ours}
    others = [(name, value) for name, value in headers if name.lower() not in names]
    return [*others, *((name.encode(), value.encode()) for name, value in ours.items())]


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with 403."""
    if scope["type"] == "websocket":
        await receive()  # its opening, which is answered with 403
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": REFUSED, "headers": headers})
    await send({"type": "http.response.body", "body": b"Forbidden\n"})


def _header(scope: Scope, name: bytes) -> str | None:
    """A header's only value; several are as good as none."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _place(origin: str) -> str | None:
    """Host and port of an origin; `None` if it has none, as `null`."""
    parts = _split(origin)
    return parts.netloc.lower() if parts is not None and parts.netloc else None


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts
