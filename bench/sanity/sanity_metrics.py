"""What the sanity checks gave, as a table and as one JSON line."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One figure and what is asked of it.

    Attributes:
        name: The figure's name.
        value: What was measured.
        limit: What it is compared with; `None` for a control that nothing is asked of.
        at_least: Whether the limit is the least that will do, and not the most.
    """

    name: str
    value: float
    limit: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is as asked."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class SanityMetrics:
    """All checks, in the order they were made."""

    checks: tuple[Check, ...]

    @property
    def failed(self) -> bool:
        """Whether one of them does not hold."""
        return not all(check.holds for check in self.checks)

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        return json.dumps({check.name: round(check.value, 4) for check in self.checks})

    def table(self) -> str:
        """The metrics beside their limits."""
        lines = [f"{'check':<30}{'measured':>10}{'limit':>10}  holds"]
        for check in self.checks:
            limit, holds = "-", "control"
            if check.limit is not None:
                limit = f"{'>=' if check.at_least else '<='} {check.limit:.2f}"
                holds = "yes" if check.holds else "NO"
            lines.append(f"{check.name:<30}{check.value:>10.3f}{limit:>10}  {holds}")
        return "\n".join(lines)
