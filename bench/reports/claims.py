"""The claim check on sentences that another hand wrote: invented, true and wrong ones.

The sentences and their cases lie in `bench/reports/outside/`; whoever edits the check does not edit
them, and does not read those that are held out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.types import (
    ClaimStatus,
    Descriptor,
    Grade,
    Language,
    Measurement,
    MeasurementThreshold,
    MeasurementUnit,
    Prediction,
    Section,
    Side,
    Zone,
)
from report.checking.claims import check_sentence
from report.writing.facts import Facts
from segmentation.measurement_settings import load_measurement_settings

OUTSIDE = Path(__file__).with_name("outside")
SETS = {"open": ("first", "second", "varied"), "held": ("unseen",)}
KINDS = ("invented", "true", "wrong")
TARGETS = {
    "invented_supported": "at most 0.005",
    "true_contradicted": "0",
    "true_supported": "at least 0.95",
    "wrong_found": "at least 0.99",
    "wrong_supported": "0",
}
_LABELS = {"no_abnormality": "normal", "covid_19": "covid19"}
_GRADES = {"low": Grade.WEAK, "moderate": Grade.MODERATE, "high": Grade.STRONG}
_NAMES = {"diaphragm_flatness": "dome_height"}
_NORMAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSentence:
    """One sentence about a case.

    Attributes:
        kind: `invented`, `true` or `wrong`.
        case: The case's name.
        text: The sentence.
        family: What it is about.
    """

    kind: str
    case: str
    text: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMetrics:
    """Of each set of sentences and each language, the five shares and how many sentences."""

    shares: Mapping[str, Mapping[str, Mapping[str, float]]]
    counts: Mapping[str, Mapping[str, int]]

    def json_line(self) -> str:
        """By language over all sentences; `open` and `held` have each set's own."""
        found = {**self.shares["all"], **{name: self.shares[name] for name in SETS}}
        return json.dumps({**found, "sentences": self.counts})

    def table(self) -> str:
        """The shares beside their targets."""
        languages = list(self.shares["all"])
        lines = [f"{'':<28}" + "".join(f"{name:>9}" for name in languages) + "  target"]
        for name in ("all", *SETS):
            counts = "".join(f"{self.counts[name][one]:>9}" for one in languages)
            lines.append(f"{name + ', sentences':<28}{counts}")
            for figure, target in TARGETS.items():
                row = "".join(f"{self.shares[name][one][figure]:>9.4f}" for one in languages)
                lines.append(f"  {figure:<26}{row}  {target}")
        return "\n".join(lines)


def measure_claims() -> ClaimMetrics:
    """Check every sentence as a finding and compare the status with what its writer says it is.

    Returns:
        `invented_supported`, the share of invented sentences called supported;
        `true_contradicted` and `true_supported`, of true ones; `wrong_found`, the share of wrong
        ones called contradicted; `wrong_supported`, of those called supported.
    """
    shares: dict[str, dict[str, dict[str, float]]] = {}
    counts: dict[str, dict[str, int]] = {}
    for name in ("all", *SETS):
        shares[name], counts[name] = {}, {}
        for language in languages():
            named = list(SETS) if name == "all" else [name]
            rows = [row for one in named for row in outside_sentences(language, one)]
            shares[name][language.value] = _shares(rows, language)
            counts[name][language.value] = len(rows)
    return ClaimMetrics(shares=shares, counts=counts)


def _shares(rows: list[OutsideSentence], language: Language) -> dict[str, float]:
    found: dict[str, list[ClaimStatus]] = {kind: [] for kind in KINDS}
    for row in rows:
        facts = case_facts(row.case, language)
        found[row.kind].append(check_sentence(Section.FINDINGS, row.text, facts).status)
    return {
        "invented_supported": _share(found["invented"], ClaimStatus.SUPPORTED),
        "true_contradicted": _share(found["true"], ClaimStatus.CONTRADICTED),
        "true_supported": _share(found["true"], ClaimStatus.SUPPORTED),
        "wrong_found": _share(found["wrong"], ClaimStatus.CONTRADICTED),
        "wrong_supported": _share(found["wrong"], ClaimStatus.SUPPORTED),
    }


def _share(found: list[ClaimStatus], status: ClaimStatus) -> float:
    return found.count(status) / len(found)


def languages() -> Iterator[Language]:
    """The languages that there are sentences in."""
    return (one for one in Language if (OUTSIDE / "first" / f"{one.value}.jsonl").is_file())


def outside_sentences(language: Language, name: str) -> list[OutsideSentence]:
    """The sentences of one set, `open` or `held`."""
    files = [OUTSIDE / folder / f"{language.value}.jsonl" for folder in SETS[name]]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [OutsideSentence(**json.loads(line)) for line in lines if line.strip()]


@cache
def case_facts(case: str, language: Language) -> Facts:
    """What was measured in a case.

    A measurement's threshold is the product's own, or none where the case names none; it has no
    interval.
    """
    found: Mapping[str, Any] = _cases()[case]
    measured = tuple(_measurement(row) for row in found["measurements"])
    return Facts(
        prediction=_prediction(found),
        items=tuple(_descriptor(row) for row in found["zones"]),
        language=language,
        measurements=tuple(one for one in measured if one.threshold is not None),
        others=tuple(one for one in measured if one.threshold is None),
    )


@cache
def _cases() -> Mapping[str, Mapping[str, Any]]:
    listed = json.loads((OUTSIDE / "cases.json").read_text(encoding="utf-8"))
    return {case["id"]: case for case in listed}


def _prediction(found: Mapping[str, Any]) -> Prediction:
    probabilities = {
        _LABELS.get(label, label): share for label, share in found["probabilities"].items()
    }
    total = sum(probabilities.values())
    abnormal = 1 - probabilities[_NORMAL] / total
    is_normal = _LABELS.get(found["label"], found["label"]) == _NORMAL
    return Prediction(
        labels=tuple(probabilities),
        probabilities=tuple(share / total for share in probabilities.values()),
        normal_label=_NORMAL,
        threshold_prob=min(1.0, abnormal + 1e-6) if is_normal else 0.0,
        terms={},
        uncertain_prob=(abnormal - 1e-6, abnormal + 1e-6) if found["uncertain"] else None,
    )


def _descriptor(row: Mapping[str, Any]) -> Descriptor:
    grade = _GRADES[row["grade"]]
    return Descriptor(
        zone=Zone(row["zone"]),
        intensity=row["intensity"],
        share=row["share"],
        agreement=row["agreement"],
        memberships={one: float(one is grade) for one in Grade},
    )


def _measurement(row: Mapping[str, Any]) -> Measurement:
    name = _NAMES.get(row["name"], row["name"])
    own = load_measurement_settings().rules[name].threshold
    threshold: MeasurementThreshold | None = None
    if row.get("threshold") is not None and own is not None:
        threshold = MeasurementThreshold(
            value=row["threshold"],
            above=own.above,
            for_hyperinflation=own.for_hyperinflation,
            source=own.source,
            citation=own.citation,
        )
    return Measurement(
        name=name,
        side=Side(row["side"]) if row.get("side") else None,
        unit=MeasurementUnit.CM if row.get("unit") == "cm" else MeasurementUnit.RATIO,
        value=row["value"],
        low=row["value"],
        high=row["value"],
        threshold=threshold,
    )
