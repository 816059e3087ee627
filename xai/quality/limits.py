"""From a score to its rating: thresholds that lie beside a classifier's weights."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

from pipeline.errors import ManifestError
from pipeline.manifest import load_manifest
from pipeline.types import QualityMeasure, QualityRating, QualityScore
from pipeline.validation import CheckedModel, misfit, read_checked

QUALITY_LIMITS_FILE = "quality_limits.json"


class Limits(CheckedModel):
    """Where the ratings of one measure begin.

    Attributes:
        good: From this gain on a map is good; of a shortcut measure, up to it.
        doubtful: From this gain on it is doubtful and no worse; of a shortcut measure, up to it.
    """

    good: float
    doubtful: float


class QualityLimits(CheckedModel):
    """The thresholds of one classifier.

    Attributes:
        limits: The limits of each measure.
        origin: How they were found (radiographs, command, figures); for people to read.
    """

    limits: Mapping[QualityMeasure, Limits]
    origin: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _better_is_asked_of_a_good_map(self) -> Self:
        for measure, limits in self.limits.items():
            direction = _direction(measure)
            if direction * limits.good < direction * limits.doubtful:
                sign = "≥" if direction > 0 else "≤"
                raise misfit(f"limits.{measure}.good", f"{sign} {limits.doubtful:g}")
        return self

    def rated(self, score: QualityScore) -> QualityScore:
        """The score with its rating; not rated where its measure has no limits."""
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
"""Of a classifier that has none: values, and no ratings."""


def load_quality_limits(folder: Path) -> QualityLimits:
    """The thresholds in a classifier's folder; without `quality_limits.json` in its manifest, none.

    Raises:
        ModelError: The manifest or a file that it names does not fit.
    """
    manifest = load_manifest(folder, "classification")
    if QUALITY_LIMITS_FILE not in manifest.files:
        return UNGRADED
    return read_checked(
        folder / QUALITY_LIMITS_FILE,
        QualityLimits,
        lambda flaw: ManifestError(model=folder.name, file=QUALITY_LIMITS_FILE, **flaw.parameters),
    )


def limits_json(limits: QualityLimits) -> str:
    """The content of `quality_limits.json`."""
    return json.dumps(limits.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"
