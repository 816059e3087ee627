"""The thresholds of the quality ratings, from a classifier's validation radiographs.

No threshold asks how usual a value is, or a classifier whose maps are all worthless would be rated
good. Deletion, insertion and agreement are compared with a random baseline on the same radiographs,
stability with what a second full run gives; only the shortcut measures know a usual value, between
bounds. What the ratings then tell is measured on the same radiographs and on all on which lesions
were drawn (`training/telling.py`); those that tell nothing are not shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.manifest import load_manifest, rehash
from pipeline.settings import Settings
from pipeline.types import (
    FUSED,
    FUSED_METHODS,
    SALIENCY_MAPS,
    ExplanationQuality,
    FloatArray,
    Method,
    QualityMeasure,
    QualityRating,
    SaliencyMap,
)
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.explained import (
    ExplainedRadiograph,
    explained_radiographs,
    validation_radiographs,
    with_lesions,
)
from training.classifier.hospitals.answers import is_abnormal
from training.telling import judged, telling
from xai.image.describer import ZoneDescriber
from xai.image.layer_gradients import LayerGradients
from xai.image.lime_explainer import LimeExplainer
from xai.image.registry import ExplainedModel, build_explainer
from xai.quality.agreement import RANDOM_IOU, agreement_of, rank_correlation
from xai.quality.assessor import RANDOM_MAPS, QualityAssessor, faithfulness, prepare
from xai.quality.limits import QUALITY_LIMITS_FILE, Limits, QualityLimits, limits_json
from xai.quality.masking_curves import curves_of, random_map, ranking

RADIOGRAPHS = 120
OTHER_SEED = 1000  # of the second full run of LIME, and of the random maps that stand for a map
BEATEN = (0.95, 0.5)
"""Shares of random maps, or of pairs of unrelated maps, that a good and a doubtful one beats."""

REPRODUCED = (0.7, 0.5)
"""Rank correlation with a second full run that is expected of a good and of a doubtful map; those
are the reliabilities that are called acceptable and poor (Nunnally 1978)."""

UNRELATED = 3  # other radiographs that each radiograph's Grad-CAM is compared with

USUAL = (0.9, 0.99)
"""Shares of validation radiographs that lie within the limits of a shortcut measure."""

BOUNDS = {
    QualityMeasure.MASS_OUTSIDE_THORAX: ((0.1, 0.3), (0.3, 0.5)),
    QualityMeasure.MASS_ON_TEXT: ((0.04, 0.05), (0.07, 0.08)),
    QualityMeasure.MASS_ON_BORDER: ((0.08, 0.12), (0.15, 0.25)),
}
"""Lowest and highest limit of a good and of a doubtful gain. A classifier that leans on markers
finds that usual; a map that lies on them for a tenth is not to be relied on all the same. Those of
text were chosen on classifiers that a marker was planted for (`python -m bench sanity`).
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredRadiograph:
    """What one radiograph gave.

    Attributes:
        quality: Its values.
        random_baseline: Deletion and insertion gain of random maps.
        reproduced: Rank correlation of the LIME map with a second full run, over what is seen.
        maps_model: Both maps on the network's grid, `(size, size)` float32.
        lungs_model: `(size, size)` bool.
    """

    quality: ExplanationQuality
    random_baseline: tuple[float, ...]
    reproduced: float
    maps_model: Mapping[Method, FloatArray]
    lungs_model: NDArray[np.bool_]


def set_quality_limits(
    folder: Path,
    anatomy: Path,
    data: Path,
    count: int = RADIOGRAPHS,
    on_progress: Callable[[str], None] = print,
) -> QualityLimits:
    """Find a classifier's thresholds, write them beside its weights and name them in its manifest.

    Args:
        folder: The classifier's folder.
        anatomy: The anatomy model's folder.
        data: A dataset, or a folder of datasets.
        count: Validation radiographs at most.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
        NothingToEvaluateError: There is no radiograph.
    """
    settings = Settings(classifier=folder)
    network = FolderClassifier(folder, settings.threads)
    radiographs = validation_radiographs(data, network.labels, count)
    validation = {record.path for record in radiographs}
    drawn = [record for record in with_lesions(data) if record.path not in validation]
    model = ExplainedModel(
        network=network,
        gradients=LayerGradients(folder, settings.threads),
        settings=settings,
    )
    explained = explained_radiographs(
        [*radiographs, *drawn],
        DeepLabSegmenter(anatomy, settings.threads),
        network,
        {method: build_explainer(method, model) for method in Method},
        ZoneDescriber(),
    )
    assessor = QualityAssessor(network, settings)
    measured, judges = [], []
    for item in explained:
        if item.record.path in validation:
            measured.append(measure_radiograph(item, network, settings))
            quality = measured[-1].quality
        else:
            quality = assessor.assess(
                item.radiograph, item.anatomy, item.explanations, item.descriptors
            )
        judges.append(judged(item, quality, is_abnormal=is_abnormal(item.record)))
        if len(judges) % 10 == 0:
            on_progress(f"{len(judges)} of {len(validation) + len(drawn)} radiographs")
    found = limits_of(measured)
    origin = {
        "command": f"python -m training quality_thresholds --radiographs {count}",
        "radiographs": len(measured),
        "with_lesions": sum(bool(one.hits) for one in judges),
        "datasets": sorted({radiograph.dataset for radiograph in radiographs}),
        **found.origin,
        "found": metrics_of([item.quality for item in measured], found),
    }
    found = QualityLimits(limits=found.limits, tells=telling(judges, found), origin=origin)
    write_thresholds(found, folder)
    return found


