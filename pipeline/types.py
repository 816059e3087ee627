"""The values that pass from step to step, in the order of the flow.

Over 300 lines on purpose: this is the project's vocabulary, and it is read as one page.

Axis order is always `(row, col)`, row 0 at the top; *right* and *left* are the patient's, so the
right lung of a frontal film lies at small columns. Arrays are checked here and set read-only.
`*_image` names live on the radiograph's working grid, `*_model` names on a network's input grid.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]


class Language(StrEnum):
    """The languages of the page and of the report."""

    ENGLISH = "en"
    RUSSIAN = "ru"
    UKRAINIAN = "uk"


class ImageFormat(StrEnum):
    """The file formats that are read, told apart by content."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    DICOM = "dicom"


class ReadingNote(StrEnum):
    """What reading did to the pixels, said to the user."""

    REDUCED = "reduced"
    COLOUR_AVERAGED = "colour_averaged"
    ALPHA_FLATTENED = "alpha_flattened"
    ROTATED = "rotated"
    INVERTED = "inverted"
    IDENTIFIERS_REMOVED = "identifiers_removed"


class Side(StrEnum):
    """A side of the patient."""

    RIGHT = "right"
    LEFT = "left"


class Level(StrEnum):
    """A third of a lung's height on a frontal film."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


class Zone(StrEnum):
    """A third of one lung; lobes overlap on a frontal film, so zones are what can be named."""

    RIGHT_UPPER = "right_upper"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_LOWER = "right_lower"
    LEFT_UPPER = "left_upper"
    LEFT_MIDDLE = "left_middle"
    LEFT_LOWER = "left_lower"

    @property
    def side(self) -> Side:
        """The patient's side."""
        return Side(self.value.split("_")[0])

    @property
    def level(self) -> Level:
        """The third of the lung."""
        return Level(self.value.split("_")[1])


class Structure(StrEnum):
    """What the segmentation outlines."""

    RIGHT_LUNG = "right_lung"
    LEFT_LUNG = "left_lung"
    SPINE = "spine"
    ABDOMEN = "abdomen"


class SignName(StrEnum):
    """What is measured of the chest's shape; over-inflated lungs change each of them."""

    DOME_HEIGHT = "dome_height"
    DOME_CURVATURE = "dome_curvature"
    LUNG_HEIGHT = "lung_height"
    LUNG_HEIGHT_TO_CHEST_WIDTH = "lung_height_to_chest_width"
    COSTOPHRENIC_ANGLE = "costophrenic_angle"
    CARDIOTHORACIC_RATIO = "cardiothoracic_ratio"
    HEART_WIDTH = "heart_width"
    LUNG_SHARE = "lung_share"


class SignUnit(StrEnum):
    """What a sign is measured in."""

    CM = "cm"
    DEGREES = "degrees"
    RATIO = "ratio"

    @property
    def digits(self) -> int:
        """Decimals that a value is shown with."""
        return {SignUnit.CM: 1, SignUnit.DEGREES: 0, SignUnit.RATIO: 2}[self]


class ThresholdRelation(StrEnum):
    """Where a sign lies from its threshold."""

    ABOVE = "above"
    BELOW = "below"
    NEAR = "near"


class SignReason(StrEnum):
    """Why a sign cannot be measured."""

    NO_SPACING = "no_spacing"
    CUT_OFF = "cut_off"
    ANGLE_HIDDEN = "angle_hidden"
    DIAPHRAGM_HIDDEN = "diaphragm_hidden"
    HEART_HIDDEN = "heart_hidden"
    ASYMMETRIC = "asymmetric"
    OUTLINE_UNSURE = "outline_unsure"


class SignPart(StrEnum):
    """What a sign's line was drawn along."""

    DIAPHRAGM = "diaphragm"
    LUNG_HEIGHT = "lung_height"
    CHEST_WIDTH = "chest_width"
    ANGLE = "angle"
    HEART = "heart"


class Method(StrEnum):
    """The image explainers."""

    GRAD_CAM = "grad_cam"
    LIME = "lime"


