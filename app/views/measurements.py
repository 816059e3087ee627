"""The measurements of hyperinflation: drawn on the radiograph, each beside its threshold."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.markup import draw, heading, lead, legend, table
from app.pictures import png
from app.state.cases import Case
from pipeline.pictures.measurement_overlay import PART_COLOURS, drawn_parts, measurements_overlay
from pipeline.types import CaseResult, Measurement, MeasurementName
from pipeline.words import Words, message

UNMEASURED = "–"


def show(words: Words, case: Case, result: CaseResult) -> None:
    """Draw the lines on the radiograph and the table; nothing for a case without measurements."""
    measurements = result.measurements
    if not measurements:
        return
    draw(heading(words("measurements.title")) + lead(words("measurements.lead")))
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.image(
            png(
                case,
                ("measurements",),
                lambda: measurements_overlay(result.radiograph, measurements),
            ),
            caption=words("measurements.picture"),
            alt=words("measurements.picture_alt"),
            width="stretch",
        )
        draw(
            legend(
                (words(f"measurements.parts.{part}"), PART_COLOURS[part], "")
                for part in drawn_parts(measurements)
            )
        )
    cited = (
        measurement.threshold.citation
        for measurement in measurements
        if measurement.threshold is not None
    )
    sources = tuple(dict.fromkeys(cited))
    head = [
        words(f"measurements.{column}")
        for column in ("measurement", "value", "range", "threshold", "reading")
    ]
    with right, st.container(key="measurements"):
        judged = frozenset(
            measurement.name for measurement in measurements if measurement.threshold is not None
        )
        rows = (_row(words, measurement, sources, judged) for measurement in measurements)
        draw(table(head, rows, name=words("measurements.table")))
        notes = [words("measurements.interval")]
        notes += [words("measurements.square")] if result.radiograph.spacing_mm is None else []
        draw("".join(f'<p class="cxr-caption">{escape(note)}</p>' for note in notes))
        if sources:
            items = "".join(f"<li>{escape(source)}</li>" for source in sources)
            draw(
                f'<p class="cxr-caption">{escape(words("measurements.sources"))}</p>'
                f'<ol class="cxr-sources">{items}</ol>'
            )


def _row(
    words: Words,
    measurement: Measurement,
    sources: Sequence[str],
    judged: frozenset[MeasurementName],
) -> list[str]:
    name = words(f"measurements.names.{measurement.name}")
    if measurement.side is not None:
        name += f", {words(f'sides.{measurement.side}')}"
    threshold = ""
    if measurement.threshold is not None:
        mark = ">" if measurement.threshold.above else "<"
        number = sources.index(measurement.threshold.citation) + 1
        threshold = (
            f"{mark} {words.quantity(measurement.threshold.value, measurement.unit)} [{number}]"
        )
    if measurement.value is None or measurement.low is None or measurement.high is None:
        reason = "" if measurement.reason is None else message(measurement.reason, words.language)
        return [name, UNMEASURED, UNMEASURED, threshold or UNMEASURED, reason]
    ends = (
        words.number(end, measurement.unit.digits) for end in (measurement.low, measurement.high)
    )
    value = words.quantity(measurement.value, measurement.unit)
    return [
        name,
        value,
        "–".join(ends),
        threshold or UNMEASURED,
        _reading(words, measurement, judged),
    ]


def _reading(words: Words, measurement: Measurement, judged: frozenset[MeasurementName]) -> str:
    """What the value says beside its threshold, which some measurements have on one side only."""
    if measurement.beyond_threshold is None:
        return words(
            "measurements.other_side" if measurement.name in judged else "measurements.no_threshold"
        )
    if measurement.is_borderline:
        return words("measurements.borderline")
    return words(
        f"measurements.beyond.{measurement.name}"
        if measurement.beyond_threshold
        else "measurements.within"
    )
