"""What the browser reports to the viewer: its width, and where a mouse has moved the pictures to.

Everything else is set by the page's own controls. Plotly draws a figure anew whenever anything of
it changes, and would forget where the mouse had moved it; the page draws it there again.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app.state.case import Case
from app.viewer.viewport import Viewport, view_of

SCRIPT = Path(__file__).with_name("bridge.js")
KEY, WIDTH = "viewer_bridge", "viewer_width_px"
FIRST_WIDTH_PX = 920  # until the browser has reported it
NARROWEST_PX, WIDEST_PX = 200, 4000
ONE_COLUMN_PX = 560


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureState:
    """The figure on the page.

    Attributes:
        what: All it shows besides the view.
        began: The view it was drawn with.
        now: The view it has come to.
    """

    what: tuple[object, ...]
    began: Viewport
    now: Viewport


def view(case: Case) -> Viewport:
    """The part of the radiograph that is looked at."""
    kept: Viewport = st.session_state.get(f"view_{case.id}", Viewport())
    return kept


def set_view(case: Case, wanted: Viewport) -> None:
    """Look at another part of the radiograph."""
    st.session_state[f"view_{case.id}"] = wanted


def view_to_draw(case: Case, what: tuple[object, ...]) -> Viewport:
    """The view for the figure's own text.

    A figure that a mouse has moved to where it is wanted keeps the text it began with, so that
    the browser leaves it as it is.

    Args:
        case: The radiograph.
        what: All that the figure shows besides the view.
    """
    wanted, key = view(case), f"drawn_{case.id}"
    drawn: FigureState | None = st.session_state.get(key)
    if drawn is None or drawn.what != what or drawn.now != wanted:
        drawn = FigureState(what=what, began=wanted, now=wanted)
        st.session_state[key] = drawn
    return drawn.began


def width_px() -> int:
    """The width of the viewer."""
    kept: int = st.session_state.get(WIDTH, FIRST_WIDTH_PX)
    return kept


def is_narrow() -> bool:
    """Whether there is room for one picture in a row only, as on a telephone."""
    return width_px() < ONE_COLUMN_PX


def mount(case: Case, shape: tuple[int, int]) -> None:
    """Listen to the browser.

    Args:
        case: The radiograph.
        shape: `(rows, cols)` of its working grid.
    """
    reported = _component()(
        key=KEY,
        height="content",
        on_width_change=lambda: None,
        on_view_change=lambda: _take_view(case, shape),
    )
    width = reported.get("width")
    if isinstance(width, int | float):
        st.session_state[WIDTH] = int(min(max(width, NARROWEST_PX), WIDEST_PX))


def _take_view(case: Case, shape: tuple[int, int]) -> None:
    """Take over where the mouse has moved the pictures to."""
    ranges = st.session_state[KEY].get("view")
    if not isinstance(ranges, list) or len(ranges) != 4:
        return
    moved = view_of([float(end) for end in ranges], shape)
    key = f"drawn_{case.id}"
    drawn: FigureState | None = st.session_state.get(key)
    if drawn is not None:
        st.session_state[key] = replace(drawn, now=moved)
    set_view(case, moved)


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "explaincxr_viewer_bridge", js=SCRIPT.read_text(encoding="utf-8")
    )
