"""The tabs of a result: their names, which one is open, and how a button opens another."""

import streamlit as st

from pipeline.types import Method
from pipeline.words import Words

TABS = ("result", "viewer", *Method, "report", "text_explanation", "download")


def tab_name(words: Words, tab: str) -> str:
    """What stands on a tab: a method's own name, or a word."""
    return tab.spec.name if isinstance(tab, Method) else words(f"tab.{tab}")


def start(words: Words) -> str:
    """The tab that was open when the language was last switched."""
    if st.session_state.get("tab_language") != words.language:
        st.session_state["tab_language"] = words.language
        st.session_state["tab_start"] = st.session_state.get("tab", TABS[0])
    first: str = st.session_state["tab_start"]
    return first


def key(words: Words) -> str:
    """Where the session keeps which tab is open."""
    return f"tabs_{words.language}_{start(words)}"


def open_tab(words: Words, tab: str) -> None:
    """Open a tab at the next run; for a button's `on_click`."""
    st.session_state[key(words)] = tab_name(words, tab)
