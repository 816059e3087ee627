"""Units of a sentence: some characters that mean one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.types import SpanKind

COUNT_WORDS = ("zero", "one", "two", "three", "four", "five", "six")
UNKNOWN, NUMBER, LABEL, PUNCTUATION, DASH = "unknown", "number", "label", "punctuation", "dash"
UNMEASURED_KINDS: Mapping[str, SpanKind] = {
    kind.value: kind
    for kind in (
        SpanKind.FINDING,
        SpanKind.DISEASE,
        SpanKind.DEVICE,
        SpanKind.ANATOMY,
        SpanKind.TIME,
        SpanKind.CAUSE,
        SpanKind.PATIENT,
        SpanKind.TREATMENT,
    )
}
NUMBER_UNITS = ("of_hundred", "points", "percent", "cm", "mm", "degrees")
FRACTION_TOLERANCE = 0.035


@dataclass(slots=True, eq=False)
class Unit:
    """Some characters of a sentence that mean one thing.

    Attributes:
        tag: The table it stands in, or `number`, `label`, `punctuation`, `dash`, `unknown`.
        text: Its characters, `start` up to `end`.
        value: Of a number, its value as written; of a percentage, a hundredth of it.
        tolerance: Of a number, half of its last decimal, in the same terms.
        unit: Of a number, `percent`, `cm`, `mm`, `degrees`, or empty.
        label: Of a label, which.
        accounted: Whether a check has dealt with it.
        kind: What it was checked as.
        good: What the check found; `None` if it decided nothing.
        evidence: The measured values it was compared with, by name.
        is_denial: Whether it holds its own denial: "not reach".
        is_third: Whether it is a third of the lung: "the upper third".
    """

    tag: str
    text: str
    start: int
    end: int
    value: float = 0.0
    tolerance: float = 0.0
    unit: str = ""
    label: str = ""
    accounted: bool = False
    kind: SpanKind | None = None
    good: bool | None = None
    evidence: dict[str, float | str] = field(default_factory=dict)
    is_denial: bool = False
    is_third: bool = False


def is_fraction(unit: Unit) -> bool:
    """Whether a number was written as "half", "two thirds" and the like."""
    return unit.tag == NUMBER and unit.tolerance == FRACTION_TOLERANCE
