"""Our maps against stock LIME, a blob in the middle and noise, on validation radiographs.

All are measured by the same curves, on the network's own grid; see `xai/quality/masking_curves.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.maps.faithfulness_maps import MethodMaps, RadiographToMap, StockLime, maps_of_radiograph
from bench.maps.faithfulness_metrics import FaithfulnessMetrics, MethodMetrics
from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import BoolArray, MaskingCurves
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.explained import validation_radiographs
from training.classifier.thorax_cache import radiograph_of
from training.metrics import bootstrap
from xai.image.chest_maps import share_within
from xai.image.layer_gradients import LayerGradients
from xai.image.registry import ExplainedModel
from xai.quality.agreement import rank_correlation
from xai.quality.assessor import PreparedCase, prepare, random_area
from xai.quality.masking_curves import area, curves_of, random_map, ranking

RANDOM_MAPS = 4  # a radiograph, besides the one that is measured as a method
TIES, BASELINE = 101, 103  # what random maps are drawn for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RadiographMetrics:
    """One method on one radiograph: what `MethodMetrics` holds the means of, and its curves."""

    patient: str
    curves: MaskingCurves
    random_auc: float
    stability: float
    thorax_share: float
    ms: float | None

    @property
    def deletion_auc(self) -> float:
        """Area under the deletion curve, in [0, 1]."""
        return area(self.curves.deletion)

    @property
    def insertion_auc(self) -> float:
        """Area under the insertion curve, in [0, 1]."""
        return area(self.curves.insertion)


def measure_faithfulness(
    settings: Settings,
    data: Path,
    radiographs: int,
    stock_radiographs: int | None,
    on_progress: Callable[[str], None] = print,
) -> FaithfulnessMetrics:
    """Measure every method on validation radiographs; the leading label is the one explained.

    Args:
        settings: The classifier, its LIME settings, where the anatomy model lies.
        data: A dataset, or a folder of datasets.
        radiographs: Validation radiographs at most.
        stock_radiographs: Radiographs at most on which stock LIME runs as it comes and is
            timed; on the others the library asks the converted network. `None` leaves it out.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
        NothingToEvaluateError: There is no radiograph.
    """
    folder = settings.classifier or settings.weights_folder / "classifier"
    network = FolderClassifier(folder, settings.threads)
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    stock = None if stock_radiographs is None else StockLime(folder, network)
    gradients = LayerGradients(folder, settings.threads)
    model = ExplainedModel(network=network, gradients=gradients, settings=settings)
    found: dict[str, list[RadiographMetrics]] = {}
    done = 0
    for image in validation_radiographs(data, network.labels, radiographs):
        radiograph = radiograph_of(image)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        label = network.classify(radiograph, anatomy).leading_label
        prepared = prepare(network, radiograph, anatomy, label)
        to_map = RadiographToMap(
            radiograph=radiograph,
            anatomy=anatomy,
            label=label,
            image_model=prepared.context.image_model,
            grid=prepared.grid,
        )
        drawn = maps_of_radiograph(
            to_map, model, stock, as_it_comes=done < (stock_radiographs or 0)
        )
        thorax = prepared.grid.mask_to_model(anatomy.thorax_image)
        for name, one in _measured(image.patient, drawn, prepared, thorax).items():
            found.setdefault(name, []).append(one)
        done += 1
        if done % 5 == 0:
            on_progress(f"{done} radiographs")
    return FaithfulnessMetrics(
        methods={name: _means(rows) for name, rows in found.items()},
        curves={name: _mean_curves(rows) for name, rows in found.items()},
        random_maps=RANDOM_MAPS,
    )


def _measured(
    patient: str, drawn: dict[str, MethodMaps], prepared: PreparedCase, thorax_model: BoolArray
) -> dict[str, RadiographMetrics]:
    """Every method on one radiograph, all compared with the same random maps."""
    context, size = prepared.context, prepared.grid.size
    ties = random_map(size, (TIES,))
    random_baseline = [random_map(size, (BASELINE, number)) for number in range(RANDOM_MAPS)]
    maps = [one.maps_model[0] for one in drawn.values()] + random_baseline
    curves = curves_of(context, [ranking(one, context.roi_mask, ties) for one in maps])
    random_auc = random_area(curves[len(drawn) :])
    seen = context.roi_mask
    return {
        name: RadiographMetrics(
            patient=patient,
            curves=curve,
            random_auc=random_auc,
            stability=rank_correlation(*(one[seen] for one in item.maps_model)),
            thorax_share=share_within(item.maps_model[0], thorax_model),
            ms=item.ms,
        )
        for (name, item), curve in zip(drawn.items(), curves, strict=False)
    }


def _means(rows: Sequence[RadiographMetrics]) -> MethodMetrics:
    deletion = np.array([row.random_auc - row.deletion_auc for row in rows])
    insertion = np.array([row.insertion_auc - row.random_auc for row in rows])
    patients = [row.patient for row in rows]
    times = [row.ms for row in rows if row.ms is not None]
    return MethodMetrics(
        radiographs=len(rows),
        deletion_auc=float(np.mean([row.deletion_auc for row in rows])),
        insertion_auc=float(np.mean([row.insertion_auc for row in rows])),
        stability=float(np.mean([row.stability for row in rows])),
        thorax_share=float(np.mean([row.thorax_share for row in rows])),
        ms=float(np.median(times)) if times else None,
        timed_radiographs=len(times),
        deletion_gain=float(deletion.mean()),
        deletion_gain_ci95=_interval(deletion, patients),
        insertion_gain=float(insertion.mean()),
        insertion_gain_ci95=_interval(insertion, patients),
    )


def _interval(values: NDArray[np.float64], patients: Sequence[str]) -> tuple[float, float]:
    found = bootstrap(lambda cases: float(values[cases].mean()), patients)
    return (float("nan"), float("nan")) if found is None else found.ci95


def _mean_curves(rows: Sequence[RadiographMetrics]) -> MaskingCurves:
    def mean(curves: list[tuple[float, ...]]) -> tuple[float, ...]:
        return tuple(float(value) for value in np.mean(curves, axis=0))

    return MaskingCurves(
        deletion=mean([row.curves.deletion for row in rows]),
        insertion=mean([row.curves.insertion for row in rows]),
    )
