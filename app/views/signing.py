"""Signing the conclusion: who signed what, the form to sign, and the form to amend."""

from datetime import datetime
from html import escape

import streamlit as st

from app import access, service
from app.markup import draw, heading, lead, notice
from app.state.case import Case
from app.state.visitor import Visitor
from app.views import read_first
from app.views.frame.problems import of_store
from pipeline.errors import ExplainCxrError
from pipeline.types import Conclusion
from pipeline.words import Words, message
from records import CaseLine, SignatureIncompleteError, SignedVersion, StoreLockedError
from records.errors import NotAllowedError
from records.people.values import Right

SHOWN_OF_HASH = 16


def show(words: Words, case: Case, visitor: Visitor) -> None:
    """Draw the signed versions and, for who may sign, the form; nothing without a report."""
    conclusion = case.conclusion()
    if conclusion is None or case.result is None:
        return
    draw(heading(words("signing.title"), 3))
    try:
        versions = _versions(case)
    except ExplainCxrError as error:
        of_store(words, error, "versions")
        return
    of_store(words, st.session_state.pop("signing_error", None), "signing")
    _stay(words, service.keeper().store().line(case.id))
    for version in versions:
        _version(words, version)
    if versions and versions[-1].sections == conclusion.sections:
        return
    if versions:
        draw(notice(words("signing.changed"), "warning"))
    else:
        draw(lead(words("signing.lead")))
    if visitor.may(Right.SIGN):
        _form(words, case, conclusion, visitor, is_amendment=bool(versions))
    elif visitor.user is not None:
        role = words(f"sign_in.role_{visitor.user.role}")
        draw(notice(message(NotAllowedError.code, words.language, role=role)))


def _versions(case: Case) -> tuple[SignedVersion, ...]:
    """What is signed; the store must have the case by now."""
    keeper = service.keeper()
    keeper.keep(case)
    if not keeper.flush():
        raise StoreLockedError
    if keeper.problem is not None:
        raise keeper.problem
    return keeper.store().conclusions.versions(case.id)


def _stay(words: Words, line: CaseLine) -> None:
    """Until when the case stays, and the switch that keeps it."""
    at = line.expires_at
    said = words("signing.kept") if at is None else words("signing.until", time=_time(words, at))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            words("signing.keep"),
            value=line.kept,
            key=f"keep_{line.id}",
            on_change=_keep,
            args=(line.id,),
        )
        draw(f'<p class="cxr-caption">{escape(said)}</p>')


def _keep(case: str) -> None:
    """Keep the case, or let it leave in time; a click comes before anything is drawn."""
    retention = service.keeper().store().retention
    change = retention.keep if st.session_state[f"keep_{case}"] else retention.release
    try:
        change(case, actor=access.require().actor)
    except ExplainCxrError as error:
        st.session_state["signing_error"] = error


def _version(words: Words, version: SignedVersion) -> None:
    said = words(
        "signing.amended" if version.version > 1 else "signing.signed",
        version=version.version,
        signer=version.signer,
        time=_time(words, version.signed_at),
        reason=version.reason,
    )
    draw(notice(said, "success"))
    hashes = words(
        "signing.hashes",
        signed=version.text_sha256[:SHOWN_OF_HASH],
        inputs=version.inputs_sha256[:SHOWN_OF_HASH],
    )
    draw(f'<p class="cxr-caption">{escape(hashes)}</p>')
    if version.difference:
        with st.expander(words("signing.difference"), key=f"difference_{version.version}"):
            draw(f'<pre class="cxr-text">{escape(version.difference)}</pre>')


def _signer(words: Words, visitor: Visitor) -> str:
    """The name that stands under the text: that of who signed in, else one that is typed."""
    if visitor.user is None:
        typed: str = st.text_input(words("signing.name"), key="signer", max_chars=200)
        return typed
    draw(lead(words("signing.as", name=visitor.user.full_name)))
    return visitor.user.full_name


def _form(
    words: Words, case: Case, conclusion: Conclusion, visitor: Visitor, *, is_amendment: bool
) -> None:
    with st.form(f"sign_{case.id}"):
        signer = _signer(words, visitor)
        reason = (
            st.text_input(words("signing.reason"), key=f"reason_{case.id}", max_chars=1000)
            if is_amendment
            else None
        )
        state = None if is_amendment else read_first.final_state(words, case)
        pressed = st.form_submit_button(
            words("signing.amend" if is_amendment else "signing.sign"),
            disabled=case.job is not None,
            type="primary",
            icon=":material/signature:",
        )
    if not pressed:
        return
    try:
        actor = access.require(Right.SIGN).actor
        conclusions = service.keeper().store().conclusions
        if reason is None and state is None and service.settings().read_first:
            raise SignatureIncompleteError(field="state")
        if reason is None:
            conclusions.sign(case.id, conclusion, signer=signer, actor=actor, state=state)
        else:
            conclusions.amend(case.id, conclusion, signer=signer, reason=reason, actor=actor)
    except ExplainCxrError as error:
        st.session_state["signing_error"] = error
    st.rerun()


def _time(words: Words, at: datetime) -> str:
    """In this computer's time zone, as the language writes it."""
    from babel.dates import format_datetime

    return format_datetime(at.astimezone(), "medium", locale=words.locale)
