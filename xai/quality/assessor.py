"""Explanation quality of a case: what is measured of each map, and how it is rated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.protocols import Network, Progress, silent
from pipeline.settings import Settings
from pipeline.types import (
    FUSED,
    FUSED_METHODS,
    SALIENCY_MAPS,
    Anatomy,
    BoolArray,
    Descriptors,
    Explanation,
    ExplanationQuality,
    FloatArray,
    MaskingCurves,
    Method,
    ProgressEvent,
    QualityMeasure,
    QualityScore,
    Radiograph,
    SaliencyMap,
    Step,
)
from xai.image.chest_maps import label_index
from xai.image.lime_sampling import superpixels
from xai.image.network_grid import NetworkGrid, network_grid
from xai.quality.agreement import agreement_scores
from xai.quality.limits import UNGRADED, QualityLimits
from xai.quality.masking_curves import (
    MaskingContext,
    area,
    curves_of,
    mean_tone,
    random_map,
    ranking,
)
from xai.quality.shortcuts import shortcut_scores, suspect_places
from xai.quality.stability import lime_stability

STEPS = 12
RANDOM_MAPS = 4  # each serves twice, forwards and backwards
STABILITY_RUNS = 2
STABILITY_SAMPLES = 128
CURVES_PART = 0.4  # of the time, by the number of pictures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedCase:
    """A radiograph and a label on the network's grid, ready for measuring.

    Attributes:
        context: The radiograph and the label, on the network's grid.
        grid: Where that grid lies on the radiograph.
        seen_image: `(row, col)` bool, where the network sees the radiograph.
    """

    context: MaskingContext
    grid: NetworkGrid
    seen_image: BoolArray


def prepare(network: Network, radiograph: Radiograph, anatomy: Anatomy, label: str) -> PreparedCase:
    """Make a radiograph and a label ready for measuring.

    Raises:
        SettingsError: The classifier has no such label.
    """
    index = label_index(network.labels, label)
    image = network.input_model(radiograph, anatomy)
    seen = network.roi_mask(anatomy)

    def predict(batch_model: FloatArray) -> FloatArray:
        return network.probabilities(batch_model)[:, index]

    return PreparedCase(
        context=MaskingContext(
            image_model=image,
            roi_mask=seen > 0.5,
            baseline_value=mean_tone(image, seen > 0.5),
            predict_fn=predict,
            steps=STEPS,
        ),
        grid=network_grid(network, anatomy, image.shape[0]),
        seen_image=network.to_image(seen, anatomy) > 0.5,
    )


class QualityAssessor:
    """Compares each map with a random baseline and with itself, the fused methods with each other.

    The classifier's thresholds turn values into ratings; without thresholds they stay values.
    """

    def __init__(
        self, network: Network, settings: Settings, limits: QualityLimits = UNGRADED
    ) -> None:
        """Keep network, settings and thresholds.

        Args:
            network: The classifier, opened for explainers.
            settings: `lime_segments` and `seed` are used.
            limits: Those that lie beside the network's weights.
        """
        self._network, self._settings, self._thresholds = network, settings, limits

    def assess(
        self,
        radiograph: Radiograph,
        anatomy: Anatomy,
        explanations: Mapping[Method, Explanation],
        descriptors: Descriptors,
        *,
        progress: Progress = silent,
    ) -> ExplanationQuality:
        """Measure the explanations of one label; the same seed gives the same numbers.

        Every map that is there is rated by what can be measured of it: all by hiding and showing
        and by shortcuts, LIME by its stability too, the fused methods by how they agree.

        Raises:
            SettingsError: The classifier has no such label.
        """

        def on_progress(fraction: float) -> None:
            progress(ProgressEvent(step=Step.QUALITY, fraction=fraction))

        label = next(iter(explanations.values())).label
        prepared = prepare(self._network, radiograph, anatomy, label)
        grid = prepared.grid
        raw = {method: item.raw_image for method, item in explanations.items()}
        maps: dict[SaliencyMap, FloatArray] = {
            name: grid.to_model(image) for name, image in raw.items()
        }
        maps[FUSED] = grid.to_model(descriptors.fused_image)
        curves, random_auc = self._curves(
            prepared.context, maps, lambda done: on_progress(CURVES_PART * done)
        )
        scores = [score for name in maps for score in faithfulness(name, curves[name], random_auc)]
        if Method.LIME in maps:  # the only one that draws samples
            stability = self._stability(
                prepared.context,
                self._network.roi_mask(anatomy),
                maps[Method.LIME],
                lambda done: on_progress(CURVES_PART + (1 - CURVES_PART) * done),
            )
            scores.append(
                QualityScore(map=Method.LIME, measure=QualityMeasure.STABILITY, value=stability)
            )
        if all(method in maps for method in FUSED_METHODS):
            first, second = (maps[method] for method in FUSED_METHODS)
            scores += agreement_scores(first, second, grid.mask_to_model(anatomy.lungs_image))
        places = suspect_places(radiograph, anatomy)
        for name, image in raw.items():
            scores += shortcut_scores(name, image, prepared.seen_image, places)
        return ExplanationQuality(
            label=label,
            scores=tuple(map(self._thresholds.rated, sorted(scores, key=_place))),
            curves=curves,
            random_auc=random_auc,
            parameters={
                "steps": STEPS,
                "random_maps": RANDOM_MAPS,
                "stability_runs": STABILITY_RUNS,
                "stability_samples": STABILITY_SAMPLES,
                "hidden_tone": round(prepared.context.baseline_value, 4),
                "seed": self._settings.seed,
            },
        )

    def _curves(
        self,
        context: MaskingContext,
        maps: Mapping[SaliencyMap, FloatArray],
        progress: Callable[[float], None],
    ) -> tuple[dict[SaliencyMap, MaskingCurves], float]:
        """Each map's curves, and the mean area under those of random maps."""
        size, seed = context.image_model.shape[0], self._settings.seed
        random_baseline = [random_map(size, (seed, number)) for number in range(RANDOM_MAPS + 1)]
        ties = random_baseline.pop()
        orders = [
            ranking(item, context.roi_mask, ties) for item in (*maps.values(), *random_baseline)
        ]
        found = curves_of(context, orders, progress)
        return dict(zip(maps, found, strict=False)), random_area(found[len(maps) :])

    def _stability(
        self,
        context: MaskingContext,
        roi_mask: FloatArray,
        shown_model: FloatArray,
        progress: Callable[[float], None],
    ) -> float:
        settings = self._settings
        return lime_stability(
            context,
            superpixels(context.image_model, roi_mask, settings.lime_segments),
            shown_model,
            samples=STABILITY_SAMPLES,
            seeds=[settings.seed + run for run in range(1, STABILITY_RUNS + 1)],
            progress=progress,
        )


def _place(score: QualityScore) -> tuple[int, int]:
    """Where a score stands: maps and measures in the order of their names' lists."""
    return SALIENCY_MAPS.index(score.map), list(QualityMeasure).index(score.measure)


def faithfulness(name: SaliencyMap, curves: MaskingCurves, random_auc: float) -> list[QualityScore]:
    """The areas under a map's deletion and insertion curves, against those of random maps."""
    areas = {
        QualityMeasure.DELETION: area(curves.deletion),
        QualityMeasure.INSERTION: area(curves.insertion),
    }
    return [
        QualityScore(map=name, measure=measure, value=value, random_baseline=random_auc)
        for measure, value in areas.items()
    ]


def random_area(random_curves: Sequence[MaskingCurves]) -> float:
    """Mean area under the curves of random maps.

    Showing a random half is hiding the other, as random: both kinds of curve have one expectation.
    """
    areas = [area(curve) for item in random_curves for curve in (item.deletion, item.insertion)]
    return float(np.mean(areas))