def write_thresholds(limits: QualityLimits, folder: Path) -> None:
    """Write `quality_limits.json` to a classifier's folder and name it in the manifest there."""
    load_manifest(folder, "classification")  # nothing is added to a folder that is not whole
    (folder / QUALITY_LIMITS_FILE).write_text(limits_json(limits), encoding="utf-8")
    rehash(folder, add=[QUALITY_LIMITS_FILE])


def measure_radiograph(
    item: ExplainedRadiograph, network: FolderClassifier, settings: Settings
) -> MeasuredRadiograph:
    """Measure one radiograph's explanations, random maps, and a second full run of LIME."""
    radiograph, anatomy = item.radiograph, item.anatomy
    label = item.prediction.leading_label
    quality = QualityAssessor(network, settings).assess(
        radiograph, anatomy, item.explanations, item.descriptors
    )
    prepared = prepare(network, radiograph, anatomy, label)
    context, grid = prepared.context, prepared.grid
    size = context.image_model.shape[0]
    random_baseline = [random_map(size, (OTHER_SEED, number)) for number in range(RANDOM_MAPS)]
    orders = [ranking(noise, context.roi_mask, noise) for noise in random_baseline]
    again = LimeExplainer(network, replace(settings, seed=OTHER_SEED)).explain(
        radiograph, anatomy, label
    )
    maps = {method: grid.to_model(one.raw_image) for method, one in item.explanations.items()}
    seen = context.roi_mask
    return MeasuredRadiograph(
        quality=quality,
        random_baseline=tuple(
            score.gain
            for curves in curves_of(context, orders)
            for score in faithfulness(FUSED, curves, quality.random_auc)
        ),
        reproduced=rank_correlation(maps[Method.LIME][seen], grid.to_model(again.raw_image)[seen]),
        maps_model=maps,
        lungs_model=grid.mask_to_model(anatomy.lungs_image),
    )


def limits_of(measured: list[MeasuredRadiograph]) -> QualityLimits:
    """The thresholds that radiographs give, and what they were found from."""
    qualities = [item.quality for item in measured]
    random_baseline = [value for item in measured for value in item.random_baseline]
    unrelated = np.array(
        [
            agreement_of(one.maps_model[Method.GRAD_CAM], other.maps_model[Method.LIME], lungs)
            for shift in range(1, min(UNRELATED, len(measured) - 1) + 1)
            for one, other in zip(measured, measured[shift:] + measured[:shift], strict=True)
            for lungs in (one.lungs_model & other.lungs_model,)
        ]
    )
    short = gains_of(qualities, Method.LIME, QualityMeasure.STABILITY)
    full = np.array([item.reproduced for item in measured])
    slope, start = np.polyfit(short, full, 1)
    limits = {
        QualityMeasure.DELETION: _beyond_random(random_baseline),
        QualityMeasure.INSERTION: _beyond_random(random_baseline),
        QualityMeasure.RANK_CORRELATION: _beyond_random(unrelated[:, 0]),
        QualityMeasure.TOP_K_IOU: _beyond_random(unrelated[:, 1] - RANDOM_IOU),
        QualityMeasure.STABILITY: _reproducing(float(slope), float(start)),
    }
    for measure, bounds in BOUNDS.items():
        shares = np.concatenate([gains_of(qualities, method, measure) for method in FUSED_METHODS])
        good, doubtful = (
            float(np.clip(np.quantile(shares, usual), *bound))
            for usual, bound in zip(USUAL, bounds, strict=True)
        )
        limits[measure] = Limits(good=round(good, 4), doubtful=round(doubtful, 4))
    origin = {
        "reproduced": {"mean": float(full.mean()), "slope": float(slope), "start": float(start)}
    }
    return QualityLimits(limits=limits, origin=origin)


def _beyond_random(random_baseline: Sequence[float] | NDArray[np.float64]) -> Limits:
    good, doubtful = np.quantile(np.asarray(random_baseline), BEATEN)
    return Limits(good=round(float(good), 4), doubtful=round(float(doubtful), 4))


def _reproducing(slope: float, start: float) -> Limits:
    """The short runs' values from which a full run's are expected to be high enough.

    Where the short runs foretell nothing, or no value in reach, the values themselves are asked for
    as much.
    """
    wanted = [(want - start) / slope if slope > 0.1 else -1.0 for want in REPRODUCED]
    good, doubtful = wanted if all(0 < value < 1 for value in wanted) else REPRODUCED
    return Limits(good=round(good, 4), doubtful=round(doubtful, 4))


def gains_of(
    qualities: Sequence[ExplanationQuality], name: SaliencyMap, measure: QualityMeasure
) -> NDArray[np.float64]:
    """One measure of one map on every radiograph, `(radiograph,)`."""
    return np.array(
        [
            score.gain
            for quality in qualities
            for score in quality.of(name)
            if score.measure is measure
        ]
    )


def metrics_of(qualities: Sequence[ExplanationQuality], limits: QualityLimits) -> dict[str, Any]:
    """By map and measure: quantiles of the gain, and the share of radiographs with each rating."""
    found: dict[str, Any] = {}
    for name in SALIENCY_MAPS:
        for measure in QualityMeasure:
            gain = gains_of(qualities, name, measure)
            if not gain.size:
                continue
            ratings = [
                limits.rating(score)
                for quality in qualities
                for score in quality.of(name)
                if score.measure is measure
            ]
            quantiles = np.quantile(gain, (0.1, 0.5, 0.9))
            row = dict(zip(("p10", "median", "p90"), quantiles.tolist(), strict=True))
            row |= {rating.value: ratings.count(rating) / len(ratings) for rating in QualityRating}
            rounded = {key: round(value, 4) for key, value in row.items()}
            found.setdefault(name.value, {})[measure.value] = rounded
    return found