class SaliencyMap(StrEnum):
    """The maps whose trust is measured: each explainer's, and the two fused."""

    GRAD_CAM = "grad_cam"
    LIME = "lime"
    FUSED = "fused"


class TrustMeasure(StrEnum):
    """What is measured of a map; the fused map bears what compares the two methods."""

    DELETION = "deletion"
    INSERTION = "insertion"
    STABILITY = "stability"
    RANK_AGREEMENT = "rank_agreement"
    OVERLAP = "overlap"
    OUTSIDE_SHARE = "outside_share"
    TEXT_SHARE = "text_share"
    BORDER_SHARE = "border_share"

    @property
    def is_shortcut(self) -> bool:
        """Whether it tells of a classifier that looks at what is no chest."""
        return self in SHORTCUT_MEASURES


SHORTCUT_MEASURES = (
    TrustMeasure.OUTSIDE_SHARE,
    TrustMeasure.TEXT_SHARE,
    TrustMeasure.BORDER_SHARE,
)


class TrustMark(StrEnum):
    """How far a map can be relied on by one measure, best first."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    UNRELIABLE = "unreliable"
    NOT_GRADED = "not_graded"


class Grade(StrEnum):
    """The fuzzy grades of a descriptor's intensity."""

    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"


class Step(StrEnum):
    """The steps of the flow, as progress and timings name them."""

    READ = "read"
    SEGMENT = "segment"
    MEASURE = "measure"
    CLASSIFY = "classify"
    GRAD_CAM = "grad_cam"
    LIME = "lime"
    DESCRIBE = "describe"
    TRUST = "trust"
    WRITE = "write"
    EXPLAIN_TEXT = "explain_text"


class Section(StrEnum):
    """The sections of a report, in order."""

    FINDINGS = "findings"
    INTERPRETATION = "interpretation"
    RECOMMENDATIONS = "recommendations"


