"""The report and what the check of its sentences found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.types.language import Language
from pipeline.types.vocabulary import ClaimStatus, Section, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a report and what the check found.

    Attributes:
        section: Where the sentence stands.
        sentence: Its text.
        status: The check's classification.
        zones: The zones it names.
        evidence: Its evidence: measured values by name.
        replaced: Whether a template sentence stands here in place of a contradicted one.
    """

    section: Section
    sentence: str
    status: ClaimStatus
    zones: tuple[Zone, ...] = ()
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    replaced: bool = False


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
        claims: Each sentence with its check, in order.
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
    def text(self) -> str:
        """The sections' texts, one paragraph each, without headings."""
        return "\n\n".join(self.sections[section] for section in Section)
