"""Who is at the page, asked anew at every click: sessions end, and roles change."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app import service
from app.server.login import SESSION_COOKIE
from app.state.visitor import Visitor
from pipeline.settings import Settings
from records.errors import NotAllowedError, SignedOutError
from records.people.values import Right, User


def visitor(*, is_there: bool = True) -> Visitor | None:
    """Who is at the page; `None` if nobody is signed in where a login is on.

    Args:
        is_there: Whether they have just done something; otherwise it is only looked at.

    Raises:
        StoreError: The store does not answer.
    """
    settings = service.settings()
    if settings.login == "off":
        return Visitor()
    user = _local(is_there) if settings.login == "local" else _provided(settings, is_there)
    return None if user is None else Visitor(user=user)


def require(right: Right | None = None) -> Visitor:
    """Who is at the page, for what may be done by those alone who are signed in and allowed to.

    Raises:
        SignedOutError: Nobody is signed in any more.
        NotAllowedError: Their role does not allow it.
        StoreError: The store does not answer.
    """
    found = visitor()
    if found is None:
        raise SignedOutError
    if right is not None and not found.may(right):
        raise NotAllowedError(role="" if found.user is None else found.user.role)
    return found


def leave() -> None:
    """Sign out, here and at the provider.

    Raises:
        StoreError: The store does not answer.
    """
    settings, sessions = service.settings(), service.keeper().store().sessions
    if settings.login == "local":
        sessions.end(cookie())
    elif (claims := provided()) is not None:
        sessions.end(_token(claims))
        st.logout()


def cookie() -> str:
    """The token of this browser's session."""
    return str(st.context.cookies.get(SESSION_COOKIE, ""))


def provided() -> dict[str, Any] | None:
    """What the provider says of who signed in there; `None` if nobody did."""
    claims = st.user.to_dict()
    return claims if claims.get("is_logged_in") else None


def provided_name(settings: Settings, claims: dict[str, Any]) -> str:
    """The name here of who signed in there; empty if the provider does not vouch for it."""
    claim = settings.openid_claim
    if claim == "email" and claims.get("email_verified") is False:
        return ""
    return str(claims.get(claim) or "").strip().casefold()


def _local(is_there: bool) -> User | None:
    token = cookie()
    if not token:
        return None
    return service.keeper().store().sessions.user(token, is_there=is_there)


def _provided(settings: Settings, is_there: bool) -> User | None:
    claims = provided()
    name = "" if claims is None else provided_name(settings, claims)
    if claims is None or not name:
        return None
    sessions, token = service.keeper().store().sessions, _token(claims)
    if not is_there:
        return sessions.user(token, is_there=False)
    since = datetime.fromtimestamp(float(claims.get("iat", 0)), UTC)
    return sessions.resume(token, name, way="openid", since=since)


def _token(claims: dict[str, Any]) -> str:
    """What identifies one signing in at a provider; another one there is another session here."""
    return "\0".join(str(claims.get(key, "")) for key in ("iss", "sub", "iat", "nonce"))
