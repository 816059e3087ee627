"""Grad-CAM at every stage of the network, on demand: a strip from fine to coarse."""

import streamlit as st

from app import service
from app.markup import draw, lead, notice
from app.pictures import marked_png
from app.state.case import Ask, Case
from app.views.frame.problems import sentence
from pipeline.errors import QueueFullError
from pipeline.pictures.layer_overlay import layer_overlay
from pipeline.pictures.overlays import reduced
from pipeline.types import CaseResult, LayerMap
from pipeline.words import Words

PICTURE_PX = 320
POLL_SECONDS = 0.7


def show(words: Words, case: Case, found: CaseResult) -> None:
    """Draw the strip in a panel of its own, which asks for it when it is wanted."""
    label = found.explained_label
    with st.expander(words("layers.title"), key=f"layers_{case.id}_{label}"):
        draw(lead(words("layers.lead")))
        error = case.request_errors.get((Ask.LAYERS, label))
        if label in case.layer_maps:
            _strip(words, case, found, case.layer_maps[label])
        elif (Ask.LAYERS, label) in case.requests:
            _progress(words, case, label)
        else:
            if error is not None:
                draw(notice(sentence(words, error), "error", error.code))
            if st.button(words("layers.ask"), key=f"ask_layers_{case.id}_{label}"):
                try:
                    case.ask(service.workers(), Ask.LAYERS, label)
                except QueueFullError as full:
                    draw(notice(sentence(words, full), "warning", full.code))
                    return
                st.rerun()  # so that the page watches the new job


def _strip(words: Words, case: Case, found: CaseResult, maps: tuple[LayerMap, ...]) -> None:
    """The pictures side by side, each with its layer's name and grid."""
    signed = st.toggle(words("signed.show"), key="layers_signed", persist_state="session")

    def picture(layer_map: LayerMap) -> bytes:
        return marked_png(
            words,
            case,
            found.radiograph,
            ("layer", layer_map.label, layer_map.layer, signed),
            lambda: reduced(layer_overlay(found.radiograph, layer_map, signed=signed), PICTURE_PX),
        )

    for place, layer_map in zip(st.columns(len(maps), gap="small"), maps, strict=True):
        rows, cols = layer_map.signed_model.shape
        caption = words("layers.caption", layer=layer_map.layer, rows=rows, cols=cols)
        with place:
            st.image(picture(layer_map), caption=caption, alt=caption, width="stretch")


def _progress(words: Words, case: Case, label: str) -> None:
    """How far the job is; the page is drawn anew when it ends."""

    def watch() -> None:
        job = case.requests.get((Ask.LAYERS, label))
        if job is None:
            st.rerun(scope="app")
            return
        share = next((event.fraction for event in reversed(job.events()) if event.fraction), 0.0)
        st.progress(share, text=words("layers.working"))
        st.button(
            words("progress.cancel"), key=f"cancel_layers_{case.id}_{label}", on_click=job.cancel
        )

    st.fragment(watch, run_every=POLL_SECONDS)()
