"""The maps in numbers, and how far each can be relied on."""

from collections.abc import Mapping

from pipeline.result_file.entry import Entry, Number, Scalar, Share
from pipeline.types import QualityMeasure, QualityRating


class ExplanationEntry(Entry):
    """One method's account of one label; its picture lies beside this file."""

    label: str
    """The label explained."""
    removed_mass: Share
    """Share of the map's relevance outside the thorax or on the spine, which was removed."""
    measures: Mapping[str, Number]
    """The method's own measures of quality, such as LIME's `r2`."""
    superpixel_weights: tuple[Number, ...]
    """LIME's weights, largest first: each the change of the label's probability with one
    superpixel; empty of other methods."""
    parameters: Mapping[str, Scalar]
    """What the method ran with."""


class ScoreEntry(Entry):
    """One measure of one map."""

    map: str
    """The method's name, or `fused`."""
    measure: QualityMeasure
    value: Number
    random_baseline: Number
    """What a random map would have; 0 where that is 0 by definition."""
    rating: QualityRating
    code: str
    """The stable code of the sentence that says what this means."""


class CurvesEntry(Entry):
    """The label's probability while a map's places are masked or shown, strongest first."""

    deletion: tuple[Number, ...]
    """From the whole radiograph to nothing, in equal steps."""
    insertion: tuple[Number, ...]
    """From nothing to the whole radiograph, in equal steps."""


class QualityEntry(Entry):
    """How far the explanations of one label can be relied on."""

    label: str
    worst: ScoreEntry | None
    """The score of the worst rating; null if nothing was rated."""
    shortcut_alarm: bool
    """Whether both fused maps point at the same thing that is no chest."""
    scores: tuple[ScoreEntry, ...]
    random_auc: Number
    """Mean area under the curves of random maps."""
    curves: Mapping[str, CurvesEntry]
    """By map, as in `scores`."""
    parameters: Mapping[str, Scalar]
