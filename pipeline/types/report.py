"""The report and what the check of its sentences found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.types.language import Language
from pipeline.types.vocabulary import Section, Zone


class ClaimStatus(StrEnum):
    """What the check of a sentence against the measurements found.

    A sentence is supported only if all that it states was measured; it is contradicted if something
    measured says otherwise; what nobody measured makes it not measured, whatever stands beside it.
    Advice and caution that claim nothing of this radiograph are general.
    """

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_MEASURED = "not_measured"
    GENERAL = "general"


class SpanKind(StrEnum):
    """What a span of a sentence states: what is measured first, then what is not."""

    ZONE = "zone"
    SIDE = "side"
    NUMBER = "number"
    GRADE = "grade"
    ORDER = "order"
    COMPARISON = "comparison"
    COUNT = "count"
    AGREEMENT = "agreement"
    LABEL = "label"
    CONFIDENCE = "confidence"
    MEASUREMENT = "measurement"
    FINDING = "finding"
    DISEASE = "disease"
    DEVICE = "device"
    ANATOMY = "anatomy"
    TIME = "time"
    CAUSE = "cause"
    PATIENT = "patient"
    TREATMENT = "treatment"
    SPECULATION = "speculation"
    ADVICE = "advice"
    CAUTION = "caution"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSpan:
    """A part of a sentence that states one thing.

    Attributes:
        text: Its words.
        kind: What it states.
        right: Whether it is what was measured; `None` where that decides nothing or nobody
            measured it.
        evidence: The measured values it was compared with, by name.
    """

    text: str
    kind: SpanKind
    right: bool | None = None
    evidence: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a report and what the check found.

    Attributes:
        section: Where the sentence stands.
        sentence: Its text.
        status: The check's classification.
        zones: The zones it names.
        evidence: Its evidence: measured values by name.
        spans: What it states, part by part, in its order.
        replaced: Whether it is a template sentence that says what the model got wrong or left out.
        removed: Whether it was struck out: it does not stand in the report.
        suggested: Whether it stands as the model's suggestion, which nobody measured.
    """

    section: Section
    sentence: str
    status: ClaimStatus
    zones: tuple[Zone, ...] = ()
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    spans: tuple[ClaimSpan, ...] = ()
    replaced: bool = False
    removed: bool = False
    suggested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the language model wrote, checked.

    Attributes:
        language: Its language.
        model: Name of the GGUF model; `model_sha256` its file's digest.
        prompt: The whole prompt, built from enumerated model outputs only.
        prompt_parts: The prompt's pieces in order, each `(descriptor key, text)`; the key is empty
            for fixed text, a zone's value, `label` or `confidence` otherwise. Joined they give the
            user part of the prompt.
        sections: Text of each section.
        claims: Each sentence with its check, in order, and with those that were struck out.
        thoughts: A reasoning model's `<think>` text, kept out of the report.
        attempts: How many times the model was asked.
        truncated: Whether the model was stopped at its token budget.
        seed: The sampling seed.
        sampling: The sampling settings.
    """

    language: Language
    model: str
    model_sha256: str
    prompt: str
    prompt_parts: tuple[tuple[str, str], ...]
    sections: Mapping[Section, str]
    claims: tuple[Claim, ...]
    thoughts: str = ""
    attempts: int = 1
    truncated: bool = False
    seed: int = 0
    sampling: Mapping[str, float | int] = field(default_factory=dict)

    @property
    def is_template(self) -> bool:
        """Whether no model wrote it: every sentence was made from a template."""
        return not self.model_sha256

    @property
    def standing(self) -> tuple[Claim, ...]:
        """The sentences that stand in the report, in order."""
        return tuple(claim for claim in self.claims if not claim.removed)

    @property
    def text(self) -> str:
        """The sections' texts, one paragraph each, without headings."""
        return "\n\n".join(self.sections[section] for section in Section)
