"""From a score to its mark: thresholds that lie beside a classifier's weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ManifestError
from pipeline.manifest import load_manifest
from pipeline.types import QualityMeasure, QualityRating, QualityScore

QUALITY_LIMITS_FILE = "quality_limits.json"


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
class QualityLimits:
    """The thresholds of one classifier.

    Attributes:
        limits: The limits of each measure.
        origin: How they were found (radiographs, command, figures); for people to read.
    """

    limits: Mapping[QualityMeasure, Limits]
    origin: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for measure, limits in self.limits.items():
            if not _direction(measure) * limits.good >= _direction(measure) * limits.doubtful:
                raise ManifestError(model=QUALITY_LIMITS_FILE, what=measure.value)

    def rated(self, score: QualityScore) -> QualityScore:
        """The score with its mark; not graded where its measure has no limits."""
        limits, direction = self.limits.get(score.measure), _direction(score.measure)
        if limits is None:
            return replace(score, rating=QualityRating.NOT_GRADED)
        gain = direction * score.gain
        if gain >= direction * limits.good:
            return replace(score, rating=QualityRating.GOOD)
        above = gain >= direction * limits.doubtful
        return replace(score, rating=QualityRating.DOUBTFUL if above else QualityRating.UNRELIABLE)


def _direction(measure: QualityMeasure) -> int:
    """1 where larger values are better, -1 where smaller ones are."""
    return -1 if measure.is_shortcut else 1


UNGRADED = QualityLimits(limits={})
"""Of a classifier that has none: values, and no marks."""


def load_quality_limits(folder: Path) -> QualityLimits:
    """The thresholds in a classifier's folder; without `quality_limits.json` in its manifest, none.

    Raises:
        ModelError: The manifest or a file that it names does not fit.
    """
    manifest = load_manifest(folder, "classification")
    if QUALITY_LIMITS_FILE not in manifest.files:
        return UNGRADED
    try:
        read = json.loads((folder / QUALITY_LIMITS_FILE).read_text(encoding="utf-8"))
        limits = {
            QualityMeasure(name): Limits(good=float(row["good"]), doubtful=float(row["doubtful"]))
            for name, row in read["limits"].items()
        }
        return QualityLimits(limits=limits, origin=dict(read["origin"]))
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ManifestError(model=folder.name, what=QUALITY_LIMITS_FILE) from error


def limits_json(limits: QualityLimits) -> str:
    """The content of `quality_limits.json`."""
    content = {
        "limits": {
            measure.value: {"good": measure_limits.good, "doubtful": measure_limits.doubtful}
            for measure, measure_limits in limits.limits.items()
        },
        "origin": dict(limits.origin),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
