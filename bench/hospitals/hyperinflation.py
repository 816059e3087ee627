"""What the chest measurements are worth: radiographs with emphysema against those without findings.

Every case is compared with radiographs without a finding of patients of the same sex, the same view
and about the same age. Which way a measurement points is taken from the literature and not from the
data (`docs/measurements.md`); the combined score is the mean of what is measured, in standard
deviations of the radiographs without findings, so no emphysema went into it.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.hospitals.matched import YEARS, MeasuredRadiograph, Worth, worth_of
from pipeline.errors import InputError
from pipeline.reading import FileReader
from pipeline.settings import Settings
from pipeline.types import AgeGroup, HeaderFacts, Radiograph, Sex, SpacingPlane, View
from segmentation.morphometry import OutlineMorphometer
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.hospitals.answers import NORMAL_LABELS
from training.datasets.index import ImageRecord, data_folder, read_index
from training.evaluate import NothingToEvaluateError

DATASET, FINDING = "nih", "Emphysema"
ADULT_YEARS = 18
DIRECTIONS = {
    "dome_height": -1,
    "dome_height_ratio": -1,
    "lung_height": 1,
    "lung_height_to_chest_width": 1,
    "costophrenic_angle": 1,
    "cardiothoracic_ratio": -1,
    "heart_width": -1,
    "lung_share": 1,
}
"""Over-inflated lungs have flat domes, long lungs, blunt angles, a narrow heart, large fields."""

COMBINED_OF = (
    "dome_height_ratio.right",
    "lung_height.right",
    "lung_height_to_chest_width",
    "heart_width",
)
"""One of each sign: the dome, the length of the lung, its shape, the heart."""

FEWEST = 2  # of them, for a combined score
SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
VIEWS = {"PA": View.PA, "AP": View.AP}


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperinflationMetrics:
    """Every measurement, and one score of several.

    Attributes:
        radiographs: How many have emphysema, and how many no finding, of those that were measured.
        refused: How many of both were refused, by the error's code.
        measurements: By name.
        combined: The combined score.
        formula: How it is computed.
    """

    radiographs: Mapping[str, int]
    refused: Mapping[str, int]
    measurements: Mapping[str, Worth]
    combined: Worth
    formula: str

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        found: dict[str, Any] = {
            "radiographs": dict(self.radiographs),
            "refused": dict(self.refused),
            "matched_by": {"sex": "same", "view": "same", "age": f"within {YEARS} years"},
            "measurements": {name: _plain(one) for name, one in self.measurements.items()},
            "combined": {**_plain(self.combined), "formula": self.formula},
        }
        return json.dumps(found)

    def table(self) -> str:
        """The metrics as a table."""
        head = f"{'measurement':<30}{'cases':>7}{'patients':>10}{'controls':>10}"
        lines = [f"{head}  AUC, matched"]
        for name, one in (*self.measurements.items(), ("combined", self.combined)):
            said = "-"
            if one.auc is not None:
                said = "{:.3f} ({:.3f} to {:.3f})".format(one.auc.value, *one.auc.ci95)
                said += "" if one.is_better_than_chance else "  no better than chance"
            counts = f"{one.cases:>7}{one.patients:>10}{one.controls:>10}"
            lines.append(f"{name:<30}{counts}  {said}")
        return "\n".join([*lines, f"combined = {self.formula}"])


def measure_hyperinflation(settings: Settings, dataset: Path | None) -> HyperinflationMetrics:
    """Measure radiographs with emphysema and those without findings.

    Args:
        settings: Weights and threads.
        dataset: A dataset that states `findings`, `age`, `sex`, `view` and the spacing; else `nih`.

    Raises:
        NothingToEvaluateError: It names no emphysema, or no radiograph without a finding.
    """
    records = [
        record
        for record in read_index(dataset or data_folder() / DATASET)
        if record.label in NORMAL_LABELS or is_case(record)
    ]
    return metrics_of(*_measured(records, settings))


def metrics_of(
    measured: Sequence[MeasuredRadiograph], refused: Mapping[str, int]
) -> HyperinflationMetrics:
    """The figures of radiographs that were measured.

    Raises:
        NothingToEvaluateError: None has emphysema, or none is without a finding.
    """
    counts = {
        "emphysema": sum(one.is_case for one in measured),
        "no_finding": sum(not one.is_case for one in measured),
    }
    if not all(counts.values()):
        raise NothingToEvaluateError("emphysema and no finding have both to be named")
    names = sorted({name for one in measured for name in one.values})
    scales = {name: _scale(measured, name) for name in COMBINED_OF}
    combined = [replace(one, values=_combined(one, scales)) for one in measured]
    return HyperinflationMetrics(
        radiographs=counts,
        refused=refused,
        measurements={name: worth_of(measured, name, _direction(name)) for name in names},
        combined=worth_of(combined, "combined", 1),
        formula=_formula(scales),
    )


def is_case(record: ImageRecord) -> bool:
    """Whether a radiograph's findings name emphysema."""
    return FINDING in record.groups.get("findings", "").split("|")


