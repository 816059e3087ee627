"""The chest measurements on validation radiographs: their spread, and their error.

Where people drew the lungs, each measurement of the network's outline is compared with
theirs; 1.96 times the root mean square of the difference is the error in
`segmentation/measurements.toml`. What can be compared depends on the masks: those of the heart give
its width, those of lungs (the part behind the heart included) the left dome.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import Measurement, MeasurementUnit, Structure
from segmentation.measurements import Place, Reading
from segmentation.morphometry import OutlineMorphometer
from segmentation.segmenter import DeepLabSegmenter
from training.anatomy.drawn import drawn_readings, enlarged_radiograph
from training.datasets.index import Split, data_folder, read_index

PERCENTILES = (5, 50, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementMetrics:
    """One measurement of one dataset.

    Attributes:
        radiographs: Radiographs whose chest was found.
        reasons: How many have no value, by reason.
        percentiles: The values' 5th, 50th and 95th percentile; empty without values, and of
            centimetres, which the datasets have lost.
        drawn: How many values can be compared with an outline drawn by hand.
        bias: Mean of value minus drawn value; of centimetres as a share of the measurement's span.
        mean_error: Mean size of that difference.
        error: 1.96 times its root mean square.
        covered: The share of drawn values that lie in the measurement's interval.
    """

    radiographs: int
    reasons: Mapping[str, int]
    percentiles: tuple[float, ...]
    drawn: int
    bias: float | None
    mean_error: float | None
    error: float | None
    covered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementsMetrics:
    """Every measurement of every dataset, by dataset and by `measurement` or `measurement.side`."""

    datasets: Mapping[str, Mapping[str, MeasurementMetrics]]

    def json_line(self) -> str:
        """The metrics as one line of JSON, rounded to four decimals."""
        found = {
            dataset: {name: asdict(metrics) for name, metrics in measurements.items()}
            for dataset, measurements in self.datasets.items()
        }
        return json.dumps(
            json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4))
        )

    def table(self) -> str:
        """The metrics as a table."""
        head = f"{'measurement':<36}{'radiographs':>6}{'value':>6}{'p5':>8}{'p50':>8}{'p95':>8}"
        head += f"{'drawn':>7}{'bias':>8}{'mean':>8}{'error':>8}{'in':>6}"
        lines = []
        for dataset, measurements in self.datasets.items():
            lines += ["", dataset, head]
            for name, one in measurements.items():
                held = one.radiographs - sum(one.reasons.values())
                spread = "".join(f"{value:>8.3f}" for value in one.percentiles) or " " * 24
                line = f"{name:<36}{one.radiographs:>6}{held:>6}{spread}{one.drawn:>7}"
                if one.error is not None:
                    line += f"{one.bias:>8.3f}{one.mean_error:>8.3f}{one.error:>8.3f}"
                    line += f"{one.covered:>6.2f}"
                lines.append(line)
        return "\n".join(lines[1:])


def measure_chest(
    settings: Settings, radiographs: int, data: Path | None = None
) -> MeasurementsMetrics:
    """Measure validation radiographs of each dataset.

    Args:
        settings: Weights and threads.
        radiographs: How many of each dataset at most, evenly taken from its index.
        data: A dataset, or the folder of the datasets.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    meter = OutlineMorphometer(segmenter)
    folder = data or data_folder()
    is_one = (folder / "index.csv").is_file()
    datasets = {}
    for dataset in (
        [folder] if is_one else sorted(file.parent for file in folder.glob("*/index.csv"))
    ):
        held = [image for image in read_index(dataset) if image.split is Split.VALIDATION]
        if not held:
            continue
        found: dict[Place, list[tuple[Measurement, Reading | None]]] = defaultdict(list)
        for number in np.unique(np.linspace(0, len(held) - 1, radiographs).astype(int)):
            radiograph = enlarged_radiograph(held[number])
            try:
                anatomy = segmenter.segment(radiograph)
            except ChestNotFoundError:
                continue
            spine = anatomy.masks_image[Structure.SPINE]
            drawn = drawn_readings(held[number], radiograph.shape, spine)
            for measurement in meter.measure(radiograph, anatomy):
                place = measurement.name, measurement.side
                found[place].append((measurement, drawn.get(place)))
        datasets[dataset.name] = {
            name + (f".{side}" if side else ""): metrics_of(values)
            for (name, side), values in found.items()
        }
    return MeasurementsMetrics(datasets=datasets)


def metrics_of(values: list[tuple[Measurement, Reading | None]]) -> MeasurementMetrics:
    """Spread and error of one measurement."""
    measured = [measurement.value for measurement, _ in values if measurement.value is not None]
    in_cm = values[0][0].unit is MeasurementUnit.CM
    pairs = [
        (
            (measurement.value - drawn.value) / drawn.span,
            (measurement.low or 0.0) <= drawn.value <= (measurement.high or 0.0),
        )
        for measurement, drawn in values
        if measurement.value is not None and drawn is not None
    ]
    away = np.array([difference for difference, _ in pairs])
    quantiles = [] if in_cm or not measured else np.percentile(measured, PERCENTILES).tolist()
    return MeasurementMetrics(
        radiographs=len(values),
        reasons=dict(
            Counter(
                measurement.reason.value
                for measurement, _ in values
                if measurement.reason is not None
            )
        ),
        percentiles=tuple(quantiles),
        drawn=len(pairs),
        bias=float(away.mean()) if pairs else None,
        mean_error=float(np.abs(away).mean()) if pairs else None,
        error=float(1.96 * np.sqrt((away**2).mean())) if pairs else None,
        covered=float(np.mean([inside for _, inside in pairs])) if pairs else None,
    )
