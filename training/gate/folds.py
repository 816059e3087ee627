"""The gate on pictures that it was not taught: one part and one hospital held out at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading.gate import Look, PictureView
from training.evaluate import estimate
from training.gate.limits import called
from training.gate.network import build_trunk
from training.gate.pictures import FOLDS, LATERAL, LEFT_OUT, NOT_CHEST, OUTSIDE, Pictures
from training.gate.samples import Samples, features_of, on_grid
from training.gate.through_a_lens import through_a_lens
from training.gate.training import GateSettings, taught, teach_head

MOST_EACH, MOST_PHOTOGRAPHS = 300, 40  # of one hospital
PHOTOGRAPHED = "photographed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Pictures as they are, and what the trunk sees of them.

    Attributes:
        features: `(picture, feature)` float16.
        kinds: `(picture,)` the dataset's name, after `turn_90.` and the like if it is turned, or
            after `photographed.`.
        folds: `(picture,)` in which run it is held out.
    """

    features: NDArray[np.float16]
    kinds: NDArray[np.str_]
    folds: NDArray[np.int64]


def held_out(pictures: Mapping[str, Pictures], file: Path) -> HeldOut:
    """The pictures to test on, seen by the trunk once, or read as they were kept.

    A hospital belongs to the run that leaves it out; laterals, other pictures and `OUTSIDE`, which
    no run is taught, to the run of their part.
    """
    if not file.is_file():
        images, kinds, folds = [], [], []
        random = np.random.default_rng(0)
        for name in (LATERAL, NOT_CHEST, OUTSIDE, *LEFT_OUT):
            if name not in pictures:
                continue
            one = pictures[name]
            is_chest = name not in (LATERAL, NOT_CHEST)
            step = max(1, -(-len(one.images) // MOST_EACH)) if is_chest else 1
            for number in range(0, len(one.images), step):
                fold = LEFT_OUT.index(name) if name in LEFT_OUT else int(one.folds[number])
                shown = {name: one.images[number]}
                if is_chest:
                    shown |= _lying(name, one.images[number])
                if is_chest and number // step < MOST_PHOTOGRAPHS:
                    shown[f"{PHOTOGRAPHED}.{name}"] = _photograph(one.images[number], random)
                for kind, image in shown.items():
                    images.append(on_grid(image))
                    kinds.append(kind)
                    folds.append(fold)
        seen = features_of(build_trunk(), np.stack(images))
        np.savez(file, features=seen, kinds=np.array(kinds), folds=np.array(folds))
    with np.load(file) as stored:
        return HeldOut(**{name: stored[name] for name in stored.files})


def held_out_looks(
    samples: Samples, tested: HeldOut, settings: GateSettings
) -> dict[str, list[Look]]:
    """Teach without each part in turn, and answer it; the answers by kind."""
    import torch

    found: dict[str, list[Look]] = {}
    for fold, hospital in enumerate(LEFT_OUT[:FOLDS]):
        head = teach_head(taught(samples, fold=fold, left_out=hospital), settings)
        here = np.flatnonzero(tested.folds == fold)
        with torch.no_grad():
            logits = head(torch.from_numpy(tested.features[here].astype(np.float32))).numpy()
        for kind, row in zip(tested.kinds[here], logits, strict=True):
            found.setdefault(str(kind), []).append(Look.of(row))
    return found


def _lying(name: str, image: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    return {
        f"{view.value}.{name}": np.rot90(image, view.degrees // 90)
        for view in PictureView
        if view.degrees
    }


def _photograph(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    stored = np.frombuffer(through_a_lens(image, random), np.uint8)
    colour = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))
    return np.asarray(colour.mean(axis=2).round(), np.uint8)


def shares(looks: Mapping[str, list[Look]], limits: Mapping[str, float]) -> dict[str, Any]:
    """Of each kind, how many pictures the gate alone calls what, as figures with intervals."""
    return {kind: _shares([called(look, limits) for look in seen]) for kind, seen in looks.items()}


def _shares(calls: list[str]) -> dict[str, Any]:
    said = np.array(calls)
    cases = [str(number) for number in range(len(calls))]
    found: dict[str, Any] = {"n": len(calls)}
    for call in sorted(set(calls)):
        found[call] = estimate(partial(_mean_of, said == call), cases)
    return found


def _mean_of(values: NDArray[np.bool_], cases: NDArray[np.int64]) -> float:
    return float(values[cases].mean())
