"""The outcome of the checks of one sentence."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """How many statements of a sentence are right and wrong, and the values they were held to."""

    right: int = 0
    wrong: int = 0
    evidence: dict[str, float | str] = field(default_factory=dict)

    def note(self, good: bool, **evidence: float | str) -> None:
        """Count one statement, with the measured values by name."""
        self.right += good
        self.wrong += not good
        self.evidence |= evidence
