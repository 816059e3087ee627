"""From a score to its mark: thresholds that lie beside a classifier's weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ManifestError
from pipeline.manifest import load_manifest
from pipeline.types import TrustMark, TrustMeasure, TrustScore

TRUST_FILE = "trust.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where the marks of one measure begin.

    Attributes:
        good: From this excess on a map is good; of a shortcut measure, up to it.
        doubtful: From this excess on it is doubtful and no worse; of a shortcut measure, up to it.
    """

    good: float
    doubtful: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustThresholds:
    """The thresholds of one classifier.

    Attributes:
        limits: The limits of each measure.
        origin: How they were found (films, command, figures); for people to read.
    """

    limits: Mapping[TrustMeasure, Limits]
    origin: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for measure, limits in self.limits.items():
            if not _sign(measure) * limits.good >= _sign(measure) * limits.doubtful:
                raise ManifestError(model=TRUST_FILE, what=measure.value)

    def marked(self, score: TrustScore) -> TrustScore:
        """The score with its mark; not graded where its measure has no limits."""
        limits, sign = self.limits.get(score.measure), _sign(score.measure)
        if limits is None:
            return replace(score, mark=TrustMark.NOT_GRADED)
        excess = sign * score.excess
        if excess >= sign * limits.good:
            return replace(score, mark=TrustMark.GOOD)
        above = excess >= sign * limits.doubtful
        return replace(score, mark=TrustMark.DOUBTFUL if above else TrustMark.UNRELIABLE)


def _sign(measure: TrustMeasure) -> int:
    """1 where larger values are better, -1 where smaller ones are."""
    return -1 if measure.is_shortcut else 1


UNGRADED = TrustThresholds(limits={})
"""Of a classifier that has none: values, and no marks."""


def load_thresholds(folder: Path) -> TrustThresholds:
    """The thresholds in a classifier's folder; without `trust.json` in its manifest, none.

    Raises:
        ModelError: The manifest or a file that it names does not fit.
    """
    manifest = load_manifest(folder, "classification")
    if TRUST_FILE not in manifest.files:
        return UNGRADED
    try:
        read = json.loads((folder / TRUST_FILE).read_text(encoding="utf-8"))
        limits = {
            TrustMeasure(name): Limits(good=float(row["good"]), doubtful=float(row["doubtful"]))
            for name, row in read["limits"].items()
        }
        return TrustThresholds(limits=limits, origin=dict(read["origin"]))
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ManifestError(model=folder.name, what=TRUST_FILE) from error


def thresholds_json(thresholds: TrustThresholds) -> str:
    """The content of `trust.json`."""
    content = {
        "limits": {
            measure.value: {"good": limits.good, "doubtful": limits.doubtful}
            for measure, limits in thresholds.limits.items()
        },
        "origin": dict(thresholds.origin),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
