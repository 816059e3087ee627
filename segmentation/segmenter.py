"""The shipped segmenter: DeepLabV3 through OpenVINO, then the geometry of the chest."""

import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import ChestNotFoundError, ManifestError
from pipeline.inference import one_at_a_time, read_network
from pipeline.manifest import MANIFEST_FILE, load_manifest
from pipeline.types import Anatomy, BoolArray, FloatArray, Radiograph, Side, Structure
from segmentation.behind_heart import with_the_part_behind_the_heart, without_bays
from segmentation.geometry import (
    largest_parts,
    measure,
    thorax_of,
    two_lungs,
    unbroken,
    warnings_of,
    zones_of,
)
from segmentation.network import OUTPUTS

SHOWN = ("right_lung", "left_lung", "spine", "abdomen", "heart")
"""The outputs that the structures are made of."""

LARGEST_DOUBT = 0.6
"""Upright frontal radiographs stay below 0.5; photographs and rotated ones lie above 0.8."""

LOGIT_OF_08 = 1.386294

SMALLEST_HEART = 0.08  # of the lungs' area; of JSRT's hand-drawn hearts none is below 0.18


def lung_doubt(logits_model: FloatArray) -> float:
    """How much of the lungs the network is unsure of: the area at 0.2 to 0.8 over that above 0.5.

    Args:
        logits_model: `(7, row, col)` float32, in the order of `OUTPUTS`.
    """
    lungs = np.maximum(
        logits_model[OUTPUTS.index("right_lung")], logits_model[OUTPUTS.index("left_lung")]
    )
    return float((np.abs(lungs) < LOGIT_OF_08).sum() / max(1, int((lungs > 0).sum())))


class DeepLabSegmenter:
    """Outlines right lung, left lung, spine, abdomen and heart.

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
        manifest = load_manifest(folder, "segmentation")
        if manifest.labels != OUTPUTS:
            raise ManifestError(
                model=manifest.name,
                file=MANIFEST_FILE,
                field="labels",
                problem="value",
                allowed=", ".join(OUTPUTS),
            )
        self._size = manifest.input.size
        self._latest: tuple[weakref.ref[FloatArray], FloatArray] | None = None
        self._model = one_at_a_time(read_network(folder, manifest, "anatomy"), threads)

    def outlines_image(self, radiograph: Radiograph) -> dict[str, BoolArray]:
        """What the network takes for each of `OUTPUTS`: `(row, col)` bool, working grid."""
        return enlarged(self.logits_model(radiograph), radiograph.shape)

    def logits_model(self, radiograph: Radiograph) -> FloatArray:
        """The network's answer: `(7, size, size)` float32, above 0 where it sees each output.

        It is kept until another radiograph is asked for: the measurements need it again.
        """
        if self._latest is not None and self._latest[0]() is radiograph.pixels:
            return self._latest[1]
        small = cv2.resize(
            radiograph.pixels, (self._size, self._size), interpolation=cv2.INTER_AREA
        )
        batch = np.broadcast_to(small, (1, 3, self._size, self._size))
        # A copy, for the engine's buffers are reused by the next call.
        logits = np.array(self._model(np.ascontiguousarray(batch))[0][0], np.float32)
        logits.setflags(write=False)
        self._latest = weakref.ref(radiograph.pixels), logits
        return logits

    def segment(self, radiograph: Radiograph) -> Anatomy:
        """Outline one radiograph.

        Raises:
            ChestNotFoundError: No pair of lungs was found, or the network is too unsure of them.
        """
        logits_model = self.logits_model(radiograph)
        if lung_doubt(logits_model) > LARGEST_DOUBT:
            raise ChestNotFoundError
        masks, hidden = structures(logits_model, radiograph.shape)
        right, left = masks[Structure.RIGHT_LUNG], masks[Structure.LEFT_LUNG]
        thorax, box = thorax_of((right | left) & ~hidden)
        return Anatomy(
            masks_image=masks,
            zones_image={**zones_of(right, Side.RIGHT), **zones_of(left, Side.LEFT)},
            thorax_image=thorax,
            thorax_box=box,
            measures={name: measure(mask, radiograph.spacing_mm) for name, mask in masks.items()},
            warnings=warnings_of(masks),
            hidden_image=hidden,
        )


def structures(
    logits_model: FloatArray, shape: tuple[int, int], level: float = 0.0
) -> tuple[dict[Structure, BoolArray], BoolArray]:
    """The structures as the app shows them: cleaned, none but the heart overlapping another.

    Args:
        logits_model: `(7, row, col)` float32, in the order of `OUTPUTS`.
        shape: `(rows, cols)` of the masks.
        level: The logit from which a pixel belongs to a structure.

    Returns:
        Their masks, and what of the lungs the heart's outline alone tells, `(row, col)` bool.

    Raises:
        ChestNotFoundError: No pair of lungs was found.
    """
    found = enlarged(logits_model, shape, SHOWN, level)
    right, left = whole_lungs(found)
    spine = largest_parts(found["spine"])
    spine = unbroken(largest_parts(spine & ~right & ~left))
    # Where the lungs meet in front of the spine, it keeps its place between them.
    right, left = right & ~spine, left & ~spine
    heart = largest_parts(found["heart"], share=1.0)
    if np.count_nonzero(heart) < SMALLEST_HEART * np.count_nonzero(right | left):
        heart = np.zeros_like(heart)
    outside = found["spine"] | found["abdomen"] | spine
    whole_right, whole_left = (
        with_the_part_behind_the_heart(lung, heart, outside | other)
        for lung, other in ((right, left), (left, right))
    )
    hidden = (whole_right ^ right) | (whole_left ^ left)
    whole_left = whole_left & ~whole_right
    lungs = whole_right | whole_left
    masks = {
        Structure.RIGHT_LUNG: whole_right,
        Structure.LEFT_LUNG: whole_left,
        Structure.SPINE: spine,
        Structure.ABDOMEN: largest_parts(found["abdomen"]) & ~lungs & ~spine,
        Structure.HEART: heart,
    }
    return masks, hidden


def whole_lungs(found: Mapping[str, BoolArray]) -> tuple[BoolArray, BoolArray]:
    """The right and the left lung, without bays.

    Args:
        found: What the network takes for both lungs, `(row, col)` bool each.

    Raises:
        ChestNotFoundError: No pair of lungs was found.
    """
    right, left = two_lungs(found["right_lung"], found["left_lung"])
    return without_bays(right, Side.RIGHT) & ~left, without_bays(left, Side.LEFT) & ~right


def enlarged(
    logits_model: FloatArray,
    shape: tuple[int, int],
    outputs: Sequence[str] = OUTPUTS,
    level: float = 0.0,
) -> dict[str, BoolArray]:
    """What the network takes for some of its outputs.

    Args:
        logits_model: `(7, row, col)` float32, in the order of `OUTPUTS`.
        shape: `(rows, cols)` of the masks.
        outputs: Which.
        level: The logit from which a pixel belongs to an output.

    Returns:
        `(row, col)` bool of each.
    """
    rows, cols = shape
    planes = {name: logits_model[OUTPUTS.index(name)] for name in outputs}
    return {
        name: cv2.resize(plane, (cols, rows), interpolation=cv2.INTER_LINEAR) > level
        for name, plane in planes.items()
    }
