"""Report writers side by side: the same cases through each, and what came of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from pipeline.types import (
    Claim,
    ClaimStatus,
    Descriptors,
    FloatArray,
    Language,
    Prediction,
    Report,
    Section,
)
from report.checking.claims import check_section
from report.models.readability import lix, words
from report.writing.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One radiograph as writers get it.

    Attributes:
        prediction: The classification.
        descriptors: The zones.
        picture: `(row, col)` float32 in [0, 1], bone white, for writers that see.
    """

    prediction: Prediction
    descriptors: Descriptors
    picture: FloatArray


class DraftingWriter(Protocol):
    """A writer that shows its first text before it is repaired."""

    def draft(
        self, prediction: Prediction, descriptors: Descriptors, *, language: Language, seed: int
    ) -> Draft:
        """The first text."""
        ...

    def finish(self, draft: Draft) -> Report:
        """The report that is made of it."""
        ...


WriterOf = Callable[[FloatArray], DraftingWriter]
"""Who writes about a picture; only a writer that sees looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One report, counted; `first_*` is the model's first text before any repair.

    Attributes:
        first_complete: Whether it has all three sections.
        zones: Zones of the case.
        first_zones: Those of them that some sentence names.
        first_sentences: Sentences; a text without any heading counts as findings.
        first_contradicted: Those that contradict the measurements.
        first_unmeasured: Those that state something that nobody measured.
        sentences: Sentences of the finished report.
        contradicted: Those that contradict the measurements.
        replaced: Template sentences among them, in place of the model's or added.
        words: Words of the finished report.
        lix: Its readability, see `report.models.readability.lix`.
        seconds: Wall time of the whole report, in s.
    """

    first_complete: bool
    zones: int
    first_zones: int
    first_sentences: int
    first_contradicted: int
    first_unmeasured: int
    sentences: int
    contradicted: int
    replaced: int
    words: int
    lix: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterMetrics:
    """What a writer's reports are like: shares in [0, 1], `None` where there was nothing to share.

    Attributes:
        reports: How many.
        sections_complete: Share of first texts with all three sections.
        zones_named: Share of the cases' zones that the first text names.
        contradicted_first: Share of the first texts' sentences that contradict the measurements.
        unmeasured_first: Share of them that state something that nobody measured.
        contradicted_finished: Share of the finished reports' sentences that contradict.
        replaced_finished: Share of them that are template sentences, in place of the model's or
            added.
        words: Mean length of a finished report, in words.
        lix: Mean readability of a finished report.
        seconds: Mean wall time of a report, in s.
    """

    reports: int
    sections_complete: float | None
    zones_named: float | None
    contradicted_first: float | None
    unmeasured_first: float | None
    contradicted_finished: float | None
    replaced_finished: float | None
    words: float | None
    lix: float | None
    seconds: float | None


COLUMNS = {
    "reports": "reports",
    "sections_complete": "all sections",
    "zones_named": "zones named",
    "contradicted_first": "contradicted before repair",
    "unmeasured_first": "not measured before repair",
    "contradicted_finished": "contradicted after",
    "replaced_finished": "plain after",
    "words": "words",
    "lix": "LIX",
    "seconds": "s a report",
}
_DECIMALS = {"reports": 0, "words": 0, "lix": 0, "seconds": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One writer's reports.

    Attributes:
        name: What the writer is called in this comparison.
        model: The name of its model; `model_sha256` its weights' digest, empty without a model.
        counts: Each report.
    """

    name: str
    model: str
    model_sha256: str
    counts: tuple[Counts, ...]


def compare(
    name: str,
    writer_of: WriterOf,
    cases: Sequence[Case],
    *,
    language: Language,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Row:
    """Send cases through one writer.

    Args:
        name: What to call it.
        writer_of: The writer; loaded already, or its loading counts as writing.
        cases: At least one.
        language: Of the reports.
        seed: Of writers that sample.
        progress: Receives how many reports are done.

    Raises:
        ModelError: The writer's model cannot be used.
    """
    counts = []
    for done, case in enumerate(cases, start=1):
        started = time.perf_counter()
        writer = writer_of(case.picture)
        draft = writer.draft(case.prediction, case.descriptors, language=language, seed=seed)
        report = writer.finish(draft)
        counts.append(_counts(draft, report, time.perf_counter() - started))
        progress(done)
    return Row(
        name=name, model=report.model, model_sha256=report.model_sha256, counts=tuple(counts)
    )


def metrics_of(counts: Sequence[Counts]) -> WriterMetrics:
    """The metrics of some reports; shares of sentences and zones are over all of them together."""

    def total(name: str) -> float:
        return float(sum(getattr(one, name) for one in counts))

    def share(part: str, whole: str) -> float | None:
        return total(part) / total(whole) if total(whole) else None

    def mean(name: str) -> float | None:
        return total(name) / len(counts) if counts else None

    return WriterMetrics(
        reports=len(counts),
        sections_complete=mean("first_complete"),
        zones_named=share("first_zones", "zones"),
        contradicted_first=share("first_contradicted", "first_sentences"),
        unmeasured_first=share("first_unmeasured", "first_sentences"),
        contradicted_finished=share("contradicted", "sentences"),
        replaced_finished=share("replaced", "sentences"),
        words=mean("words"),
        lix=mean("lix"),
        seconds=mean("seconds"),
    )


def overall(rows: Sequence[Row]) -> WriterMetrics:
    """The metrics of all writers' reports together."""
    return metrics_of([one for row in rows for one in row.counts])


def table(rows: Sequence[Row]) -> str:
    """The comparison as a Markdown table, a line a writer and one for all together."""
    named = [(row.name, metrics_of(row.counts)) for row in rows] + [("all", overall(rows))]
    lines = [["writer", *COLUMNS.values()], ["---"] * (len(COLUMNS) + 1)]
    for name, found in named:
        values = asdict(found)
        lines.append([name, *(_cell(key, values[key]) for key in COLUMNS)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(name: str, value: float | None) -> str:
    return "-" if value is None else f"{value:.{_DECIMALS.get(name, 3)}f}"


def _counts(draft: Draft, report: Report, seconds: float) -> Counts:
    first = _first_claims(draft)
    zones = {item.zone for item in draft.facts.items}
    return Counts(
        first_complete=all(section in draft.sections for section in Section),
        zones=len(zones),
        first_zones=len(zones & {zone for claim in first for zone in claim.zones}),
        first_sentences=len(first),
        first_contradicted=_with(first, ClaimStatus.CONTRADICTED),
        first_unmeasured=_with(first, ClaimStatus.NOT_MEASURED),
        sentences=len(report.standing),
        contradicted=_with(report.standing, ClaimStatus.CONTRADICTED),
        replaced=sum(claim.replaced for claim in report.standing),
        words=len(words(report.text)),
        lix=lix(report.text, report.language),
        seconds=seconds,
    )


def _first_claims(draft: Draft) -> list[Claim]:
    """Every sentence of a first text, checked."""
    sections = draft.sections or {Section.FINDINGS: draft.text}
    return [
        claim
        for section, text in sections.items()
        for claim in check_section(section, text, draft.facts)
    ]


def _with(claims: Sequence[Claim], status: ClaimStatus) -> int:
    return sum(claim.status is status for claim in claims)
