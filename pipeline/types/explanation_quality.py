"""Explanation quality: how far each map can be relied on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.types.methods import FUSED_METHODS, SaliencyMap
from pipeline.types.vocabulary import SHORTCUT_MEASURES, QualityMeasure, QualityRating


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScore:
    """One measure of one map.

    Attributes:
        map: Whose map; the fused one for what compares the two methods.
        measure: What was measured.
        value: An area under a curve, a correlation or a share, in [-1, 1].
        random_baseline: What random maps reach; 0 where that is 0 by definition.
        rating: What the classifier's thresholds make of `gain`.
    """

    map: SaliencyMap
    measure: QualityMeasure
    value: float
    random_baseline: float = 0.0
    rating: QualityRating = QualityRating.NOT_GRADED

    @property
    def gain(self) -> float:
        """Gain over the random baseline, in [-1, 1]; 0 is no better than random.

        Larger is better, but worse of a shortcut measure. A share is measured against what the
        baseline leaves over: 1 means that the whole map lies there, whatever the size of the place.
        """
        if self.measure is QualityMeasure.DELETION:
            return self.random_baseline - self.value
        if self.measure.is_shortcut:
            left = 1 - self.random_baseline
            return max(-1.0, (self.value - self.random_baseline) / left) if left > 0 else 0.0
        return self.value - self.random_baseline

    @property
    def code(self) -> str:
        """The stable code of the sentence that says what this means."""
        return f"{self.measure}_{self.rating}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingCurves:
    """A label's probability while a map's places are hidden or shown, strongest first.

    Attributes:
        deletion: From the whole radiograph to nothing, in equal steps.
        insertion: From nothing to the whole radiograph, in equal steps.
    """

    deletion: tuple[float, ...]
    insertion: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationQuality:
    """How far the explanations of one label can be relied on.

    Attributes:
        label: The label explained.
        scores: Every measure of every map that has it.
        curves: What the deletion and insertion scores were read from.
        random_auc: Mean area under the curves of random maps, of deletion and insertion alike.
        parameters: What was measured with (steps, samples, seeds).
    """

    label: str
    scores: tuple[QualityScore, ...]
    curves: Mapping[SaliencyMap, MaskingCurves]
    random_auc: float
    parameters: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def worst(self) -> QualityScore | None:
        """The score with the worst rating, a shortcut first; `None` if nothing was graded."""
        order = (QualityRating.GOOD, QualityRating.DOUBTFUL, QualityRating.UNRELIABLE)
        graded = [score for score in self.scores if score.rating in order]
        if not graded:
            return None
        return max(graded, key=lambda one: (order.index(one.rating), one.measure.is_shortcut))

    @property
    def shortcut_alarm(self) -> bool:
        """Whether both fused methods point at the same thing that is no chest, one for sure.

        One alone may be wrong about the classifier; two that work differently seldom are. Further
        maps do not count: most are of the same kind as Grad-CAM.
        """
        suspect = (QualityRating.DOUBTFUL, QualityRating.UNRELIABLE)
        for measure in SHORTCUT_MEASURES:
            ratings = [
                score.rating
                for score in self.scores
                if score.measure is measure and score.map in FUSED_METHODS
            ]
            both = len(ratings) > 1 and all(rating in suspect for rating in ratings)
            if both and QualityRating.UNRELIABLE in ratings:
                return True
        return False

    def of(self, saliency_map: SaliencyMap) -> tuple[QualityScore, ...]:
        """The scores of one map."""
        return tuple(score for score in self.scores if score.map is saliency_map)
