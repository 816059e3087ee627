"""Signing in and out: the way in where a login is on, and who is there once somebody is."""

from html import escape

import streamlit as st

from app import access, service
from app.markup import draw, heading, lead, notice
from app.server.login import FIELDS, KEPT, PATH, REFUSED, SECONDS
from app.state.visitor import Visitor
from app.views.frame.problems import of_store
from pipeline.errors import ExplainCxrError
from pipeline.words import Words, message
from records import errors

LOOK_SECONDS = 30.0
SAID = {
    kind.code: kind
    for kind in (
        errors.SignInRefusedError,
        errors.SignInTooSoonError,
        errors.StoreLockedError,
        errors.StoreFullError,
        errors.StoreUnreachableError,
        errors.StoreError,
    )
}
"""What the address may say of why somebody was not let in; anything else in it is not shown."""


def admitted(words: Words) -> Visitor | None:
    """Who is at the page; where nobody is signed in, the way in is drawn and nothing else."""
    try:
        of_store(words, st.session_state.pop("sign_in_error", None), "sign_in")
        found = access.visitor()
    except ExplainCxrError as error:
        of_store(words, error, "login")
        return None
    if found is None:
        service.dismiss()
        st.session_state.pop("cases", None)
        _way_in(words)
    elif found.user is not None:
        _forget_refusal()
        _who(words, found)
        st.fragment(_watch, run_every=LOOK_SECONDS)()
    return found


def _way_in(words: Words) -> None:
    draw(heading(words("sign_in.title")))
    if service.settings().login == "local":
        _refused(words)
        st.html(_form(words))
        return
    claims = access.provided()
    if claims is not None:
        name = access.provided_name(service.settings(), claims)
        draw(notice(words("sign_in.not_known", name=name or "–"), "warning"))
        st.button(words("sign_in.leave"), key="sign_out", on_click=_leave)
    draw(lead(words("sign_in.by_provider")))
    if st.button(words("sign_in.go"), key="sign_in", type="primary", icon=":material/login:"):
        st.login()


def _refused(words: Words) -> None:
    """Say why the last try did not let anybody in, or that a session has ended."""
    code = st.query_params.get(REFUSED)
    if code is None and access.cookie():
        code = errors.SignedOutError.code
        draw(notice(message(code, words.language), "info", code))
    if code is None or code not in SAID:
        return
    seconds = st.query_params.get(SECONDS, "")
    parameters = {SECONDS: int(seconds)} if seconds.isdecimal() and len(seconds) < 6 else {}
    if SAID[code] is errors.SignInTooSoonError and not parameters:
        return
    draw(notice(message(code, words.language, **parameters), "error", code))


def _form(words: Words) -> str:
    """The form; browsers know it as one for a password and offer what they keep."""
    name, password, back_to = FIELDS
    back = "&".join(f"{key}={st.query_params[key]}" for key in KEPT if key in st.query_params)
    return (
        f'<form class="cxr-sign-in" method="post" action="{PATH}">'
        f'<input type="hidden" name="{back_to}" value="{escape(back)}">'
        f"<label>{escape(words('sign_in.name'))}"
        f'<input name="{name}" autocomplete="username" autocapitalize="none" required '
        f'maxlength="200"></label><label>{escape(words("sign_in.password"))}'
        f'<input name="{password}" type="password" autocomplete="current-password" required '
        'maxlength="1000"></label>'
        f'<button type="submit">{escape(words("sign_in.enter"))}</button></form>'
    )


def _who(words: Words, visitor: Visitor) -> None:
    """Draw who is there, as what, and the way out."""
    user = visitor.user
    if user is None:
        return
    with st.container(key="who", horizontal=True, vertical_alignment="center"):
        said = words("sign_in.who", name=user.full_name, role=words(f"sign_in.role_{user.role}"))
        draw(f'<p class="cxr-caption">{escape(said)}</p>')
        st.button(
            words("sign_in.leave"),
            key="sign_out",
            on_click=_leave,
            type="tertiary",
            icon=":material/logout:",
        )


def _leave() -> None:
    """Sign out; the page is then drawn without anybody."""
    try:
        access.leave()
    except ExplainCxrError as error:
        st.session_state["sign_in_error"] = error


def _watch() -> None:
    """Take the page away when the session has ended though nobody has clicked."""
    try:
        is_over = access.visitor(is_there=False) is None
    except ExplainCxrError:
        return  # the page says so at the next click
    if is_over:
        st.rerun(scope="app")


def _forget_refusal() -> None:
    for key in (REFUSED, SECONDS):
        if key in st.query_params:
            del st.query_params[key]
