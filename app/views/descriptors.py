"""What both methods see together: the fused map, the zones, and their descriptors."""

import streamlit as st

from app.markup import draw, heading, lead, notice, table
from app.palette import palette
from app.pictures import marked_png, png
from app.state.case import Case
from pipeline.pictures.overlays import saliency_overlay, zone_diagram
from pipeline.presentation import descriptor_table, no_zones
from pipeline.types import CaseResult
from pipeline.words import Words

OPACITY = 0.7


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the fused map, the zone diagram and the table of one label."""
    prediction = result.prediction
    label = result.explained_label
    name = words.label(prediction, label)
    draw(heading(words("descriptors.title")) + lead(words("descriptors.lead", label=name)))
    if not result.descriptors.items:
        draw(notice(no_zones(words, result)))
        return
    radiograph, anatomy, found = result.radiograph, result.anatomy, result.descriptors
    left, right = st.columns(2, gap="large")
    with left:
        st.image(
            marked_png(
                words,
                case,
                radiograph,
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
        colours = palette()
        st.image(
            png(
                case,
                ("zones", label, words.language, colours),
                lambda: zone_diagram(
                    found, texts, anatomy=anatomy, paper=colours.paper, empty=colours.track
                ),
            ),
            caption=words("descriptors.diagram"),
            alt=words("descriptors.diagram_alt"),
            width="stretch",
        )
    shown = descriptor_table(words, found.items)
    draw(table(shown.head, shown.rows, name=words("descriptors.table")))
    with st.expander(words("descriptors.meaning")):
        draw(
            "".join(
                lead(words(f"descriptors.{term}_meaning"))
                for term in ("attention", "share", "agreement", "grade")
            )
        )
