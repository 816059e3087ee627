"""Report, conclusion, and why the report says what it says."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from pipeline.result_file.entry import Entry, Number, Scalar
from pipeline.types import (
    ClaimStatus,
    Section,
    SentenceExplanation,
    SpanKind,
    TextAttributions,
    TextExplanation,
    Zone,
)

LanguageCode = Annotated[str, Field(pattern="^[a-z]{2,3}$")]


def _all(sections: Mapping[Section, str]) -> dict[Section, str]:
    return {section: sections.get(section, "") for section in Section}


Sections = Annotated[Mapping[Section, str], BeforeValidator(_all)]


class ClaimSpanEntry(Entry):
    """A part of a sentence that states one thing."""

    text: str
    kind: SpanKind
    """What it states."""
    right: bool | None
    """Whether it is what was measured; null where that decides nothing or nobody measured it."""
    evidence: Mapping[str, Scalar]
    """The measured values it was compared with."""


class ClaimEntry(Entry):
    """One sentence of the report and what the check against the measurements found."""

    section: Section
    sentence: str
    status: ClaimStatus
    """Supported only if all that it states was measured; not measured whatever was right beside
    what nobody measured."""
    zones: tuple[Zone, ...]
    """The zones it names."""
    evidence: Mapping[str, Scalar]
    """The measured values it was checked against."""
    spans: tuple[ClaimSpanEntry, ...]
    """What it states, part by part."""
    replaced: bool
    """Whether it is a template sentence that says what the model got wrong or left out."""
    removed: bool
    """Whether it was struck out: it does not stand in the section's text."""
    suggested: bool
    """Whether it stands as the model's suggestion, which nobody measured."""


class ReportEntry(Entry):
    """What the language model wrote, checked."""

    language: LanguageCode
    model: str
    sections: Sections
    claims: tuple[ClaimEntry, ...]
    thoughts: str
    """A reasoning model's thoughts, kept out of the report."""
    attempts: int = Field(ge=1)
    """How many times the model was asked."""
    truncated: bool
    """Whether the model was stopped at its token budget."""


class ConclusionEntry(Entry):
    """What the clinician signed."""

    language: LanguageCode
    edited: bool
    sections: Sections


class AttributionEntry(Entry):
    """What one span of text contributed."""

    key: str
    """The descriptor's key; for a word, its index."""
    text: str
    value: Number
    """Contribution to the log-probability, in nats."""


class ShapEntry(Entry):
    """Shapley values of the prompt's descriptors; they sum to `full` minus `base`."""

    values: tuple[AttributionEntry, ...]
    full: Number
    """Log-probability under the whole prompt, in nats."""
    base: Number
    """The same with every descriptor removed."""


class GradientsEntry(Entry):
    """Integrated Gradients of the prompt's tokens."""

    values: tuple[AttributionEntry, ...]
    delta: Number
    """Completeness error, in nats."""


class AttributionsEntry(Entry):
    """What the prompt's descriptors contributed to a span of the report, by two methods."""

    shap: ShapEntry
    integrated_gradients: GradientsEntry
    agreement: Number | None
    """Cosine of both methods' contributions by descriptor; null if all are 0."""

    @staticmethod
    def parts(found: TextAttributions) -> dict[str, object]:
        """The fields of this class, of a text or of one sentence."""
        return {
            "shap": {"values": found.shap, "full": found.shap_full, "base": found.shap_base},
            "integrated_gradients": {
                "values": found.integrated_gradients,
                "delta": found.ig_delta,
            },
            "agreement": found.agreement,
        }


class SentenceEntry(AttributionsEntry):
    """The same for one sentence."""

    sentence: str

    @classmethod
    def of(cls, found: SentenceExplanation) -> Self:
        """Of one sentence's explanation."""
        return cls.model_validate({**cls.parts(found), "sentence": found.sentence})


class ClassificationWordsEntry(Entry):
    """Which words lead to the classification that the report names."""

    words: tuple[AttributionEntry, ...]
    full: Number
    base: Number
    delta: Number


class TextExplanationEntry(AttributionsEntry):
    """Why the report says what it says."""

    model: str
    """The model that was asked, normally the one that wrote the report."""
    words: tuple[AttributionEntry, ...]
    """For each word of the report, its gain from the descriptors."""
    sentences: tuple[SentenceEntry, ...]
    classification: ClassificationWordsEntry | None
    """Null where the report does not name the classification."""

    @classmethod
    def of(cls, found: TextExplanation) -> Self:
        """Of a text explanation."""
        return cls.model_validate(
            {
                **cls.parts(found),
                "model": found.model,
                "words": found.words,
                "sentences": tuple(map(SentenceEntry.of, found.sentences)),
                "classification": found.classification,
            }
        )
