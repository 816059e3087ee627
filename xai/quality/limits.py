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
TELLS = 0.6
"""The AUC from which on a rating is shown as one."""


class Limits(CheckedModel):
    """Where the ratings of one measure begin.

    Attributes:
        good: From this gain on a map is good; of a shortcut measure, up to it.
        doubtful: From this gain on it is doubtful and no worse; of a shortcut measure, up to it.
    """

    good: float
    doubtful: float


class AucFound(CheckedModel):
    """An AUC in [0, 1] with its 95 % interval."""

    value: float
    ci95: tuple[float, float]


class Telling(CheckedModel):
    """What one rating of one map tells, `None` where that could not be measured.

    Attributes:
        points: Maps whose peak lies in a lesion drawn by hand from maps whose peak does not.
        right: Radiographs that were classified rightly from those that were not.
    """

    points: AucFound | None
    right: AucFound | None

    @property
    def is_enough(self) -> bool:
        """Whether either is at least `TELLS` and no chance."""
        found = [one for one in (self.points, self.right) if one is not None]
        return any(one.value >= TELLS and one.ci95[0] > 0.5 for one in found)


class QualityLimits(CheckedModel):
    """The thresholds of one classifier.

    Attributes:
        limits: The limits of each measure.
        tells: By map and measure, what the ratings by these limits tell; empty if that was not
            measured.
        origin: How they were found (radiographs, command, figures); for people to read.
    """

    limits: Mapping[QualityMeasure, Limits]
    tells: Mapping[str, Mapping[QualityMeasure, Telling]] = {}
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
        """The score with its rating, where that tells anything.

        It stays a number where its measure has no limits, where its ratings were found to tell
        nothing, and where a shortcut measure gives no alarm.
        """
        rating = self.rating(score)
        if score.measure.is_shortcut:
            told = rating is not QualityRating.GOOD
        elif self.tells:
            telling = self.tells.get(score.map.value, {}).get(score.measure)
            told = telling is not None and telling.is_enough
        else:
            told = True
        return replace(score, rating=rating if told else QualityRating.NOT_GRADED)

    def rating(self, score: QualityScore) -> QualityRating:
        """What the limits alone make of a score."""
        limits, direction = self.limits.get(score.measure), _direction(score.measure)
        if limits is None:
            return QualityRating.NOT_GRADED
        gain = direction * score.gain
        if gain >= direction * limits.good:
            return QualityRating.GOOD
        above = gain >= direction * limits.doubtful
        return QualityRating.DOUBTFUL if above else QualityRating.UNRELIABLE


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
