"""Trained without a hospital, tested on it: the matrix by which a recipe is chosen.

The runs are short ones of the shipped recipe, and begin with weights that have seen no radiograph.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.settings import ROOT
from segmentation.segmenter import DeepLabSegmenter
from training.classifier.hospitals.answers import is_abnormal
from training.classifier.hospitals.fit import HospitalSettings, abnormal_logits, teach
from training.classifier.hospitals.lungs_cache import GreyImages, lungs_set
from training.classifier.hospitals.sources import MOST_EACH, gathered
from training.datasets.index import ImageRecord, Split
from training.evaluate import estimate
from training.metrics import auc

if TYPE_CHECKING:
    from torch import nn

LEFT_OUT = ("shenzhen", "nih")
"""The adult sources that hold both kinds; of the others no AUC can be had."""

HOME = ("adult", "paediatric")
NEVER_TAUGHT = "jsrt"
STEPS = 200
BATCH = 32
SUMMARY = "leave_one_out.json"
EVERY = 3  # validation radiograph at home is tested on, to be quick


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tested:
    """Radiographs to test on.

    Attributes:
        records: The radiographs.
        images: `(radiograph, row, col)` uint8, what the classifier sees.
    """

    records: list[ImageRecord]
    images: GreyImages


def leave_one_out(data: Path, runs: Path, steps: int = STEPS) -> dict[str, Any]:
    """Train without each source of `LEFT_OUT` and test on it, on those at home, and on JSRT.

    Args:
        data: The folder of the datasets.
        runs: Where runs and caches go; a finished run is not trained again.
        steps: Optimiser steps of each run.

    Returns:
        By source left out, then by source tested on: `auc`, `specificity` and `sensitivity` at even
        odds; and `mean_auc` and `worst_auc` of the sources left out.
    """
    segmenter = DeepLabSegmenter(ROOT / "weights" / "anatomy", threads=2)
    cache = runs / "lungs"
    held = {name: _tested(data / name, segmenter, cache) for name in (*HOME, NEVER_TAUGHT)}
    found: dict[str, Any] = {}
    for name in LEFT_OUT:
        tested = {name: _tested(data / name, segmenter, cache, whole=True), **held}
        run, settings = runs / "left_out" / name, replace(HospitalSettings(), steps=steps)
        if not (run / "metrics.json").exists():
            groups = gathered(data, segmenter, cache, left_out=(name,))
            teach(groups, run, settings, partial(figures, tested=tested))
        checks = json.loads((run / "metrics.json").read_text())["checks"]
        found[name] = {key: value for key, value in checks[-1].items() if key != "step"}
    aucs = [found[name][name]["auc"]["value"] for name in LEFT_OUT]
    summary = {"without": found, "mean_auc": float(np.mean(aucs)), "worst_auc": min(aucs)}
    (runs / "left_out" / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n")
    return summary


def read_left_out(folder: Path) -> dict[str, Any]:
    """The summary of earlier runs; empty where there were none."""
    file = folder / SUMMARY
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def figures(twin: "nn.Module", size: int, tested: Mapping[str, Tested]) -> dict[str, Any]:
    """What a network makes of each set of radiographs."""
    found = {}
    for name, radiographs in tested.items():
        odds = odds_of(twin, radiographs.images, size)
        positive = np.array([is_abnormal(record) for record in radiographs.records], bool)
        patients = [record.patient for record in radiographs.records]
        found[name] = {
            "n": len(patients),
            "auc": estimate(partial(_auc, positive, odds), patients),
            "specificity": float((odds[~positive] < 0).mean()) if (~positive).any() else None,
            "sensitivity": float((odds[positive] >= 0).mean()) if positive.any() else None,
        }
    return found


def _auc(positive: NDArray[np.bool_], odds: NDArray[np.float64], cases: NDArray[np.int64]) -> float:
    return auc(positive[cases], odds[cases])


def odds_of(twin: "nn.Module", images: GreyImages, size: int) -> NDArray[np.float64]:
    """Log odds of abnormal against normal, `(radiograph,)`."""
    import torch

    twin.eval()
    logits = []
    with torch.inference_mode():
        for start in range(0, len(images), BATCH):
            small = [
                cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
                for image in images[start : start + BATCH]
            ]
            batch = np.stack(small).astype(np.float32)[:, None] / np.float32(255)
            logits.append(twin(torch.from_numpy(batch)).numpy())
    return abnormal_logits(np.concatenate(logits))


def table(found: Mapping[str, Any]) -> str:
    """AUC as Markdown: a row for each source left out, a column for each tested on."""
    if not found:
        return "Not measured."
    columns = ("itself", *HOME)
    lines = [
        "| trained without | "
        + " | ".join(f"AUC on {name}" for name in columns)
        + " | normal JSRT radiographs called abnormal |",
        "| --- |" + " --- |" * (len(columns) + 1),
    ]
    for name, tested in found["without"].items():
        aucs = [tested[name if column == "itself" else column]["auc"] for column in columns]
        cells = ["–" if one is None else f"{one['value']:.3f}" for one in aucs]
        false = 1 - tested[NEVER_TAUGHT]["specificity"]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {false:.2f} |")
    lines.append(f"\nmean {found['mean_auc']:.3f}, worst {found['worst_auc']:.3f}")
    return "\n".join(lines)


def _tested(
    dataset: Path, segmenter: DeepLabSegmenter, cache: Path, *, whole: bool = False
) -> Tested:
    """A whole source, or its validation radiographs; of JSRT those without a nodule."""
    everything = whole or dataset.name == NEVER_TAUGHT
    found = lungs_set(dataset, segmenter, cache, most_each=MOST_EACH.get(dataset.name))
    kept = [
        number
        for number, record in enumerate(found.records)
        if (everything or record.split is Split.VALIDATION) and record.label != "nodule"
    ]
    kept = kept if everything else kept[::EVERY]
    return Tested(records=[found.records[number] for number in kept], images=found.images[kept])
