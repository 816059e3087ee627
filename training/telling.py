"""What the ratings of explanation quality tell: maps that point at lesions, and right answers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import (
    FUSED,
    SALIENCY_MAPS,
    ExplanationQuality,
    FloatArray,
    QualityMeasure,
    QualityRating,
    SaliencyMap,
)
from training.classifier.explained import ExplainedRadiograph
from training.metrics import bootstrap
from training.pointed import lesions_and_lungs, pointed
from xai.quality.limits import AucFound, QualityLimits, Telling

ORDER = (QualityRating.UNRELIABLE, QualityRating.DOUBTFUL, QualityRating.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedRadiograph:
    """What is known of one radiograph beside the quality of its explanations.

    Attributes:
        quality: The measures.
        patient: Whose it is.
        called_abnormal: Whether the label explained is an abnormality.
        is_right: Whether it is one.
        hits: Whether each map's peak lies in a lesion; empty where none is drawn, or none called.
    """

    quality: ExplanationQuality
    patient: str
    called_abnormal: bool
    is_right: bool
    hits: Mapping[SaliencyMap, bool]


def judged(
    item: ExplainedRadiograph, quality: ExplanationQuality, *, is_abnormal: bool
) -> JudgedRadiograph:
    """Compare a radiograph's label and maps with what people say of it."""
    called = item.prediction.leading_label != item.prediction.normal_label
    drawn = lesions_and_lungs(item.record, item.anatomy) if called else None
    hits: dict[SaliencyMap, bool] = {}
    if drawn is not None:
        maps: dict[SaliencyMap, FloatArray] = {
            method: one.raw_image for method, one in item.explanations.items()
        }
        maps[FUSED] = item.descriptors.fused_image
        hits = {name: pointed(image, *drawn).hit > 0.5 for name, image in maps.items()}
    return JudgedRadiograph(
        quality=quality,
        patient=item.record.patient,
        called_abnormal=called,
        is_right=called is is_abnormal,
        hits=hits,
    )


def telling(
    radiographs: Sequence[JudgedRadiograph], limits: QualityLimits
) -> dict[str, dict[QualityMeasure, Telling]]:
    """By map and measure, the AUC of the ratings that limits give, shortcut measures left out.

    Right and wrong answers are compared among those called abnormal, and among those called
    normal: maps of the one differ from maps of the other, whoever is right.
    """
    found: dict[str, dict[QualityMeasure, Telling]] = {}
    for name in SALIENCY_MAPS:
        for measure in QualityMeasure:
            rated = [
                (one, ORDER.index(limits.rating(score)))
                for one in radiographs
                for score in one.quality.of(name)
                if score.measure is measure
            ]
            if measure.is_shortcut or not rated:
                continue
            drawn = [(one, rating) for one, rating in rated if name in one.hits]
            found.setdefault(name.value, {})[measure] = Telling(
                points=_auc(drawn, [one.hits[name] for one, _ in drawn]),
                right=_auc(rated, [one.is_right for one, _ in rated]),
            )
    return found


def _auc(
    rated: Sequence[tuple[JudgedRadiograph, int]], positive: Sequence[bool]
) -> AucFound | None:
    """The AUC of ratings for what holds, over pairs of radiographs that were called alike."""
    ratings = np.array([rating for _, rating in rated])
    called = np.array([one.called_abnormal for one, _ in rated], bool)
    holds = np.array(positive, bool)

    def area(cases: NDArray[np.int64]) -> float:
        won, pairs = 0.0, 0
        for alike in (cases[called[cases]], cases[~called[cases]]):
            true, false = ratings[alike[holds[alike]]], ratings[alike[~holds[alike]]]
            differences = np.sign(true[:, None] - false[None, :])
            won += float((differences + 1).sum()) / 2
            pairs += differences.size
        if not pairs:
            raise ValueError("there is nothing to tell apart")
        return won / pairs

    found = bootstrap(area, [one.patient for one, _ in rated])
    return None if found is None else AucFound(**asdict(found))
