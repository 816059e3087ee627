"""The gate measured on any dataset, through the path that the app runs."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.reading import FileReader
from pipeline.reading.gate import InputGate
from pipeline.settings import ROOT, Settings
from pipeline.types import Radiograph
from segmentation.segmenter import DeepLabSegmenter
from training.datasets.index import ImageRecord, read_grey
from training.evaluate import NothingToEvaluateError, estimate
from training.gate.through_a_lens import through_a_lens

MOST_CHANGED = 200  # radiographs that are turned, evenly taken
MOST_PHOTOGRAPHS = 60
TURNS = (90, 180, 270)
ADMITTED = "admitted"


def evaluate_gate(folder: Path, records: Sequence[ImageRecord]) -> dict[str, Any]:
    """What becomes of radiographs as they are, turned, and photographed.

    Args:
        folder: The gate's folder; the shipped segmentation stands behind it.
        records: The pictures.

    Returns:
        `n`, `refused` (by code, of all as they are), `share_refused`; and of those let in as they
        are `turned` (by angle: `named`, the share that is refused with that very angle, and
        `let_in`) and `photographed` (by another recipe than the gate was taught: `refused` by code,
        `unnoticed`). Shares are `{"value", "ci95"}`.

    Raises:
        ModelError: The folder holds no gate that can be used.
        NothingToEvaluateError: There is no picture.
    """
    if not records:
        raise NothingToEvaluateError("there is no radiograph")
    settings = Settings(threads=1)
    gate = InputGate(folder, settings.threads)
    segmenter = DeepLabSegmenter(ROOT / "weights" / "anatomy", settings.threads)
    reader = FileReader(settings)

    def outcome(picture: Callable[[], Radiograph]) -> str:
        try:
            radiograph = picture()
            gate.check(radiograph)
            segmenter.segment(radiograph)
        except InputError as error:
            degrees = error.parameters.get("degrees")
            return error.code if degrees is None else f"{error.code}_{degrees}"
        return ADMITTED

    as_they_are = [outcome(partial(reader.read, record.path.read_bytes())) for record in records]
    patients = [record.patient for record in records]
    found: dict[str, Any] = {
        "n": len(records),
        "refused": _refused(as_they_are),
        "share_refused": _share(as_they_are, set(as_they_are) - {ADMITTED}, patients),
    }
    let_in = [record for record, said in zip(records, as_they_are, strict=True) if said == ADMITTED]
    if let_in:
        found["turned"] = _turned(_evenly(let_in, MOST_CHANGED), reader, outcome)
        found["photographed"] = _photographed(_evenly(let_in, MOST_PHOTOGRAPHS), reader, outcome)
    return found


def _turned(
    records: Sequence[ImageRecord],
    reader: FileReader,
    outcome: Callable[[Callable[[], Radiograph]], str],
) -> dict[str, Any]:
    found = {}
    patients = [record.patient for record in records]
    for degrees in TURNS:
        said = [outcome(partial(_lying, record, reader, degrees)) for record in records]
        found[str(degrees)] = {
            "n": len(said),
            "named": _share(said, {f"image_turned_{degrees}"}, patients),
            "let_in": _share(said, {ADMITTED}, patients),
            "refused": _refused(said),
        }
    return found


def _lying(record: ImageRecord, reader: FileReader, degrees: int) -> Radiograph:
    """A radiograph that is upright again once it is turned clockwise by so many degrees."""
    read = reader.read(record.path.read_bytes())
    pixels = np.ascontiguousarray(np.rot90(read.pixels, degrees // 90))
    shape: tuple[int, int] = (pixels.shape[0], pixels.shape[1])
    return replace(read, pixels=pixels, source_shape=shape, source_spacing_mm=None)


def _photographed(
    records: Sequence[ImageRecord],
    reader: FileReader,
    outcome: Callable[[Callable[[], Radiograph]], str],
) -> dict[str, Any]:
    random = np.random.default_rng(0)
    said = []
    for record in records:
        photograph = through_a_lens(_square(record), random)
        said.append(outcome(partial(reader.read, photograph)))
    patients = [record.patient for record in records]
    return {
        "n": len(said),
        "refused": _refused(said),
        "unnoticed": _share(said, {ADMITTED}, patients),
    }


def _square(record: ImageRecord) -> NDArray[np.uint8]:
    grey = read_grey(record.path)
    side = max(grey.shape)
    return np.asarray(cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _evenly(records: Sequence[ImageRecord], most: int) -> Sequence[ImageRecord]:
    return records[:: max(1, -(-len(records) // most))]


def _refused(said: Sequence[str]) -> dict[str, int]:
    """How many were refused, by code; the angle is no part of it."""
    codes = (
        "image_turned" if one.startswith("image_turned") else one for one in said if one != ADMITTED
    )
    return dict(Counter(codes))


def _share(said: Sequence[str], of: Set[str], patients: Sequence[str]) -> dict[str, Any] | None:
    values = np.array([one in of for one in said])
    return estimate(lambda drawn: float(values[drawn].mean()), patients)
