"""Other ways to draw and to fuse the maps, compared with the same curves radiograph by radiograph.

What `xai/image/grad_cam.py` and `xai/image/fusion.py` do was chosen by this table; see
`docs/explanations.md`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.lime.radiographs import LimeRadiograph, radiographs_of
from bench.maps.faithfulness_maps import centre_blob
from pipeline.classification.classifier import FolderClassifier
from pipeline.settings import Settings
from pipeline.types import BoolArray, FloatArray
from xai.image.chest_maps import normalised
from xai.image.grad_cam import signed_map
from xai.image.layer_cam import joined, layer_cam_map
from xai.image.layer_grad_cam import weighted_sum
from xai.image.layer_gradients import LayerGradient, LayerGradients
from xai.image.lime_explainer import local_surrogate
from xai.image.lime_sampling import superpixels
from xai.image.network_grid import network_grid
from xai.quality.assessor import STEPS
from xai.quality.masking_curves import MaskingContext, area, curves_of, random_map, ranking

FUSED_NOW = "geometric_mean"
TIES = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantMetrics:
    """Areas by variant: a pair (deletion, insertion) for each radiograph."""

    areas: Mapping[str, tuple[tuple[float, float], ...]]

    def gains(self, name: str) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Insertion less deletion of each radiograph; larger is better, 0 is random."""
        return np.array([insertion - deletion for deletion, insertion in self.areas[name]])

    def json_line(self) -> str:
        """The areas as one line of JSON."""
        rows = {
            name: [[round(value, 4) for value in pair] for pair in pairs]
            for name, pairs in self.areas.items()
        }
        return json.dumps({"areas": rows})

    def table(self) -> str:
        """Means, and paired differences to Grad-CAM and the fused map with standard errors."""
        lines = [f"{'map':<20}{'deletion':>9}{'insertion':>10}{'to grad_cam':>18}{'to fused':>18}"]
        for name, pairs in self.areas.items():
            deletion, insertion = np.mean(pairs, axis=0)
            beside = ""
            for other in ("grad_cam", FUSED_NOW):
                paired = self.gains(name) - self.gains(other)
                error = paired.std() / np.sqrt(len(paired))
                beside += f"{paired.mean():>+10.3f} ± {error:.3f}"
            lines.append(f"{name:<20}{deletion:>9.3f}{insertion:>10.3f}{beside}")
        radiographs = len(next(iter(self.areas.values())))
        return "\n".join([f"{radiographs} radiographs; insertion less deletion, paired", *lines])


def measure_variants(
    settings: Settings, data: Path, radiographs: int, on_progress: Callable[[str], None] = print
) -> VariantMetrics:
    """Measure every variant on the leading label of validation radiographs, or of phantoms.

    Args:
        settings: The classifier and its LIME settings, where the anatomy model lies.
        data: A dataset, or a folder of datasets.
        radiographs: How many radiographs at most.
        on_progress: Receives a line on how far it is.

    Raises:
        ModelError: A model cannot be used.
    """
    folder = settings.classifier or settings.weights_folder / "classifier"
    network = FolderClassifier(folder, settings.threads)
    gradients = LayerGradients(folder, settings.threads)
    cases, _ = radiographs_of(network, settings, data, radiographs)
    areas: dict[str, list[tuple[float, float]]] = {}
    for number, radiograph in enumerate(cases, 1):
        for name, pair in _radiograph_areas(radiograph, network, gradients, settings).items():
            areas.setdefault(name, []).append(pair)
        on_progress(f"{number} of {len(cases)} radiographs")
    return VariantMetrics(areas={name: tuple(pairs) for name, pairs in areas.items()})


