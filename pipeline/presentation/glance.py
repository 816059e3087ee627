"""What a reader sees first: the impression, what lies beyond a threshold, what qualifies it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.presentation.measurements import measurement_name, reading
from pipeline.presentation.notes import notes_view
from pipeline.types import (
    CaseResult,
    Conclusion,
    Examination,
    HeaderFacts,
    Measurement,
    Section,
)
from pipeline.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GlanceView:
    """The first screen beside picture and classification, ready to be shown.

    Attributes:
        impression_title: The heading of the impression.
        impression: Its first sentence, or the clinician's own text; empty without a report.
        measurements_title: The heading of the measurements.
        measurements: What lies beyond a threshold or too near to it, one sentence each; that there
            is nothing such; or that thresholds were not applied.
        notes_title: The heading of the notes.
        warnings: What qualifies the results or has to be looked at first, as `(code, sentence)`.
        not_stated: What the file does not state, in one sentence; empty if nothing is missing.
    """

    impression_title: str
    impression: str
    measurements_title: str
    measurements: tuple[str, ...]
    notes_title: str
    warnings: tuple[tuple[str, str], ...]
    not_stated: str


def glance_view(words: Words, result: CaseResult, conclusion: Conclusion | None) -> GlanceView:
    """Say what has to be seen first."""
    alarm = result.quality is not None and result.quality.shortcut_alarm
    warnings = notes_view(words, result).warnings
    return GlanceView(
        impression_title=words("glance.impression"),
        impression=impression(result, conclusion),
        measurements_title=words("glance.measurements"),
        measurements=_measurements(words, result),
        notes_title=words("glance.notes"),
        warnings=((("shortcut", words("quality.alarm")),) if alarm else ()) + warnings,
        not_stated=not_stated(words, result),
    )


def impression(result: CaseResult, conclusion: Conclusion | None) -> str:
    """The first sentence of the interpretation; all of it if the clinician has changed it."""
    report, section = result.report, Section.INTERPRETATION
    if report is None:
        return ""
    if conclusion is not None and conclusion.sections[section] != report.sections[section]:
        return conclusion.sections[section].strip()
    claims = (claim.sentence for claim in report.standing if claim.section is section)
    return next(claims, report.sections[section])


def not_stated(words: Words, found: Examination) -> str:
    """What the file does not state of view, pixel spacing and age."""
    radiograph = found.radiograph
    facts: HeaderFacts = radiograph.facts
    missing = [
        name
        for name, value in (
            ("view", facts.view),
            ("spacing", radiograph.spacing_mm),
            ("age", facts.age_group),
        )
        if value is None
    ]
    if not missing:
        return ""
    return words("glance.not_stated", facts=", ".join(words(f"glance.{one}") for one in missing))


def _measurements(words: Words, result: CaseResult) -> tuple[str, ...]:
    if not result.radiograph.facts.fits_thresholds:
        return (words("glance.not_applied"),)
    judged = [one for one in result.measurements if one.beyond_threshold is not None]
    if not judged:
        return (words("glance.none_measured"),)
    told = [one for one in judged if one.beyond_threshold or one.is_borderline]
    told.sort(key=lambda one: one.is_borderline)  # what is clear comes first
    said = tuple(_sentence(words, one, judged) for one in told)
    return said or (words.plural("glance.none_beyond", len(judged)),)


def _sentence(words: Words, one: Measurement, judged: Sequence[Measurement]) -> str:
    """Such as "Cardiothoracic ratio 0.56 (0.52-0.60), threshold > 0.50: enlarged"."""
    if one.value is None or one.low is None or one.high is None or one.threshold is None:
        return ""
    digits = one.unit.digits
    return words(
        "glance.measurement",
        name=measurement_name(words, one),
        value=words.quantity(one.value, one.unit),
        low=words.number(one.low, digits),
        high=words.number(one.high, digits),
        sign=">" if one.threshold.above else "<",
        threshold=words.quantity(one.threshold.value, one.unit),
        reading=reading(words, one, frozenset(other.name for other in judged), applied=True),
    )
