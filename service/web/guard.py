"""What stands around the app: who is refused, what answers say, how long they took."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from pipeline.errors import ExplainCxrError
from pipeline.workers.trace import where
from service.errors import SenderRefusedError
from service.web.metrics import Metrics
from service.web.problems import language_of, problem_response

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
NO_ROUTE = "none"
DRAIN_SECONDS = 5.0

log = logging.getLogger(__name__)


class Guard:
    """Middleware that refuses foreign names and origins, and lets no error's own text out.

    A browser can be made to reach this computer under a name that a stranger controls, or from a
    stranger's page. Where there are keys such a page lacks one, and any name is answered to.
    """

    def __init__(self, app: AsgiApp, *, names: Sequence[str], metrics: Metrics) -> None:
        """Wrap an app.

        Args:
            app: The app.
            names: Names that it is known by; any if empty.
            metrics: Where requests are counted.
        """
        self._app, self._names, self._metrics = app, tuple(names), metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, is_received = 0, False
        started = time.perf_counter()

        async def receive_watched() -> Message:
            nonlocal is_received
            message = await receive()
            is_received = not message.get("more_body", False)
            return message

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *HEADERS]
                if status >= HTTPStatus.BAD_REQUEST:
                    await drain()
            await send(message)

        async def drain() -> None:
            """Throw away what still comes of a refused upload.

            A connection that is closed while its other end sends takes the answer along.
            """
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    while not is_received:
                        await receive_watched()

        request = Request(scope)
        refused: ExplainCxrError | None = None if self._is_ours(request) else SenderRefusedError()
        if refused is None:
            try:
                await self._app(scope, receive_watched, send_guarded)
            except Exception as error:  # a bug of ours; its text may quote what was sent
                log.error("request failed: %s", where(error))
                refused = ExplainCxrError()
        if refused is not None:
            self._metrics.refused(refused.code)
            if not status:
                answer = problem_response(refused, language_of(request))
                await answer(scope, receive, send_guarded)
        seconds = time.perf_counter() - started
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        self._metrics.answered(scope["method"], route, status, seconds)
        log.info("%s %s %d %.0f ms", scope["method"], route, status, seconds * 1000)

    def _is_ours(self, request: Request) -> bool:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return False
        return not self._names or _name_of(host) in self._names


def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
