"""One method's tab: its map over the radiograph for any label, and its quality."""

from collections.abc import Sequence

import streamlit as st

from app.markup import draw, facts, heading, lead, notice
from app.models.saliency import (
    MapLook,
    MethodMeasures,
    map_caption,
    map_picture,
    method_measures,
)
from app.pictures import marked_png
from app.state.case import Case
from app.views.maps import layers as layer_maps
from app.views.maps import map_controls, quality, signed
from pipeline.pictures.overlays import grey_picture
from pipeline.types import CaseResult, Method
from pipeline.words import Words

RADIOGRAPH = "radiograph"


def show(words: Words, case: Case, method: Method) -> None:
    """Draw the controls and, once it is there, the map."""
    if case.result is None:
        return
    draw(heading(words(f"saliency.{method}_title")) + lead(words(f"saliency.{method}_lead")))
    places = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
    with places[0]:
        label = map_controls.label(words, case, case.result)
    found = case.explained.get(label)
    if found is None:
        map_controls.pending(words, case, label)
        return
    if method not in found.explanations:
        map_controls.on_request(words, case, found, method)
        return
    with places[1]:
        opacity = map_controls.share(words, "opacity", highest=100, first=70)
    with places[2]:
        threshold = map_controls.share(words, "threshold", highest=95, first=0)
    others = tuple(item for item in found.explanations if item is not method)
    beside, outlined, raw = _switches(words, method, others)
    look = MapLook(opacity=opacity, threshold=threshold, outlined=outlined, raw=raw)
    left, right = st.columns(2, gap="large")
    with left:
        _map(words, case, found, method, look)
    with right:
        if beside == RADIOGRAPH:
            _radiograph(words, case, found)
        else:
            _map(words, case, found, Method(beside), look)
    map_controls.colour_scale(words)
    signed.show(words, case, found, method, look)
    if method.spec.layered:
        layer_maps.show(words, case, found)
    draw(heading(words("saliency.quality"), 3))
    quality.show(words, case, found, method)
    _measures(words, method_measures(words, found.explanations[method]))


def _switches(words: Words, method: Method, others: Sequence[Method]) -> tuple[str, bool, bool]:
    """What stands beside the map, whether zones are outlined, whether the raw map is wanted."""
    with st.container(key="switches", horizontal=True, vertical_alignment="bottom", gap="medium"):
        beside: str = st.segmented_control(
            words("saliency.beside"),
            [RADIOGRAPH, *(other.value for other in others)],
            default=RADIOGRAPH,
            required=True,
            format_func=lambda key: (
                words("saliency.radiograph") if key == RADIOGRAPH else Method(key).spec.name
            ),
            key=f"beside_{method}",
            persist_state="session",
        )
        outlines = map_controls.zones_outlined(words)
        raw = map_controls.raw_wanted(words)
    return beside, outlines, raw


def _map(words: Words, case: Case, found: CaseResult, method: Method, look: MapLook) -> None:
    picture = marked_png(
        words,
        case,
        found.radiograph,
        (method, found.explanations[method].label, look),
        lambda: map_picture(found, method, look),
    )
    caption = map_caption(words, found, method, look)
    st.image(picture, caption=caption, alt=caption, width="stretch")


def _radiograph(words: Words, case: Case, found: CaseResult) -> None:
    st.image(
        marked_png(
            words,
            case,
            found.radiograph,
            ("anatomy", False),
            lambda: grey_picture(found.radiograph),
        ),
        caption=words("saliency.radiograph"),
        alt=words("result.radiograph_alt"),
        width="stretch",
    )


def _measures(words: Words, view: MethodMeasures) -> None:
    """How much was cut away, and the method's own measures."""
    draw(facts(view.facts))
    draw(lead(words("saliency.removed_lead")))
    if view.is_fitted:
        draw(lead(words("saliency.r2_lead")))
    if view.fits_poorly:
        draw(notice(words("saliency.r2_poor"), "warning"))
    if view.parameters:
        with st.expander(words("saliency.parameters")):
            draw(facts(view.parameters))
