"""What stands around everything: name, language switch, style, and the disclaimer."""

import json
from html import escape
from pathlib import Path

import streamlit as st

from app import service
from app.markup import draw
from app.state.cases import BYTES_PER_MB, Cases
from pipeline.errors import FileTooLargeError
from pipeline.presentation import classification_view
from pipeline.types import Language
from pipeline.words import Words, message, words_of

STATIC = Path(__file__).parents[2] / "static"
STYLES = tuple(STATIC / f"{name}.css" for name in ("theme", "style", "glance"))
GUARD, WATCH = STATIC / "upload_guard.js", STATIC / "page.js"


def show() -> Words:
    """Draw the top of the page.

    Returns:
        The words of the chosen language.
    """
    chosen = _chosen()
    words = words_of(chosen).of("page")
    st.set_page_config(
        page_title=words("frame.title"), page_icon="🫁", layout="wide", menu_items={}
    )
    for style in STYLES:
        st.html(style)
    st.html(_script(words), unsafe_allow_javascript=True)
    with st.container(key="top", horizontal=True, vertical_alignment="center"):
        draw(
            f'<div class="cxr-brand"><h1>{escape(words("frame.title"))}</h1>'
            f"<p>{escape(words('frame.tagline'))}</p></div>"
        )
        st.segmented_control(
            words("frame.language"),
            list(Language),
            default=chosen,
            required=True,
            format_func=_own_name,
            key="language",
            label_visibility="collapsed",
        )
    return words


def _chosen() -> Language:
    """The language chosen on the page, else that of its address, else the browser's own.

    A choice that is not the browser's stands in the address, so that a reload keeps it.
    """
    own = language_of(st.context.locale) or Language.ENGLISH
    asked = language_of(st.query_params.get("language"))
    chosen = Language(st.session_state.get("language") or asked or own)
    if chosen is not own:
        st.query_params["language"] = chosen.value
    elif "language" in st.query_params:
        del st.query_params["language"]
    return chosen


def language_of(tag: str | None) -> Language | None:
    """The language of a tag such as `ru-RU`; `None` for one that the page does not speak."""
    primary = (tag or "").replace("_", "-").partition("-")[0].lower()
    return Language(primary) if primary in set(Language) else None


def _own_name(language: Language) -> str:
    """A language as its own speakers call it."""
    return words_of(language).language_name(language).capitalize()


def watch(words: Words, cases: Cases) -> None:
    """Tell screen readers what has arrived, the browser what was edited and what was removed."""
    case = cases.case
    said = ""
    if case is not None and case.result is not None and case.id not in cases.hidden:
        headline = classification_view(words, case.result.prediction).headline
        said = words("frame.arrived", name=case.name, headline=headline)
        if case.report is not None:
            said += f" {words('frame.report_arrived')}"
    removed = None if cases.removed is None else cases.removed.case.id
    state = json.dumps({"said": said, "edited": cases.edited, "removed": removed}).replace(
        "<", "\\u003c"
    )
    script = f"{WATCH.read_text(encoding='utf-8')}\nwatchPage({state});"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def close(words: Words) -> None:
    """Draw the disclaimer, which stays in sight wherever the page is scrolled."""
    draw(
        f'<div class="cxr-disclaimer" role="note"><b>{escape(words.disclaimer)}</b>'
        f" <span>{escape(words('frame.disclaimer_more'))}</span></div>"
    )


def _script(words: Words) -> str:
    """Tell screen readers the language, and the upload guard what to say."""
    limit_mb = service.settings().max_file_mb
    settings = {
        "language": words.language.value,
        "label": words("upload.label"),
        "button": words("upload.button"),
        "limit": words("upload.limit", limit_mb=limit_mb),
        "close": words("upload.close"),
        "refused": message(FileTooLargeError.code, words.language, limit_mb=limit_mb),
        "code": FileTooLargeError.code,
        "most": limit_mb * BYTES_PER_MB,
    }
    data = json.dumps(settings).replace("<", "\\u003c")
    return f"<script>{GUARD.read_text(encoding='utf-8')}\nguardUploads({data});</script>"
