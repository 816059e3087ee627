"""How LIME's fidelity and time follow the number of superpixels and of samples.

What the defaults in `pipeline/settings.py` are chosen from.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.lime.lime import STOCK_SEED, LimeExperiment, r2_of
from bench.lime.radiographs import LimeRadiograph, radiographs_of
from bench.speed.stock import STOCK_SAMPLES
from pipeline.classification.classifier import FolderClassifier
from pipeline.settings import Settings
from pipeline.types import FloatArray
from xai.image.lime_explainer import local_surrogate
from xai.image.lime_sampling import superpixels
from xai.quality.agreement import rank_correlation
from xai.quality.assessor import STEPS
from xai.quality.masking_curves import MaskingContext, area, curves_of, random_map, ranking

SEGMENTS = (16, 24, 40)
SAMPLES = (256, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """One choice: means over radiographs.

    Attributes:
        segments: Superpixels aimed at.
        samples: Samples.
        seconds: From the superpixels to the linear model, in s.
        r2: R2 in fresh samples, see `RadiographMetrics.r2_ours`.
        r2_stock: The same of the library with 1,000 samples on these superpixels.
        stability: Rank correlation of the weights under two seeds.
        faithfulness: Area under the insertion curve less that under the deletion curve; a random
            map is expected to have none.
    """

    segments: int
    samples: int
    seconds: float
    r2: float
    r2_stock: float
    stability: float
    faithfulness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepMetrics:
    """Every choice."""

    radiographs: int
    source: str
    rows: tuple[SweepRow, ...]

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        rows = [{name: round(value, 4) for name, value in asdict(row).items()} for row in self.rows]
        return json.dumps({"radiographs": self.radiographs, "source": self.source, "rows": rows})

    def table(self) -> str:
        """The metrics as a table."""
        names = list(asdict(self.rows[0]))
        lines = [
            f"{self.radiographs} radiographs: {self.source}",
            "".join(f"{name:>13}" for name in names),
        ]
        for row in self.rows:
            cells = asdict(row).values()
            lines.append(
                "".join(f"{cell:>13.3f}" if isinstance(cell, float) else f"{cell:>13}"
                        for cell in cells)
            )  # fmt: skip
        return "\n".join(lines)


def sweep_lime(
    settings: Settings, data: Path, radiographs: int, on_progress: Callable[[str], None] = print
) -> SweepMetrics:
    """Measure every choice on the leading label of validation radiographs, or of phantoms.

    Args:
        settings: The classifier, where the anatomy model lies, the seed.
        data: A dataset, or a folder of datasets.
        radiographs: How many radiographs at most.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
    """
    folder = settings.classifier or settings.weights_folder / "classifier"
    network = FolderClassifier(folder, settings.threads)
    cases, source = radiographs_of(network, settings, data, radiographs)
    found: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for number, radiograph in enumerate(cases, 1):
        for segments in SEGMENTS:
            rows = _radiograph_rows(radiograph, network, segments, settings.seed)
            for samples, row in zip(SAMPLES, rows, strict=True):
                found.setdefault((segments, samples), []).append(row)
        on_progress(f"{number} of {len(cases)} radiographs")
    return SweepMetrics(
        radiographs=len(cases),
        source=source,
        rows=tuple(_mean_row(*choice, rows) for choice, rows in found.items()),
    )


def _mean_row(segments: int, samples: int, rows: list[tuple[float, ...]]) -> SweepRow:
    seconds, r2, r2_stock, stability, faithfulness = np.mean(rows, axis=0).tolist()
    return SweepRow(
        segments=segments,
        samples=samples,
        seconds=seconds,
        r2=r2,
        r2_stock=r2_stock,
        stability=stability,
        faithfulness=faithfulness,
    )


def _radiograph_rows(
    radiograph: LimeRadiograph, network: FolderClassifier, count: int, seed: int
) -> list[tuple[float, ...]]:
    """For each of `SAMPLES`: seconds, R2, the library's R2, stability and faithfulness."""
    experiment = LimeExperiment(radiograph=radiograph, network=network)
    segments = superpixels(radiograph.image_model, radiograph.roi_mask.astype(np.float32), count)
    fresh = experiment.fresh(segments)
    r2_stock = r2_of(experiment.library(STOCK_SAMPLES, STOCK_SEED, segments), *fresh)
    rows, maps = [], []
    for samples in SAMPLES:
        started = time.perf_counter()
        first, second = (
            local_surrogate(
                radiograph.image_model,
                segments,
                radiograph.baseline_value,
                experiment.predict,
                samples=samples,
                seed=one,
            )
            for one in (seed, seed + 1)
        )
        seconds = (time.perf_counter() - started) / 2
        stability = rank_correlation(first.weights, second.weights)
        rows.append((seconds, r2_of(first, *fresh), r2_stock, stability))
        positive = np.maximum(np.concatenate([[0.0], first.weights]), 0)
        maps.append(positive[segments].astype(np.float32))
    faithful = _faithfulness(experiment, maps)
    return [(*row, one) for row, one in zip(rows, faithful, strict=True)]


def _faithfulness(experiment: LimeExperiment, maps: list[FloatArray]) -> list[float]:
    radiograph = experiment.radiograph
    context = MaskingContext(
        image_model=radiograph.image_model,
        roi_mask=radiograph.roi_mask,
        baseline_value=radiograph.baseline_value,
        predict_fn=experiment.predict,
        steps=STEPS,
    )
    ties = random_map(radiograph.image_model.shape[0], (0,))
    curves = curves_of(context, [ranking(one, radiograph.roi_mask, ties) for one in maps])
    return [area(one.insertion) - area(one.deletion) for one in curves]
