"""The measurements of hyperinflation as a table, its sources, and a drawing."""

from collections.abc import Mapping, Sequence

from pipeline.messages import message
from pipeline.pictures.measurement_overlay import PART_COLOURS, drawn_parts
from pipeline.pictures.overlays import Picture
from pipeline.types import CaseResult, Language, Measurement, MeasurementName
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Figure, Heading, Paragraph, Table
from report.writing.measurement_words import quantity

MEASUREMENTS_FILE = "measurements.png"
UNMEASURED = "–"


def measurement_blocks(
    result: CaseResult, text: Mapping[str, str], language: Language
) -> list[Block]:
    """A heading, what the figures are, the table, and its sources; nothing without measurements.

    Args:
        result: The case.
        text: The documents' words.
        language: Their language.
    """
    if not result.measurements:
        return []
    sources = sources_of(result.measurements)
    head = tuple(
        text[key]
        for key in (
            "measurement",
            "measurement_value",
            "measurement_interval",
            "measurement_threshold",
            "measurement_reading",
        )
    )
    judged = frozenset(
        measurement.name for measurement in result.measurements if measurement.threshold is not None
    )
    rows = tuple(
        _row(measurement, text, language, sources, judged) for measurement in result.measurements
    )
    told = [text["measurements_lead"], text["measurements_interval"]]
    told += [text["measurements_square"]] if result.radiograph.spacing_mm is None else []
    numbered = [f"[{number}] {citation}" for number, citation in enumerate(sources, 1)]
    return [
        Heading(text=text["measurements"]),
        Paragraph(runs=(Run(text=" ".join(told)),)),
        Table(head=head, rows=rows, words=True),
        *(Paragraph(runs=(Run(text=line),), small=True) for line in numbered),
    ]


def measurement_figure(
    result: CaseResult, text: Mapping[str, str], pictures: Mapping[str, Picture]
) -> list[Figure]:
    """The drawing with its legend; none without measurements."""
    if MEASUREMENTS_FILE not in pictures:
        return []
    legend = tuple(
        (PART_COLOURS[part], text[f"measurement_part_{part}"])
        for part in drawn_parts(result.measurements)
    )
    caption = text["measurements_picture"]
    return [
        Figure(
            picture=pictures[MEASUREMENTS_FILE],
            caption=caption,
            file=MEASUREMENTS_FILE,
            legend=legend,
        ),
    ]


def sources_of(measurements: Sequence[Measurement]) -> tuple[str, ...]:
    """Each source once, in the order in which the table refers to it."""
    cited = (
        measurement.threshold.citation
        for measurement in measurements
        if measurement.threshold is not None
    )
    return tuple(dict.fromkeys(cited))


def _row(
    measurement: Measurement,
    text: Mapping[str, str],
    language: Language,
    sources: Sequence[str],
    judged: frozenset[MeasurementName],
) -> tuple[str, ...]:
    name = text[f"measurement_{measurement.name}"]
    if measurement.side is not None:
        name += f", {text[f'measurement_{measurement.side}']}"
    threshold = ""
    if measurement.threshold is not None:
        mark = ">" if measurement.threshold.above else "<"
        number = sources.index(measurement.threshold.citation) + 1
        threshold = (
            f"{mark} {quantity(measurement.threshold.value, measurement.unit, language)} [{number}]"
        )
    if measurement.value is None or measurement.low is None or measurement.high is None:
        reason = "" if measurement.reason is None else message(measurement.reason.value, language)
        return (name, UNMEASURED, "", threshold, reason)
    digits = measurement.unit.digits
    interval = f"{measurement.low:.{digits}f}–{measurement.high:.{digits}f}"
    value = quantity(measurement.value, measurement.unit, language)
    return (name, value, interval, threshold, _reading(measurement, text, judged))


def _reading(
    measurement: Measurement, text: Mapping[str, str], judged: frozenset[MeasurementName]
) -> str:
    """What the value says beside its threshold, which some measurements have on one side only."""
    if measurement.beyond_threshold is None:
        return text[
            "measurement_other_side" if measurement.name in judged else "measurement_no_threshold"
        ]
    if measurement.is_borderline:
        return text["measurement_borderline"]
    return text[
        f"measurement_beyond_{measurement.name}"
        if measurement.beyond_threshold
        else "measurement_within"
    ]