def _measured(
    records: Sequence[ImageRecord], settings: Settings
) -> tuple[list[MeasuredRadiograph], dict[str, int]]:
    reader = FileReader(settings)
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    meter = OutlineMorphometer(segmenter)
    found: list[MeasuredRadiograph] = []
    refused: Counter[str] = Counter()
    for record in records:
        try:
            radiograph = radiograph_of(record, reader)
            readings = meter.measure(radiograph, segmenter.segment(radiograph))
        except InputError as error:
            refused[error.code] += 1
            continue
        values = {
            one.name + (f".{one.side}" if one.side else ""): one.value
            for one in readings
            if one.value is not None
        }
        found.append(
            MeasuredRadiograph(
                patient=record.patient,
                is_case=is_case(record),
                age=float(record.groups["age"]),
                sex=record.groups["sex"],
                view=record.groups["view"],
                values=values,
            )
        )
    return found, dict(refused)


def radiograph_of(record: ImageRecord, reader: FileReader) -> Radiograph:
    """A radiograph with the spacing, age, sex and view that the index states."""
    read = reader.read(record.path.read_bytes())
    groups = record.groups
    is_adult = float(groups["age"]) >= ADULT_YEARS
    return replace(
        read,
        source_spacing_mm=(float(groups["spacing_row_mm"]), float(groups["spacing_col_mm"])),
        spacing_plane=SpacingPlane.NOT_STATED,
        facts=HeaderFacts(
            age_group=AgeGroup.ADULT if is_adult else AgeGroup.CHILD,
            sex=SEXES.get(groups["sex"]),
            view=VIEWS.get(groups["view"]),
        ),
    )


def _direction(name: str) -> int:
    return DIRECTIONS[name.partition(".")[0]]


def _scale(measured: Sequence[MeasuredRadiograph], name: str) -> tuple[float, float]:
    """Mean and standard deviation of the radiographs without findings."""
    values = [one.values[name] for one in measured if not one.is_case and name in one.values]
    if len(values) < FEWEST:
        return 0.0, 1.0
    return float(np.mean(values)), float(np.std(values, ddof=1)) or 1.0


def _combined(
    one: MeasuredRadiograph, scales: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    away = [
        _direction(name) * (one.values[name] - mean) / deviation
        for name, (mean, deviation) in scales.items()
        if name in one.values
    ]
    return {"combined": float(np.mean(away))} if len(away) >= FEWEST else {}


def _formula(scales: Mapping[str, tuple[float, float]]) -> str:
    terms = [
        f"({name} - {mean:.3f}) / {deviation:.3f}"
        if _direction(name) > 0
        else f"({mean:.3f} - {name}) / {deviation:.3f}"
        for name, (mean, deviation) in scales.items()
    ]
    return f"mean of those measured, {FEWEST} at least, of: {'; '.join(terms)}"


def _plain(one: Worth) -> dict[str, Any]:
    return {
        "cases": one.cases,
        "patients": one.patients,
        "controls": one.controls,
        "auc": None if one.auc is None else asdict(one.auc),
        "better_than_chance": one.is_better_than_chance,
    }
