"""The viewer's controls: the highlighted zone, greys, overlays, the part of the radiograph.

Each is a control that keys can work, for the figure itself listens to the mouse alone.
"""

import streamlit as st

from app.state.case import Case
from app.viewer import bridge as viewer_bridge
from app.viewer.panels import Look
from app.viewer.viewport import LARGEST_ZOOM, Viewport
from app.views.evidence_image import zone_value
from app.views.maps import map_controls
from pipeline.pictures.windowing import Tissue, Window, window_for
from pipeline.types import CaseResult, Zone
from pipeline.words import Words

NONE = "none"
PLACES = ("across", "down")


def lit_zone(words: Words, case: Case, found: CaseResult) -> Zone | None:
    """The zones as a list with their values, strongest first; the chosen one is highlighted."""
    items = {item.zone: item for item in found.descriptors.items}
    zones = [*items, *(zone for zone in Zone if zone not in items)]
    chosen: str = st.radio(
        words("viewer.zones"),
        [NONE, *map(str, zones)],
        captions=["", *(zone_value(words, items.get(zone)) for zone in zones)],
        format_func=lambda key: words.capital(
            "viewer.no_zone" if key == NONE else f"zones.{key}.name"
        ),
        key=f"lit_{case.id}",
        persist_state="session",
        help=words("viewer.zones_help"),
    )
    return None if chosen == NONE else Zone(chosen)


def look(words: Words, case: Case, found: CaseResult, lit: Zone | None) -> Look:
    """How the radiograph and what lies over it are drawn."""
    with st.expander(words("viewer.overlays"), expanded=not viewer_bridge.is_narrow()):
        opacity = map_controls.share(words, "opacity", highest=100, first=70)
        threshold = map_controls.share(words, "threshold", highest=95, first=0)
        outlined = map_controls.zones_outlined(words)
        raw = map_controls.raw_wanted(words)
    with st.expander(words("viewer.greys"), expanded=not viewer_bridge.is_narrow()):
        window = _window(words, case, found)
    return Look(
        window=window,
        opacity=opacity,
        threshold=threshold,
        raw=raw,
        outlined=outlined,
        lit=lit,
    )


def view(words: Words, case: Case) -> Viewport:
    """Which part of the radiograph is looked at: zoom, and how far across and down."""
    seen = viewer_bridge.view(case)
    with st.expander(words("viewer.part_title"), expanded=not viewer_bridge.is_narrow()):
        _view_slider(words, case, "zoom", round(100 * seen.zoom), (100, round(100 * LARGEST_ZOOM)))
        for name in PLACES:
            place = round(100 * getattr(seen, name))
            _view_slider(words, case, name, place, (0, 100), still=seen.is_whole)
        st.button(
            words("viewer.whole_button"),
            key=f"whole_{case.id}",
            on_click=viewer_bridge.set_view,
            args=(case, Viewport()),
            disabled=seen.is_whole,
            icon=":material/fit_screen:",
        )
    return seen


def _view_slider(
    words: Words,
    case: Case,
    name: str,
    percent: int,
    ends: tuple[int, int],
    *,
    still: bool = False,
) -> None:
    """A slider that follows the view, which the mouse moves too."""
    key = f"{name}_{case.id}"
    st.session_state[key] = percent
    st.slider(
        words(f"viewer.{name}"),
        *ends,
        step=25 if name == "zoom" else 5,
        format=words.slider_format,
        key=key,
        disabled=still,
        on_change=_move,
        args=(case, name, key),
    )


def _move(case: Case, name: str, key: str) -> None:
    seen, share = viewer_bridge.view(case), st.session_state[key] / 100
    moved = seen.enlarged(share) if name == "zoom" else seen.moved(**{name: share})
    viewer_bridge.set_view(case, moved)


def _window(words: Words, case: Case, found: CaseResult) -> Window:
    """Level and width, and buttons that fit both to a tissue."""
    with st.container(key="viewer_windows", horizontal=True, gap="small"):
        for tissue in Tissue:
            st.button(
                words(f"viewer.window_{tissue}"),
                key=f"window_{tissue}",
                on_click=_fit,
                args=(case, found, tissue),
            )
    level = _grey_slider(words, case, "level", 0, 50)
    width = _grey_slider(words, case, "width", 2, 100)
    return Window(level=level / 100, width=width / 100)


def _grey_slider(words: Words, case: Case, name: str, lowest: int, first: int) -> int:
    percent: int = st.slider(
        words(f"viewer.{name}"),
        lowest,
        100,
        first,
        1,
        format=words.slider_format,
        key=f"{name}_{case.id}",
        persist_state="session",
    )
    return percent


def _fit(case: Case, found: CaseResult, tissue: Tissue) -> None:
    window = window_for(tissue, found.radiograph, found.anatomy)
    st.session_state[f"level_{case.id}"] = round(100 * window.level)
    st.session_state[f"width_{case.id}"] = max(2, round(100 * window.width))
