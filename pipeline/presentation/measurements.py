"""The chest measurements as a table with its sources and what has to be known of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.types import (
    AgeGroup,
    HeaderFacts,
    Measurement,
    MeasurementName,
    MeasurementPart,
    MeasurementReason,
    Radiograph,
)
from pipeline.words import Words, message

UNMEASURED = "–"

EMPHYSEMA = {"radiographs": 27, "patients": 11}
EMPHYSEMA_AUC = {"auc": 0.41, "low": 0.22, "high": 0.69}
"""The combined score of `python -m bench hyperinflation`, which is not better than chance and
therefore not shown; `docs/measurements/hyperinflation.json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementsView:
    """The measurements, ready to be shown.

    Attributes:
        title: The heading.
        lead: What they are, and of whom the thresholds are.
        head: The columns' names.
        rows: A row of cells for each measurement that could be made.
        unmeasured: Those that could not be made, with the reasons; empty if all were.
        notes: What the interval holds, what the measurements are worth, and what missing pixel
            spacing means.
        sources: Where the thresholds come from, in the order of their numbers.
        picture: The drawing's caption.
    """

    title: str
    lead: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unmeasured: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    picture: str


def measurements_view(
    words: Words, measurements: Sequence[Measurement], radiograph: Radiograph
) -> MeasurementsView | None:
    """Say the measurements; `None` where there are none."""
    if not measurements:
        return None
    sources = tuple(dict.fromkeys(one.threshold.citation for one in measurements if one.threshold))
    judged = frozenset(one.name for one in measurements if one.threshold)
    figures = {name: words.number(value, 2) for name, value in EMPHYSEMA_AUC.items()}
    notes = [words("measurements.interval")]
    notes += [words("measurements.worth", **EMPHYSEMA, **figures)]
    notes += [words("measurements.square")] if radiograph.spacing_mm is None else []
    return MeasurementsView(
        title=words("measurements.title"),
        lead=f"{words('measurements.lead')} {_whose(words, radiograph.facts)}",
        head=tuple(
            words(f"measurements.{column}")
            for column in ("measurement", "value", "range", "threshold", "reading")
        ),
        rows=tuple(
            _row(words, one, sources, judged, applied=radiograph.facts.fits_thresholds)
            for one in measurements
            if one.value is not None
        ),
        unmeasured=_unmeasured(words, measurements),
        notes=tuple(notes),
        sources=sources,
        picture=words("measurements.picture"),
    )


def _whose(words: Words, facts: HeaderFacts) -> str:
    """Whether the thresholds are this patient's, as far as the file says."""
    if facts.age_group is AgeGroup.CHILD:
        return words("measurements.whose.child")
    if not facts.fits_thresholds:
        return words("measurements.whose.other_view")
    return words(f"measurements.whose.{facts.age_group or 'unknown'}")


def part_name(words: Words, part: MeasurementPart) -> str:
    """What a line of the drawing was measured along."""
    return words(f"measurements.parts.{part}")


def measurement_name(words: Words, measurement: Measurement) -> str:
    """What is measured, and of which lung."""
    name = words(f"measurements.names.{measurement.name}")
    return name if measurement.side is None else f"{name}, {words.sides[measurement.side]}"


def _unmeasured(words: Words, measurements: Sequence[Measurement]) -> str:
    """Those that could not be made in one line, those of one reason together."""
    reasons: dict[MeasurementReason, list[str]] = {}
    for one in measurements:
        if one.reason is not None:
            reasons.setdefault(one.reason, []).append(measurement_name(words, one))
    said = [
        words(
            "measurements.unmeasured_for",
            names="; ".join(names),
            reason=message(reason, words.language),
        )
        for reason, names in reasons.items()
    ]
    return words("measurements.unmeasured", list=" ".join(said)) if said else ""


def _row(
    words: Words,
    measurement: Measurement,
    sources: Sequence[str],
    judged: frozenset[MeasurementName],
    *,
    applied: bool,
) -> tuple[str, ...]:
    name = measurement_name(words, measurement)
    threshold = UNMEASURED
    if measurement.threshold is not None:
        sign = ">" if measurement.threshold.above else "<"
        value = words.quantity(measurement.threshold.value, measurement.unit)
        number = sources.index(measurement.threshold.citation) + 1
        threshold = f"{sign} {value} [{number}]"
    if measurement.value is None or measurement.low is None or measurement.high is None:
        return name, UNMEASURED, UNMEASURED, threshold, ""
    digits = measurement.unit.digits
    interval = "–".join(words.number(end, digits) for end in (measurement.low, measurement.high))
    value = words.quantity(measurement.value, measurement.unit)
    return name, value, interval, threshold, reading(words, measurement, judged, applied=applied)


def reading(
    words: Words, measurement: Measurement, judged: frozenset[MeasurementName], *, applied: bool
) -> str:
    """What the value says beside its threshold, which some measurements have on one side only."""
    if not applied:
        return words("measurements.not_applied")
    if measurement.beyond_threshold is None:
        other_side = measurement.name in judged
        return words(f"measurements.{'other_side' if other_side else 'no_threshold'}")
    if measurement.is_borderline:
        return words("measurements.borderline")
    if measurement.beyond_threshold:
        return words(f"measurements.beyond.{measurement.name}")
    return words("measurements.within")
