"""Whether a marked zone is a place of disease: its side against lesions drawn by hand.

The whole path of the app up to the descriptors is run. Where disease was outlined on one side, the
strongest zone should lie there; on a radiograph without disease no zone should be marked.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.analyser import Analyser, Case
from pipeline.errors import ExplainCxrError
from pipeline.settings import Settings
from pipeline.types import Anatomy, BoolArray, Side, Structure
from training.classifier.explained import with_lesions
from training.classifier.hospitals.answers import NORMAL_LABELS
from training.datasets.index import ImageRecord, Split, data_folder, read_index
from training.evaluate import NothingToEvaluateError
from training.metrics import Metric, bootstrap
from training.pointed import lesions_and_lungs

DATASET = "lesions"
HOSPITALS = ("adult", "jsrt", "nih", "paediatric", "shenzhen")
ONE_SIDED = 0.8  # of the outlined area
LUNGS = {Side.RIGHT: Structure.RIGHT_LUNG, Side.LEFT: Structure.LEFT_LUNG}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationMetrics:
    """Where disease is named.

    Attributes:
        one_sided: Radiographs with `ONE_SIDED` of the outlined area on one side.
        side_named: Share of these on which any zone is marked.
        side_right: Share of these whose strongest zone lies on that side.
        normals: Radiographs without a finding, of every hospital alike.
        normal_unmarked: Share of these on which no zone is marked.
    """

    one_sided: int
    side_named: Metric | None
    side_right: Metric | None
    normals: int
    normal_unmarked: Metric | None

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        return json.dumps(asdict(self))

    def table(self) -> str:
        """The metrics beside their targets."""
        rows = (
            ("one-sided: a zone named", self.one_sided, self.side_named, ""),
            ("one-sided: side right", self.one_sided, self.side_right, "at least 0.85"),
            ("normal: no zone marked", self.normals, self.normal_unmarked, "at least 0.9"),
        )
        lines = []
        for name, count, found, target in rows:
            said = "-"
            if found is not None:
                said = "{:.2f} ({:.2f} to {:.2f})".format(found.value, *found.ci95)
            lines.append(f"{name:<26}{count:>5}  {said}  {target}")
        return "\n".join(lines)


def measure_location(settings: Settings, dataset: Path | None, normals: int) -> LocationMetrics:
    """Name sides and leave normal radiographs unmarked, or not.

    Args:
        settings: How the product runs.
        dataset: A dataset with outlined lesions; `lesions` if `None`.
        normals: Radiographs without a finding, at most.

    Raises:
        NothingToEvaluateError: No lesions are drawn on any radiograph.
    """
    folder = dataset or data_folder() / DATASET
    drawn = with_lesions(folder)
    if not drawn:
        raise NothingToEvaluateError(f"no radiograph in {folder} has lesions drawn")
    named: list[bool] = []
    right: list[bool] = []
    patients: list[str] = []
    unmarked: list[bool] = []
    with Analyser(settings=settings, write_report=False, measure_quality=False) as analyser:
        for record in drawn:
            case = _case(analyser, record)
            side = None if case is None else diseased_side(record, case.anatomy)
            if case is None or side is None:
                continue
            zones = case.descriptors.items
            patients.append(record.patient)
            named.append(bool(zones))
            right.append(bool(zones) and zones[0].zone.side is side)
        whole = normal_radiographs(normals)
        for record in whole:
            case = _case(analyser, record)
            if case is not None:
                unmarked.append(not case.descriptors.items)
    return LocationMetrics(
        one_sided=len(patients),
        side_named=_share(named, patients),
        side_right=_share(right, patients),
        normals=len(unmarked),
        normal_unmarked=_share(unmarked, [str(case) for case in range(len(unmarked))]),
    )


def diseased_side(record: ImageRecord, anatomy: Anatomy) -> Side | None:
    """The side that holds `ONE_SIDED` of the outlined area; `None` if neither does."""
    drawn = lesions_and_lungs(record, anatomy)
    if drawn is None:
        return None
    area = {side: _area(drawn[0], anatomy.masks_image[lung]) for side, lung in LUNGS.items()}
    side = max(area, key=area.__getitem__)
    total = sum(area.values())
    return side if total and area[side] >= ONE_SIDED * total else None


def normal_radiographs(count: int) -> list[ImageRecord]:
    """Held-out radiographs without a finding, as many of each hospital."""
    each = -(-count // len(HOSPITALS))
    found = []
    for name in HOSPITALS:
        index = data_folder() / name
        radiographs = [
            one
            for one in (read_index(index) if index.is_dir() else [])
            if one.label in NORMAL_LABELS and one.split is Split.VALIDATION
        ]
        step = max(1, len(radiographs) // each)
        found += radiographs[::step][:each]
    return found


def _area(lesions: BoolArray, lung: BoolArray) -> int:
    return int((lesions & lung).sum())


def _case(analyser: Analyser, record: ImageRecord) -> Case | None:
    try:
        return analyser.analyse(record.path)
    except ExplainCxrError:  # refused: nothing is named
        return None


def _share(found: Sequence[bool], patients: Sequence[str]) -> Metric | None:
    values = np.array(found, np.float64)
    return bootstrap(partial(_mean, values), patients) if len(values) else None


def _mean(values: NDArray[np.float64], cases: NDArray[np.int64]) -> float:
    return float(values[cases].mean())