class ClaimStatus(StrEnum):
    """What the check of a sentence against the measurements found."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_CHECKABLE = "not_checkable"


def frozen_array(name: str, array: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> None:
    """Check one array of a value and set it read-only.

    Args:
        name: The field's name, for the error.
        array: The array.
        dtype: Its required dtype; float arrays must also be finite.
        shape: Its required shape; -1 stands for any length.

    Raises:
        ContractError: The array is not as required.
    """
    fits = array.ndim == len(shape) and all(
        want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ContractError(field=name, problem="shape", found=str(array.shape))
    if array.dtype != dtype:
        raise ContractError(field=name, problem="dtype", found=str(array.dtype))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ContractError(field=name, problem="not finite")
    array.setflags(write=False)


def unit_range(name: str, array: FloatArray, lowest: int = 0) -> None:
    """Check that all values lie in [lowest, 1] (`ContractError` otherwise)."""
    if array.size and (array.min() < lowest or array.max() > 1):
        raise ContractError(field=name, problem="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A half-open rectangle on the working grid: rows `[top, bottom)`, columns `[left, right)`."""

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        if not (0 <= self.top < self.bottom and 0 <= self.left < self.right):
            raise ContractError(field="Box", problem="empty")

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index that cuts the rectangle out of a `(row, col)` array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radiograph:
    """A de-identified frontal chest film on the working grid.

    Attributes:
        pixels: `(row, col)` float32 in [0, 1], bone white.
        sha256: Hex digest of the bytes that were read.
        format: What the content was.
        source_shape: `(rows, cols)` of the file; larger than `pixels.shape` if it was reduced.
        source_spacing_mm: `(row, col)` distance of the file's pixel centres in mm, or `None`.
        notes: What reading did.
    """

    pixels: FloatArray
    sha256: str
    format: ImageFormat
    source_shape: tuple[int, int]
    source_spacing_mm: tuple[float, float] | None = None
    notes: tuple[ReadingNote, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("pixels", self.pixels, np.float32, (-1, -1))
        unit_range("pixels", self.pixels)
        if self.source_spacing_mm is not None and min(self.source_spacing_mm) <= 0:
            raise ContractError(field="source_spacing_mm", problem="range")

    @property
    def shape(self) -> tuple[int, int]:
        """`(rows, cols)` of the working grid."""
        rows, cols = self.pixels.shape
        return rows, cols

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """`(row, col)` spacing of the working grid in mm, or `None`."""
        if self.source_spacing_mm is None:
            return None
        (rows, cols), (source_rows, source_cols) = self.shape, self.source_shape
        row_mm, col_mm = self.source_spacing_mm
        return row_mm * source_rows / rows, col_mm * source_cols / cols


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeMeasure:
    """The size and form of one structure.

    Attributes:
        area_share: Area as a share of the film, in [0, 1].
        area_mm2: Area in mm², `None` without pixel spacing.
        height_to_width: Height over width of the bounding box, in mm where spacing is known.
        solidity: Area over the area of the convex hull, in [0, 1].
    """

    area_share: float
    area_mm2: float | None
    height_to_width: float
    solidity: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Anatomy:
    """The chest's anatomy on the working grid.

    Attributes:
        masks_image: For every `Structure`, a `(row, col)` bool mask; lungs do not overlap.
        zones_image: For every `Zone`, a `(row, col)` bool mask; the three of a side tile its lung.
        thorax_image: `(row, col)` bool, the filled convex hull of both lungs, slightly widened.
        thorax_box: The rectangle around `thorax_image`.
        measures: Size and form of each structure.
        warnings: What looks implausible, as stable codes (such as `spine_broken`); empty is good.
    """

    masks_image: Mapping[Structure, BoolArray]
    zones_image: Mapping[Zone, BoolArray]
    thorax_image: BoolArray
    thorax_box: Box
    measures: Mapping[Structure, ShapeMeasure]
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("thorax_image", self.thorax_image, np.bool_, (-1, -1))
        if set(self.masks_image) != set(Structure) or set(self.zones_image) != set(Zone):
            raise ContractError(field="masks_image", problem="incomplete")
        for name, mask in (*self.masks_image.items(), *self.zones_image.items()):
            frozen_array(name, mask, np.bool_, self.thorax_image.shape)

    @property
    def lungs_image(self) -> BoolArray:
        """`(row, col)` bool, both lungs."""
        return self.masks_image[Structure.RIGHT_LUNG] | self.masks_image[Structure.LEFT_LUNG]

    @property
    def chest_image(self) -> BoolArray:
        """`(row, col)` bool, the thorax without the spine: where shown maps may lie."""
        return self.thorax_image & ~self.masks_image[Structure.SPINE]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignThreshold:
    """A published threshold of adults.

    Attributes:
        value: In the sign's unit.
        above: Whether values above it are beyond it; those below it are otherwise.
        for_hyperinflation: Whether what lies beyond it fits over-inflated lungs.
        source: The source's key in the settings, such as `pratt_1987`.
        citation: The source in words.
    """

    value: float
    above: bool
    for_hyperinflation: bool
    source: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLine:
    """A line that a sign was measured along: `(row, col)` points on the working grid."""

    part: SignPart
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One measure of the chest's shape: geometry, not a diagnosis.

    Attributes:
        name: What is measured.
        side: Of which lung; `None` for what belongs to the whole chest.
        unit: What `value`, `low`, `high` and the threshold are in.
        value: The measure, `None` if it cannot be measured; then `reason` says why.
        low: Lower end of the interval that the outline's error leaves, about 95 %.
        high: Its upper end.
        threshold: The published threshold, `None` if there is none.
        lines: What was measured along; empty if it cannot be drawn.
        reason: Why there is no value.
    """

    name: SignName
    side: Side | None
    unit: SignUnit
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: SignThreshold | None = None
    lines: tuple[SignLine, ...] = ()
    reason: SignReason | None = None

    def __post_init__(self) -> None:
        ends = (self.low, self.value, self.high)
        if len({end is None for end in ends}) > 1 or (self.value is None) == (self.reason is None):
            raise ContractError(field="Sign", problem="incomplete")
        if list(ends) != sorted(ends, key=lambda end: end or 0.0):
            raise ContractError(field="Sign", problem="range")

    @property
    def beyond_threshold(self) -> bool | None:
        """Whether the value lies beyond the threshold; `None` without one of them."""
        if self.value is None or self.threshold is None:
            return None
        if self.threshold.above:
            return self.value > self.threshold.value
        return self.value < self.threshold.value

    @property
    def is_borderline(self) -> bool:
        """Whether the interval holds the threshold, so that the outline's error may decide."""
        if self.low is None or self.high is None or self.threshold is None:
            return False
        return self.low <= self.threshold.value <= self.high

    @property
    def relation(self) -> ThresholdRelation | None:
        """Where the value lies from the threshold; `None` without one of them.

        It is near where the interval holds the threshold.
        """
        if self.value is None or self.threshold is None:
            return None
        if self.is_borderline:
            return ThresholdRelation.NEAR
        is_above = self.value > self.threshold.value
        return ThresholdRelation.ABOVE if is_above else ThresholdRelation.BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The classifier's verdict.

    Attributes:
        labels: What the classifier can say, in the manifest's order.
        probabilities: Calibrated probability of each label, in [0, 1]; sums to 1 unless the
            classifier is multi-label.
        normal_label: The label that means "no abnormality"; of a multi-label classifier the name
            for "none of the labels", which is not one of `labels`.
        threshold_prob: The abnormal probability from which the verdict is "abnormality"; a
            multi-label classifier has `thresholds` instead.
        terms: For each label, its name in each language (from the manifest).
        uncertain_prob: The abnormal probabilities between which the verdict was too often wrong on
            validation films; `None` if that is not known.
        thresholds: For each label of a multi-label classifier the probability from which it is
            found; empty where the labels exclude one another.
        calibrated: Whether the probabilities were calibrated on validation films.
    """

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    normal_label: str
    threshold_prob: float
    terms: Mapping[str, Mapping[Language, str]]
    uncertain_prob: tuple[float, float] | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibrated: bool = True

    def __post_init__(self) -> None:
        expected = set(self.labels) if self.is_multi_label else set()
        if len(self.labels) != len(self.probabilities) or set(self.thresholds) != expected:
            raise ContractError(field="labels", problem="mismatch")
        off = 0.0 if self.is_multi_label else abs(sum(self.probabilities) - 1)
        if min(self.probabilities) < 0 or max(self.probabilities) > 1 + 1e-4 or off > 1e-4:
            raise ContractError(field="probabilities", problem="range")

    @property
    def is_multi_label(self) -> bool:
        """Whether labels may be found together, each by a threshold of its own."""
        return self.normal_label not in self.labels

    @property
    def leading_label(self) -> str:
        """The label to explain: the verdict's.

        Of a multi-label classifier it is the one furthest above its threshold, or least below it.
        """
        if not self.is_multi_label:
            return self.label
        return max(self.labels, key=lambda name: self.probability(name) - self.thresholds[name])

    @property
    def abnormal_probability(self) -> float:
        """One minus the probability of the normal label, or the leading label's probability."""
        if self.is_multi_label:
            return self.probability(self.leading_label)
        return min(1.0, max(0.0, 1 - self.probabilities[self.labels.index(self.normal_label)]))

    @property
    def limit_prob(self) -> float:
        """What `abnormal_probability` is held against."""
        return self.thresholds[self.leading_label] if self.is_multi_label else self.threshold_prob

    @property
    def is_abnormal(self) -> bool:
        """Whether the verdict is "abnormality"."""
        return self.abnormal_probability >= self.limit_prob

    @property
    def is_uncertain(self) -> bool:
        """Whether the abnormal probability lies in the uncertain band."""
        if self.uncertain_prob is None:
            return False
        low, high = self.uncertain_prob
        return low <= self.abnormal_probability < high

    @property
    def label(self) -> str:
        """The likeliest label on the verdict's side: a label other than normal if abnormal."""
        if not self.is_abnormal:
            return self.normal_label
        if self.is_multi_label:
            return self.leading_label
        ranked = sorted(zip(self.probabilities, self.labels, strict=True), reverse=True)
        return next(label for _, label in ranked if label != self.normal_label)

    @property
    def found_labels(self) -> frozenset[str]:
        """The verdict's label, and with it all others that lie above their own threshold."""
        above = (name for name, limit in self.thresholds.items() if self.probability(name) >= limit)
        return frozenset((self.label, *above))

    def probability(self, label: str) -> float:
        """The calibrated probability of one label, in [0, 1]; "none of them" has what is left."""
        if self.is_multi_label and label == self.normal_label:
            return 1 - self.abnormal_probability
        return self.probabilities[self.labels.index(label)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """One explainer's account of one label.

    Attributes:
        method: Which explainer.
        label: The label explained.
        raw_image: `(row, col)` float32 in [0, 1], the saliency map before anything was cut away.
        shown_image: `(row, col)` float32 in [0, 1], zero at the spine and outside the chest.
        removed_share: Share of the raw saliency that was cut away, in [0, 1].
        signed_image: `(row, col)` float32 in [-1, 1], what speaks against the label below zero,
            the largest magnitude 1 and nothing cut away; `None` of a method that has no such map.
        superpixel_weights: LIME's weights, largest first, each the change of the label's
            probability with one superpixel; empty of other methods.
        measures: The method's own trust measures by name (LIME: `r2`, the surrogate's fit).
        parameters: What the method ran with (samples, segments, seed, layer).
    """

    method: Method
    label: str
    raw_image: FloatArray
    shown_image: FloatArray
    removed_share: float
    signed_image: FloatArray | None = None
    superpixel_weights: tuple[float, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, array in (("raw_image", self.raw_image), ("shown_image", self.shown_image)):
            frozen_array(name, array, np.float32, self.raw_image.shape)
            unit_range(name, array)
        if self.signed_image is not None:
            frozen_array("signed_image", self.signed_image, np.float32, self.raw_image.shape)
            unit_range("signed_image", self.signed_image, lowest=-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StageMap:
    """Grad-CAM of one label at one depth of the network.

    Attributes:
        layer: The layer's name.
        label: The label explained.
        signed_model: `(row, col)` float32 on the layer's own grid, in units of the logit; what
            speaks against the label is below zero, which Grad-CAM proper cuts off.
        box: The rectangle of the working grid that the layer's grid covers.
    """

    layer: str
    label: str
    signed_model: FloatArray
    box: Box

    def __post_init__(self) -> None:
        frozen_array("signed_model", self.signed_model, np.float32, (-1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A soft descriptor: what the fused map says of one zone.

    Attributes:
        zone: The zone.
        intensity: Mean of the fused map in the zone, in [0, 1].
        share: The zone's part of the fused map inside the lungs, in [0, 1].
        agreement: How alike both methods' maps are in the zone, in [0, 1].
        memberships: Degree of membership in each grade, in [0, 1].
    """

    zone: Zone
    intensity: float
    share: float
    agreement: float
    memberships: Mapping[Grade, float]

    @property
    def grade(self) -> Grade:
        """The grade of highest membership; at a tie the stronger one."""
        return max(Grade, key=lambda grade: (self.memberships[grade], list(Grade).index(grade)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descriptors:
    """What a report is written from: the fused maps read off per zone, and the chest's signs.

    Attributes:
        fused_image: `(row, col)` float32 in [0, 1], zero outside the lungs.
        items: One descriptor for each zone that holds anything, strongest first; may be empty.
        signs: The signs of hyperinflation that were measured and have a published threshold.
    """

    fused_image: FloatArray
    items: tuple[Descriptor, ...]
    signs: tuple[Sign, ...] = ()

    def __post_init__(self) -> None:
        frozen_array("fused_image", self.fused_image, np.float32, (-1, -1))
        unit_range("fused_image", self.fused_image)
        if any(sign.relation is None for sign in self.signs):
            raise ContractError(field="Descriptors", problem="signs")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustScore:
    """One measure of one map.

    Attributes:
        map: Whose map; the fused one for what compares the two methods.
        measure: What was measured.
        value: An area under a curve, a correlation or a share, in [-1, 1].
        chance: What a map that knows nothing would have; 0 where that is 0 by definition.
        mark: What the classifier's thresholds make of `excess`.
    """

    map: SaliencyMap
    measure: TrustMeasure
    value: float
    chance: float = 0.0
    mark: TrustMark = TrustMark.NOT_GRADED

    @property
    def excess(self) -> float:
        """How far the value lies beyond chance, in [-1, 1]; 0 is chance.

        Larger is better, but worse of a shortcut measure. A share is set against what chance
        leaves over: 1 means that the whole map lies there, whatever the size of the place.
        """
        if self.measure is TrustMeasure.DELETION:
            return self.chance - self.value
        if self.measure.is_shortcut:
            left = 1 - self.chance
            return max(-1.0, (self.value - self.chance) / left) if left > 0 else 0.0
        return self.value - self.chance

    @property
    def code(self) -> str:
        """The stable code of the sentence that says what this means."""
        return f"{self.measure}_{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCurves:
    """A label's probability while a map's places are hidden or shown, strongest first.

    Attributes:
        deletion: From the whole film to nothing, in equal steps.
        insertion: From nothing to the whole film, in equal steps.
    """

    deletion: tuple[float, ...]
    insertion: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far the explanations of one label can be trusted.

    Attributes:
        label: The label explained.
        scores: Every measure of every map that has it.
        curves: What the deletion and insertion scores were read from.
        random_auc: Mean area under the curves of random maps, of deletion and insertion alike.
        parameters: What was measured with (steps, samples, seeds).
    """

    label: str
    scores: tuple[TrustScore, ...]
    curves: Mapping[SaliencyMap, TrustCurves]
    random_auc: float
    parameters: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def worst(self) -> TrustScore | None:
        """The score of the worst mark, a shortcut first; `None` if nothing was graded."""
        order = (TrustMark.GOOD, TrustMark.DOUBTFUL, TrustMark.UNRELIABLE)
        graded = [score for score in self.scores if score.mark in order]
        if not graded:
            return None
        return max(graded, key=lambda one: (order.index(one.mark), one.measure.is_shortcut))

    @property
    def shortcut_alarm(self) -> bool:
        """Whether both methods point at the same thing that is no chest, one of them for sure.

        One alone may be wrong about the classifier; two that work differently seldom are.
        """
        suspect = (TrustMark.DOUBTFUL, TrustMark.UNRELIABLE)
        for measure in SHORTCUT_MEASURES:
            marks = [score.mark for score in self.scores if score.measure is measure]
            both = len(marks) > 1 and all(mark in suspect for mark in marks)
            if both and TrustMark.UNRELIABLE in marks:
                return True
        return False

    def of(self, saliency_map: SaliencyMap) -> tuple[TrustScore, ...]:
        """The scores of one map."""
        return tuple(score for score in self.scores if score.map is saliency_map)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a report and what the check found.

    Attributes:
        section: Where the sentence stands.
        sentence: Its text.
        status: The check's verdict.
        zones: The zones it names.
        evidence: The measured values it rests on, by name.
        replaced: Whether a plain sentence stands here in place of a contradicted one.
    """

    section: Section
    sentence: str
    status: ClaimStatus
    zones: tuple[Zone, ...] = ()
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the language model wrote, checked.

    Attributes:
        language: Its language.
        model: Name of the GGUF model; `model_sha256` its file's digest.
        prompt: The whole prompt, built from enumerated model outputs only.
        prompt_parts: The prompt's pieces in order, each `(descriptor key, text)`; the key is empty
            for fixed text, a zone's value, `label` or `confidence` otherwise. Joined they give the
            user part of the prompt.
        sections: Text of each section.
        claims: Each sentence with its check, in order.
        thoughts: A reasoning model's `<think>` text, kept out of the report.
        attempts: How many times the model was asked.
        truncated: Whether the model was stopped at its token budget.
        seed: The sampling seed.
        sampling: The sampling settings.
    """

    language: Language
    model: str
    model_sha256: str
    prompt: str
    prompt_parts: tuple[tuple[str, str], ...]
    sections: Mapping[Section, str]
    claims: tuple[Claim, ...]
    thoughts: str = ""
    attempts: int = 1
    truncated: bool = False
    seed: int = 0
    sampling: Mapping[str, float | int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sections' texts, one paragraph each, without headings."""
        return "\n\n".join(self.sections[section] for section in Section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What one piece of text contributed.

    Attributes:
        key: The descriptor's key as in `Report.prompt_parts`; for words, the word's index.
        text: The piece itself.
        value: Its contribution to the report's log-probability (nats); positive carried it.
    """

    key: str
    text: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAttributions:
    """What the prompt's descriptors contributed to a stretch of the report, by two methods.

    Attributes:
        shap: Shapley value of each descriptor of the prompt; they sum to
            `shap_full - shap_base`.
        shap_full: Log-probability of the stretch under the whole prompt, in nats.
        shap_base: The same with every descriptor removed.
        integrated_gradients: Contribution of each token of the prompt.
        ig_delta: Integrated Gradients' completeness error: sum of contributions minus the change
            of the output, in nats.
    """

    shap: tuple[Attribution, ...]
    shap_full: float
    shap_base: float
    integrated_gradients: tuple[Attribution, ...]
    ig_delta: float

    @property
    def agreement(self) -> float | None:
        """Cosine of both methods' contributions by descriptor, in [-1, 1]; `None` if all are 0."""
        gradients = {item.key: 0.0 for item in self.shap}
        for item in self.integrated_gradients:
            if item.key in gradients:
                gradients[item.key] += item.value
        pairs = [(item.value, gradients[item.key]) for item in self.shap]
        sizes = [math.hypot(*values) for values in zip(*pairs, strict=True)]
        if not sizes or min(sizes) == 0:
            return None
        return sum(one * other for one, other in pairs) / math.prod(sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceExplanation(TextAttributions):
    """Why one sentence says what it says; its first may bring the heading before it."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """Which words of the report lead to the verdict that it names.

    Attributes:
        words: Contribution of each word before the verdict's first mention, in nats.
        full: Log-probability of the mention after those words, in nats.
        base: The same with every word replaced by the vocabulary's mean.
        delta: Sum of `words` minus `full - base`, in nats.
    """

    words: tuple[Attribution, ...]
    full: float
    base: float
    delta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TextExplanation(TextAttributions):
    """Why the report says what it says; the contributions are those to the whole text.

    Attributes:
        model: Name of the model that was asked, normally the one that wrote the report.
        words: For each word of the report, its log-probability gain from the descriptors, in nats.
        sentences: The same contributions to each sentence, in order; they sum to the whole's.
        verdict: Which words lead to the verdict; `None` where the report does not name it.
    """

    model: str
    words: tuple[Attribution, ...]
    sentences: tuple[SentenceExplanation, ...] = ()
    verdict: VerdictWords | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A step that failed while the others were kept: the error's code and parameters."""

    step: Step
    code: str
    parameters: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseResult:
    """All that was found for one radiograph; later steps are `None` where they did not run.

    Attributes:
        stages: Grad-CAM at several depths, finest first; empty unless asked for.
        timings_ms: Wall time of each step that ran.
        provenance: Versions, weights' hashes, settings and seed, flat; no patient data.
        problems: Steps that failed; what stands was not touched by them.
    """

    radiograph: Radiograph
    anatomy: Anatomy
    prediction: Prediction
    explanations: Mapping[Method, Explanation]
    descriptors: Descriptors
    signs: tuple[Sign, ...] = ()
    trust: Trust | None = None
    report: Report | None = None
    text_explanation: TextExplanation | None = None
    stages: tuple[StageMap, ...] = ()
    timings_ms: Mapping[Step, float] = field(default_factory=dict)
    provenance: Mapping[str, str | int | float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What the clinician signs: the report's text as edited, in one language."""

    language: Language
    sections: Mapping[Section, str]
    edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """A step's progress: `fraction` in [0, 1] or `None`; `text` holds streamed tokens."""

    step: Step
    fraction: float | None = None
    text: str = ""
