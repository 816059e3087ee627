"""What a writer wrote before anything in it was repaired."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.types import Section
from report.checking.repair import faults
from report.writing.facts import Facts
from report.writing.prompt import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One attempt at a report: what came, taken apart.

    Attributes:
        facts: What it was to be written from.
        parts: The prompt's pieces, as in `Report.prompt_parts`.
        prompt: The whole prompt; empty where no model was asked.
        text: The text, without the model's thoughts.
        sections: The sections found in the text.
        thoughts: A reasoning model's thoughts.
        tokens: Tokens written, thoughts included.
        truncated: Whether the token budget ended the text.
        temperature: The sampling temperature.
        seed: The sampling seed.
    """

    facts: Facts
    parts: Parts
    prompt: str
    text: str = ""
    sections: Mapping[Section, str] = field(default_factory=dict)
    thoughts: str = ""
    tokens: int = 0
    truncated: bool = False
    temperature: float = 0.0
    seed: int = 0

    @property
    def faults(self) -> int:
        """How much of it is wrong or missing."""
        return faults(self.sections, self.facts)
