"""Signing in with a password, and no files from those who have not.

The page's form comes here and not to the page itself, since only an answer of the server can give
the browser a cookie that no script reads.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from app.server.guard import AsgiApp, Receive, Scope, Send, refuse
from app.server.provider import read_provider
from app.server.reach import is_this_computer
from pipeline.errors import ExplainCxrError
from pipeline.settings import Settings
from records.errors import LoginPackageMissingError, SignInRefusedError

if TYPE_CHECKING:
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from records.store import Store

SESSION_COOKIE = "explaincxr_session"
PATH = "/sign_in"
REFUSED, SECONDS = "refused", "seconds"
"""What the page's address then says: an error's code, and its seconds."""
KEPT = ("visit", "language")
"""What of it stays."""
UPLOADS = "/_stcore/upload_file/"
FIELDS = ("user_name", "password", "back")
"""Of the form; a field called `name` would hide the form's own, and is not let through."""
MOST_BYTES = 16_384
REFUSAL_S = 0.5
"""How long a refusal takes, or its time would tell whether there is a user of that name."""
PACKAGES = {
    "local": {"argon2": "argon2-cffi"},
    "openid": {"authlib": "Authlib", "httpx": "httpx"},
}
"""What each way to sign in needs: a module, and the package that brings it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a login adds to the server, for `st.App`.

    Attributes:
        middleware: Stands before the page.
        routes: Beside it.
        secrets: What `st.login` knows of the provider.
    """

    middleware: "Sequence[Middleware]"
    routes: "Sequence[Route]" = ()
    secrets: Mapping[str, Any] | None = None


def login_of(settings: Settings) -> Login:
    """The login that the settings ask for.

    Raises:
        LoginPackageMissingError: A library for it is not installed.
        SettingRefusedError: The provider's file does not fit.
    """
    from starlette.middleware import Middleware

    from app import service

    for module, package in PACKAGES[settings.login].items():
        if find_spec(module) is None:
            raise LoginPackageMissingError(package=package)
    gate = [Middleware(Admission, is_admitted=service.is_admitted)]
    if settings.login == "openid":
        return Login(middleware=gate, secrets=read_provider(settings).secrets())
    return Login(middleware=gate, routes=[sign_in_route(lambda: service.keeper().store())])


def sign_in_route(store: "Callable[[], Store]") -> "Route":
    """The route that the page's form is sent to.

    Args:
        store: Gives the case store, with its users and sessions.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import RedirectResponse, Response
    from starlette.routing import Route

    def begun(name: str, password: str) -> str:
        opened, until = store(), time.monotonic() + REFUSAL_S
        try:
            user = opened.users.asked(name, password)
        except SignInRefusedError:
            time.sleep(max(0.0, until - time.monotonic()))
            raise
        return opened.sessions.begin(user.name, way="password")

    async def sign_in(request: "Request") -> "Response":
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return Response(status_code=413)
        form = await request.form(max_files=0, max_fields=len(FIELDS))
        name, password, back = (str(form.get(key, "")) for key in FIELDS)
        query = {key: value for key, value in parse_qsl(back.removeprefix("?")) if key in KEPT}
        token = ""
        try:
            token = await run_in_threadpool(begun, name, password)
        except ExplainCxrError as error:
            query |= {REFUSED: error.code}
            if SECONDS in error.parameters:
                query |= {SECONDS: str(error.parameters[SECONDS])}
        response = RedirectResponse(f"/?{urlencode(query)}" if query else "/", status_code=303)
        if token:
            response.set_cookie(
                SESSION_COOKIE,
                token,
                httponly=True,
                samesite="strict",
                secure=not is_this_computer(request.headers.get("host", "")),
            )
        return response

    return Route(PATH, sign_in, methods=["POST"])


class Admission:
    """Middleware that takes files from those who are signed in alone."""

    def __init__(self, app: AsgiApp, *, is_admitted: Callable[[str], bool]) -> None:
        """Wrap a server.

        Args:
            app: The server.
            is_admitted: Whether a session of Streamlit's is one of somebody who is signed in.
        """
        self._app, self._is_admitted = app, is_admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        session = path.removeprefix(UPLOADS).partition("/")[0]
        is_upload = scope["type"] == "http" and path.startswith(UPLOADS)
        if is_upload and not self._is_admitted(session):
            await refuse(scope, receive, send)
            return
        await self._app(scope, receive, send)