def _radiograph_areas(
    radiograph: LimeRadiograph,
    network: FolderClassifier,
    gradients: LayerGradients,
    settings: Settings,
) -> dict[str, tuple[float, float]]:
    index, image = network.labels.index(radiograph.label), radiograph.image_model
    size = image.shape[0]

    def predict(pictures: FloatArray) -> FloatArray:
        return network.probabilities(pictures)[:, index]

    def enlarged(map_model: FloatArray) -> FloatArray:
        positive = np.maximum(map_model, 0).astype(np.float32)
        return enlarged_to(positive, (size, size))

    stages = gradients.of(image, index, gradients.open())
    before_last, last = (
        enlarged(weighted_sum(one.activations, one.gradients)) for one in stages[-2:]
    )
    segments = superpixels(image, radiograph.roi_mask.astype(np.float32), settings.lime_segments)
    surrogate = local_surrogate(
        image,
        segments,
        radiograph.baseline_value,
        predict,
        samples=settings.lime_samples,
        seed=settings.seed,
    )
    lime = np.maximum(np.concatenate([[0], surrogate.weights]), 0)[segments].astype(np.float32)
    maps = {
        "grad_cam": last,
        "shifted_2": enlarged(shifted_map(network, image, index, 2)),
        "shifted_4": enlarged(shifted_map(network, image, index, 4)),
        "stage_before_last": before_last,
        "lime": lime,
        "centre_blob": centre_blob(size),
    }
    maps |= {name: enlarged(found) for name, found in _layer_cams(stages).items()}
    grid = network_grid(network, radiograph.anatomy, size)
    lungs = grid.mask_to_model(radiograph.anatomy.lungs_image)
    maps |= _fused(maps, lungs)
    context = MaskingContext(
        image_model=image,
        roi_mask=radiograph.roi_mask,
        baseline_value=radiograph.baseline_value,
        predict_fn=predict,
        steps=STEPS,
    )
    ties = random_map(size, (TIES,))
    curves = curves_of(context, [ranking(one, radiograph.roi_mask, ties) for one in maps.values()])
    return {
        name: (area(curve.deletion), area(curve.insertion))
        for name, curve in zip(maps, curves, strict=True)
    }


def _fused(maps: Mapping[str, FloatArray], lungs_model: BoolArray) -> dict[str, FloatArray]:
    """Means of LIME and Grad-CAM inside the lungs, and LIME alone there."""
    lime = normalised(maps["lime"] * lungs_model)
    cam = normalised(maps["grad_cam"] * lungs_model)
    shifted = normalised(maps["shifted_4"] * lungs_model)
    fine = normalised(maps["layer_cam"] * lungs_model)
    return {
        "arithmetic_mean": (cam + lime) / 2,
        "a_quarter_grad_cam": cam / 4 + lime * np.float32(0.75),
        FUSED_NOW: np.sqrt(cam * lime),
        "geometric_shifted_4": np.sqrt(shifted * lime),
        "geometric_layer_cam": np.sqrt(fine * lime),
        "lime_in_the_lungs": lime,
    }


def _layer_cams(stages: Sequence[LayerGradient]) -> dict[str, FloatArray]:
    """LayerCAM at each of the three finest stages, and joined in several ways."""
    found = [layer_cam_map(one.activations, one.gradients) for one in stages]
    alone = {f"layer_cam_{one.shape[0]}": one for one in found[:3]}
    scaled = [np.tanh(2 * enlarged_to(normalised(one), found[0].shape)) for one in found[:2]]
    return {
        **alone,
        "layer_cam": joined(found[:2]),
        "layer_cam_three": joined(found[:3]),
        "layer_cam_and_last": joined([found[0], found[-1]]),
        "layer_cam_largest": np.maximum(*scaled),  # as its paper joins stages
    }


def enlarged_to(map_model: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """A map on a finer grid, bilinearly."""
    rows, cols = shape
    return np.asarray(cv2.resize(map_model, (cols, rows), interpolation=cv2.INTER_LINEAR))


def shifted_map(
    network: FolderClassifier, image_model: FloatArray, index: int, shifts: int
) -> FloatArray:
    """Grad-CAM of the radiograph moved by parts of a cell, the maps interleaved to a finer one.

    Args:
        network: The classifier.
        image_model: `(size, size)` float32 in [0, 1].
        index: Which label.
        shifts: Parts of a cell in each direction; so many maps squared.

    Returns:
        `(shifts * row, shifts * col)` float32, in units of the logit.
    """
    size = image_model.shape[0]
    head = network.head_weights()
    rows, cols = network.activations(image_model).shape[:2]
    cell = size // rows
    step = cell // shifts
    around = np.pad(image_model, cell)
    fine = np.zeros((rows * shifts, cols * shifts), np.float32)
    for row in range(shifts):
        for col in range(shifts):
            down, right = (place * step - cell // 2 + step // 2 + cell for place in (row, col))
            moved = around[down : down + size, right : right + size]
            fine[row::shifts, col::shifts] = signed_map(network.activations(moved), head, index)
    return fine
