"""Grad-CAM at every stage of the network, on demand: a strip from fine to coarse."""

import streamlit as st

from app import service
from app.cases import Case
from app.language import Words
from app.markup import draw, lead, notice
from app.pictures import png
from app.views.problems import sentence
from pipeline.errors import QueueFullError
from pipeline.figures import reduced
from pipeline.stage_figure import stage_overlay
from pipeline.types import CaseResult, Method, StageMap

PICTURE_PX = 320
POLL_SECONDS = 0.7


def show(words: Words, case: Case, found: CaseResult) -> None:
    """Draw the strip in a panel of its own, which asks for it when it is wanted."""
    label, staging = found.explanations[Method.GRAD_CAM].label, case.staging
    with st.expander(words("stages.title"), key=f"stages_{case.id}_{label}"):
        draw(lead(words("stages.lead")))
        error = staging.errors.get(label)
        if label in staging.found:
            _strip(words, case, found, staging.found[label])
        elif label in staging.jobs:
            _progress(words, case, label)
        else:
            if error is not None:
                draw(notice(sentence(words, error), "error", error.code))
            if st.button(words("stages.ask"), key=f"ask_stages_{case.id}_{label}"):
                try:
                    staging.ask(service.workers(), found)
                except QueueFullError as full:
                    draw(notice(sentence(words, full), "warning", full.code))
                    return
                st.rerun()  # so that the page watches the new job


def _strip(words: Words, case: Case, found: CaseResult, maps: tuple[StageMap, ...]) -> None:
    """The pictures side by side, each with its layer's name and grid."""
    signed = st.toggle(words("signed.show"), key="stages_signed", persist_state="session")

    def picture(stage: StageMap) -> bytes:
        return png(
            case,
            ("stage", stage.label, stage.layer, signed),
            lambda: reduced(stage_overlay(found.radiograph, stage, signed=signed), PICTURE_PX),
        )

    for place, stage in zip(st.columns(len(maps), gap="small"), maps, strict=True):
        rows, cols = stage.signed_model.shape
        caption = words("stages.caption", layer=stage.layer, rows=rows, cols=cols)
        with place:
            st.image(picture(stage), caption=caption, alt=caption, width="stretch")


def _progress(words: Words, case: Case, label: str) -> None:
    """How far the job is; the page is drawn anew when it ends."""

    def watch() -> None:
        job = case.staging.jobs.get(label)
        if job is None:
            st.rerun(scope="app")
            return
        share = next((event.fraction for event in reversed(job.events()) if event.fraction), 0.0)
        st.progress(share, text=words("stages.working"))
        st.button(
            words("progress.cancel"), key=f"cancel_stages_{case.id}_{label}", on_click=job.cancel
        )

    st.fragment(watch, run_every=POLL_SECONDS)()
