"""Classification, measurements, descriptors."""

from collections.abc import Mapping
from typing import Self

from pydantic import AliasChoices, AliasPath, Field

from pipeline.result_file.entry import Entry, Number, Share
from pipeline.types import (
    ClassificationState,
    Grade,
    Level,
    MeasurementName,
    MeasurementPart,
    MeasurementReason,
    MeasurementUnit,
    Prediction,
    Side,
    Zone,
)


class PredictionEntry(Entry):
    """The classification."""

    label: str | None
    """The most likely label on its side of the threshold; the normal one if nothing was found.
    Null where there is no classification, see `unfamiliar`; so are the next two."""
    abnormal: bool | None
    """Whether the classification is "abnormality"."""
    state: ClassificationState
    """What it comes to; an uncertain one is neither "abnormal" nor "normal", whatever `abnormal`
    and `label` say of the side of the threshold it lies on."""
    abnormal_probability: Share | None
    """Probability of any abnormality; of a multi-label classifier as if its labels were
    independent, and then not what the classification is decided by."""
    threshold_prob: Share | None
    """Abnormal probability from which the classification is "abnormality"; null of a multi-label
    classifier, which has `thresholds`."""
    thresholds: Mapping[str, Share]
    """Of a multi-label classifier, the probability from which each label is found."""
    uncertain: bool
    """Whether the abnormal probability lies in the uncertain band."""
    uncertain_prob: tuple[Share, Share] | None
    """The uncertain band: between these the classification was too often wrong on validation
    radiographs; null if that is not known."""
    unfamiliar: bool | None
    """Whether the radiograph is unlike those that the classifier was trained and tested on, so that
    there is no classification; null of a classifier that cannot tell."""
    unfamiliarity: Number | None
    """How far it lies from them; null of a classifier that cannot tell."""
    unfamiliarity_limit: Number | None
    """Beyond this it is unfamiliar."""
    probabilities: Mapping[str, Share]
    """Probability of each label; empty where there is no classification."""
    calibrated: bool
    """Whether the probabilities were calibrated on validation radiographs."""
    multi_label: bool
    """Whether labels may be found together, each by a threshold of its own."""
    found: tuple[str, ...]
    """Every label that was found."""

    @classmethod
    def of(cls, prediction: Prediction) -> Self:
        """Of a classification."""
        withheld = prediction.is_unfamiliar
        known = prediction.unfamiliarity is not None and prediction.unfamiliarity_limit is not None
        return cls(
            label=None if withheld else prediction.label,
            abnormal=None if withheld else prediction.is_abnormal,
            state=prediction.state,
            abnormal_probability=None if withheld else prediction.abnormal_probability,
            threshold_prob=None if prediction.is_multi_label else prediction.threshold_prob,
            thresholds=prediction.thresholds,
            uncertain=prediction.is_uncertain and not withheld,
            uncertain_prob=prediction.uncertain_prob,
            unfamiliar=withheld if known else None,
            unfamiliarity=prediction.unfamiliarity,
            unfamiliarity_limit=prediction.unfamiliarity_limit,
            probabilities={}
            if withheld
            else {
                label: min(1.0, share)  # a sum of float32 may be a trifle above
                for label, share in zip(prediction.labels, prediction.probabilities, strict=True)
            },
            calibrated=prediction.calibrated,
            multi_label=prediction.is_multi_label,
            found=() if withheld else tuple(sorted(prediction.found_labels)),
        )


class ThresholdEntry(Entry):
    """A published threshold of adults, in the measurement's unit."""

    value: Number
    above: bool
    """Whether values above it lie beyond it; those below it do otherwise."""
    for_hyperinflation: bool
    """Whether what lies beyond it fits over-inflated lungs."""
    source: str
    citation: str


class LineEntry(Entry):
    """What a measurement was measured along."""

    part: MeasurementPart
    points: tuple[tuple[Number, Number], ...]
    """Row and column of each point on the working grid."""


class MeasurementEntry(Entry):
    """One measure of the chest's shape: geometry, not a diagnosis."""

    name: MeasurementName
    side: Side | None
    """Of which lung; null for what belongs to the whole chest."""
    unit: MeasurementUnit
    value: Number | None
    """Null if it cannot be measured; then `reason` says why."""
    low: Number | None
    """Lower end of the interval of about 95 % that the outline's error leaves."""
    high: Number | None
    """Its upper end."""
    threshold: ThresholdEntry | None
    beyond_threshold: bool | None
    """Whether the value lies beyond the threshold; null without one of them."""
    borderline: bool = Field(validation_alias=AliasChoices("borderline", "is_borderline"))
    """Whether the interval holds the threshold."""
    reason: MeasurementReason | None
    lines: tuple[LineEntry, ...]


class DescriptorEntry(Entry):
    """What the fused map says of one zone."""

    zone: Zone
    side: Side = Field(validation_alias=AliasChoices(AliasPath("zone", "side"), "side"))
    """The patient's side."""
    level: Level = Field(validation_alias=AliasChoices(AliasPath("zone", "level"), "level"))
    intensity: Share
    """Mean of the fused map in the zone: the model's attention, no property of a shadow."""
    share: Share
    """The zone's part of the fused map inside the lungs."""
    agreement: Share
    """How alike both methods' maps are in the zone."""
    grade: Grade
    memberships: Mapping[Grade, Share]
    """Degree of membership in each grade; they sum to 1."""
