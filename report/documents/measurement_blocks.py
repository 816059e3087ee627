"""The measurements of hyperinflation as a table, its sources, and a drawing."""

from collections.abc import Mapping, Sequence

from pipeline.pictures.measurement_overlay import PART_COLOURS, drawn_parts
from pipeline.pictures.overlays import Picture
from pipeline.types import CaseResult, Measurement, MeasurementName
from pipeline.words import Words, message
from report.checking.repaired_spans import Run
from report.documents.blocks import Block, Figure, Heading, Paragraph, Table

MEASUREMENTS_FILE = "measurements.png"
UNMEASURED = "–"


def measurement_blocks(result: CaseResult, words: Words) -> list[Block]:
    """A heading, what the figures are, the table, and its sources; nothing without measurements.

    Args:
        result: The case.
        words: The documents' words.
    """
    if not result.measurements:
        return []
    sources = sources_of(result.measurements)
    head = tuple(
        words(key)
        for key in (
            "measurements.measurement",
            "measurements.value",
            "measurements.range",
            "measurements.threshold",
            "measurements.reading",
        )
    )
    judged = frozenset(
        measurement.name for measurement in result.measurements if measurement.threshold is not None
    )
    rows = tuple(_row(measurement, words, sources, judged) for measurement in result.measurements)
    told = [words("measurements.lead"), words("measurements.interval")]
    told += [words("measurements.square")] if result.radiograph.spacing_mm is None else []
    numbered = [f"[{number}] {citation}" for number, citation in enumerate(sources, 1)]
    return [
        Heading(text=words("measurements.title")),
        Paragraph(runs=(Run(text=" ".join(told)),)),
        Table(head=head, rows=rows, words=True),
        *(Paragraph(runs=(Run(text=line),), small=True) for line in numbered),
    ]


def measurement_figure(
    result: CaseResult, words: Words, pictures: Mapping[str, Picture]
) -> list[Figure]:
    """The drawing with its legend; none without measurements."""
    if MEASUREMENTS_FILE not in pictures:
        return []
    legend = tuple(
        (PART_COLOURS[part], words(f"measurements.parts.{part}"))
        for part in drawn_parts(result.measurements)
    )
    caption = words("measurements.picture")
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
    words: Words,
    sources: Sequence[str],
    judged: frozenset[MeasurementName],
) -> tuple[str, ...]:
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
        reason = (
            "" if measurement.reason is None else message(measurement.reason.value, words.language)
        )
        return (name, UNMEASURED, "", threshold, reason)
    ends = (
        words.number(end, measurement.unit.digits) for end in (measurement.low, measurement.high)
    )
    interval = "–".join(ends)
    value = words.quantity(measurement.value, measurement.unit)
    return (name, value, interval, threshold, _reading(measurement, words, judged))


def _reading(measurement: Measurement, words: Words, judged: frozenset[MeasurementName]) -> str:
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
