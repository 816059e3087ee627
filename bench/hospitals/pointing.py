"""Where maps point on radiographs whose lesions were drawn by hand.

A map is asked three things inside the lungs: how much of its mass lies in the lesions, over what
their share of the lungs would give by chance; whether its peak lies in one; and how well any one
level of it outlines them. A map that does not beat the lungs as they are is no explanation of
where a disease is.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import Anatomy, BoolArray, FloatArray, Method, Prediction, Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import data_folder, read_index
from training.evaluate import NothingToEvaluateError
from training.metrics import Metric, bootstrap
from training.pointed import COLUMN, Pointed, lesions_and_lungs, pointed
from xai.image.describer import ZoneDescriber
from xai.image.registry import ExplainedModel, build_explainer

DATASET = "lesions"
MEASURES = ("mass_over_area", "hit", "iou")
RANDOM_MAPS = 20
SMOOTH = 0.12  # standard deviation of the random maps' blobs, in parts of the lungs' height


@dataclass(frozen=True, slots=True, kw_only=True)
class PointingMetrics:
    """Every map, and what there is to compare it with.

    Attributes:
        n: Radiographs with lesions and a chest that was found.
        area_share: The lesions' mean share of the lungs.
        maps: By map, then by measure of `MEASURES`.
    """

    n: int
    area_share: float
    maps: Mapping[str, Mapping[str, Metric | None]]

    def json_line(self) -> str:
        """The metrics as one line of JSON: each map by its name, `n` and `area_share` beside."""
        found = {
            name: {
                measure: None if metric is None else asdict(metric)
                for measure, metric in metrics.items()
            }
            for name, metrics in self.maps.items()
        }
        return json.dumps({"n": self.n, "area_share": self.area_share, **found})

    def table(self) -> str:
        """The metrics as a table."""
        lines = [
            f"{self.n} radiographs; the lesions take {self.area_share:.2f} of the lungs",
            f"{'map':<12}" + "".join(f"{measure:>24}" for measure in MEASURES),
        ]
        for name, metrics in self.maps.items():
            line = f"{name:<12}"
            for measure in MEASURES:
                metric = metrics[measure]
                said = (
                    "-"
                    if metric is None
                    else "{:.2f} ({:.2f} to {:.2f})".format(metric.value, *metric.ci95)
                )
                line += f"{said:>24}"
            lines.append(line)
        return "\n".join(lines)


def measure_pointing(settings: Settings, dataset: Path | None) -> PointingMetrics:
    """Measure every method's map of the most likely abnormal label, and what it is compared with.

    Raises:
        NothingToEvaluateError: No radiograph has a mask of lesions and a chest to be found.
    """
    folder = dataset or data_folder() / DATASET
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    maps_of = _explainers(settings)
    found: dict[str, list[Pointed]] = {}
    patients: list[str] = []
    shares: list[float] = []
    for record in read_index(folder):
        if COLUMN not in record.groups:
            continue
        radiograph = radiograph_of(record)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        drawn = lesions_and_lungs(record, anatomy)
        if drawn is None:
            continue
        lesions, lungs = drawn
        patients.append(record.patient)
        shares.append(float(lesions.sum() / lungs.sum()))
        for name, map_image in maps_of(radiograph, anatomy).items():
            found.setdefault(name, []).append(pointed(map_image, lesions, lungs))
        for name, row in _comparisons(lungs, lesions, len(patients)).items():
            found.setdefault(name, []).append(row)
    if not patients:
        raise NothingToEvaluateError(f"no radiograph in {folder} has lesions drawn and a chest")
    return PointingMetrics(
        n=len(patients),
        area_share=float(np.mean(shares)),
        maps={name: _summary(rows, patients) for name, rows in found.items()},
    )


def _explainers(
    settings: Settings,
) -> Callable[[Radiograph, Anatomy], dict[str, FloatArray]]:
    from xai.image.layer_gradients import LayerGradients

    folder = settings.classifier or settings.weights_folder / "classifier"
    network = FolderClassifier(folder, settings.threads)
    model = ExplainedModel(
        network=network, gradients=LayerGradients(folder, settings.threads), settings=settings
    )
    explainers = {method: build_explainer(method, model) for method in Method}
    describer = ZoneDescriber()

    def maps_of(radiograph: Radiograph, anatomy: Anatomy) -> dict[str, FloatArray]:
        label = abnormal_label(network.classify(radiograph, anatomy))
        explanations = {
            method: explainer.explain(radiograph, anatomy, label)
            for method, explainer in explainers.items()
        }
        maps = {method.value: one.raw_image for method, one in explanations.items()}
        return maps | {"fused": describer.describe(explanations, anatomy).fused_image}

    return maps_of


def abnormal_label(prediction: Prediction) -> str:
    """The most likely label but normal: what was drawn is a disease, whatever is said of it."""
    ranked = sorted(zip(prediction.probabilities, prediction.labels, strict=True), reverse=True)
    return next(label for _, label in ranked if label != prediction.normal_label)


def _comparisons(lungs: BoolArray, lesions: BoolArray, seed: int) -> dict[str, Pointed]:
    """A blob in the middle of the lungs, the lungs themselves, and random maps (their mean)."""
    rows, cols = np.nonzero(lungs)
    high, wide = float(np.ptp(rows) + 1), float(np.ptp(cols) + 1)
    row, col = np.ogrid[: lungs.shape[0], : lungs.shape[1]]
    middle = np.exp(
        -(((row - rows.min() - high / 2) / (high / 4)) ** 2) / 2
        - (((col - cols.min() - wide / 2) / (wide / 4)) ** 2) / 2
    )
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(RANDOM_MAPS):
        noise = cv2.GaussianBlur(random.normal(size=lungs.shape), (0, 0), SMOOTH * high)
        drawn.append(pointed(_positive(noise), lesions, lungs))
    return {
        "centre": pointed(middle.astype(np.float32), lesions, lungs),
        "lungs": pointed(lungs.astype(np.float32), lesions, lungs),
        "chance": Pointed(
            mass_over_area=float(np.mean([one.mass_over_area for one in drawn])),
            hit=float(np.mean([one.hit for one in drawn])),
            iou=float(np.mean([one.iou for one in drawn])),
        ),
    }


def _positive(noise: NDArray[Any]) -> FloatArray:
    return np.asarray(np.maximum(noise, 0), np.float32)


def _summary(rows: Sequence[Pointed], patients: Sequence[str]) -> dict[str, Metric | None]:
    values = {measure: np.array([getattr(row, measure) for row in rows]) for measure in MEASURES}
    return {
        measure: bootstrap(partial(_mean, found), patients) for measure, found in values.items()
    }


def _mean(values: NDArray[np.float64], cases: NDArray[np.int64]) -> float:
    return float(values[cases].mean())
