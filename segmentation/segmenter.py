"""The shipped segmenter: DeepLabV3 through OpenVINO, then the geometry of the chest."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import ChestNotFoundError, ManifestError
from pipeline.manifest import load_manifest
from pipeline.types import Anatomy, FloatArray, Radiograph, Side, Structure
from segmentation.geometry import (
    largest_parts,
    measure,
    thorax_of,
    two_lungs,
    warnings_of,
    zones_of,
)
from segmentation.network import OUTPUTS

LARGEST_DOUBT = 0.6
"""Upright frontal films stay below 0.5; photographs and films on their side lie above 0.8."""


def lung_doubt(probabilities: FloatArray) -> float:
    """How much of the lungs the network is unsure of: the area at 0.2 to 0.8 over that above 0.5.

    Args:
        probabilities: `(6, row, col)` float32 in [0, 1], in the order of `OUTPUTS`.
    """
    lungs = np.maximum(
        probabilities[OUTPUTS.index("right_lung")], probabilities[OUTPUTS.index("left_lung")]
    )
    return float(((lungs > 0.2) & (lungs < 0.8)).sum() / max(1, int((lungs > 0.5).sum())))


class DeepLabSegmenter:
    """Outlines right lung, left lung, spine and abdomen.

    The lungs shown are those that include the part behind the heart; see the model's card.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model.

        Args:
            folder: The model's folder, with manifest and OpenVINO files.
            threads: Inference threads.

        Raises:
            ModelError: The manifest or a file does not fit.
        """
        import openvino as ov

        manifest = load_manifest(folder, "segmentation")
        if tuple(manifest.labels) != OUTPUTS:
            raise ManifestError(model=manifest.name, what="labels")
        self._size = manifest.input_size
        self._model = ov.Core().compile_model(
            folder / "anatomy.xml",
            "CPU",
            {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"},
        )

    def probabilities_image(self, radiograph: Radiograph) -> FloatArray:
        """Probability of each of `OUTPUTS`: `(6, row, col)` float32 in [0, 1], working grid."""
        small = cv2.resize(
            radiograph.pixels, (self._size, self._size), interpolation=cv2.INTER_AREA
        )
        batch = np.broadcast_to(small, (1, 3, self._size, self._size))
        logits = self._model(np.ascontiguousarray(batch))[0][0]
        rows, cols = radiograph.shape
        large = [
            cv2.resize(plane, (cols, rows), interpolation=cv2.INTER_LINEAR) for plane in logits
        ]
        probabilities: FloatArray = 1 / (1 + np.exp(-np.clip(np.stack(large), -30, 30)))
        return probabilities

    def segment(self, radiograph: Radiograph) -> Anatomy:
        """Outline one film.

        Raises:
            ChestNotFoundError: No pair of lungs was found, or the network is too unsure of them.
        """
        probabilities = self.probabilities_image(radiograph)
        if lung_doubt(probabilities) > LARGEST_DOUBT:
            raise ChestNotFoundError
        found = probabilities > 0.5
        right, left = two_lungs(
            found[OUTPUTS.index("right_lung")], found[OUTPUTS.index("left_lung")]
        )
        lungs = right | left
        spine = largest_parts(found[OUTPUTS.index("spine")]) & ~lungs
        abdomen = largest_parts(found[OUTPUTS.index("abdomen")]) & ~lungs & ~spine
        masks = {
            Structure.RIGHT_LUNG: right,
            Structure.LEFT_LUNG: left,
            Structure.SPINE: spine,
            Structure.ABDOMEN: abdomen,
        }
        thorax, box = thorax_of(lungs)
        return Anatomy(
            masks_image=masks,
            zones_image={**zones_of(right, Side.RIGHT), **zones_of(left, Side.LEFT)},
            thorax_image=thorax,
            thorax_box=box,
            measures={name: measure(mask, radiograph.spacing_mm) for name, mask in masks.items()},
            warnings=warnings_of(masks),
        )
