"""What both methods see together: the fused map, the zones, and their descriptors."""

import streamlit as st

from app.markup import draw, heading, lead, notice, table
from app.pictures import png
from app.state.cases import Case
from pipeline.pictures.overlays import saliency_overlay, zone_diagram
from pipeline.types import CaseResult, Descriptor, Grade
from pipeline.words import Words

OPACITY = 0.7


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the fused map, the zone diagram and the table of one label."""
    prediction = result.prediction
    label = result.explained_label
    name = words.label(prediction, label)
    draw(heading(words("descriptors.title")) + lead(words("descriptors.lead", label=name)))
    if not result.descriptors.items:
        draw(notice(words("descriptors.none")))
        return
    radiograph, anatomy, found = result.radiograph, result.anatomy, result.descriptors
    left, right = st.columns(2, gap="large")
    with left:
        st.image(
            png(
                case,
                ("fused", label),
                lambda: saliency_overlay(
                    radiograph, found.fused_image, OPACITY, outlines=anatomy.zones_image
                ),
            ),
            caption=words("descriptors.fused"),
            alt=words("descriptors.fused_alt", label=name),
            width="stretch",
        )
    with right:
        texts = {
            item.zone: f"{words.number(item.intensity)}\n{words(f'grades.{item.grade}')}"
            for item in found.items
        }
        st.image(
            png(
                case,
                ("zones", label, words.language),
                lambda: zone_diagram(found, texts, anatomy=anatomy),
            ),
            caption=words("descriptors.diagram"),
            alt=words("descriptors.diagram_alt"),
            width="stretch",
        )
    head = [
        words(f"descriptors.{column}")
        for column in ("zone", "intensity", "share", "agreement", "grade", "memberships")
    ]
    draw(table(head, (_row(words, item) for item in found.items), name=words("descriptors.table")))
    with st.expander(words("descriptors.meaning")):
        draw(
            "".join(
                lead(words(f"descriptors.{term}_meaning"))
                for term in ("intensity", "share", "agreement", "grade")
            )
        )


def _row(words: Words, item: Descriptor) -> list[str]:
    degrees = " · ".join(
        f"{words(f'grades.{grade}')} {words.number(item.memberships[grade])}" for grade in Grade
    )
    return [
        words.capital(f"zones.{item.zone}.name"),
        words.number(item.intensity),
        words.percent(item.share),
        words.number(item.agreement),
        words(f"grades.{item.grade}"),
        degrees,
    ]
