"""Grad-CAM of one stage over the film."""

import cv2
import numpy as np

from pipeline.figures import Picture, saliency_overlay, signed_overlay
from pipeline.types import FloatArray, Radiograph, StageMap


def stage_overlay(
    radiograph: Radiograph, stage: StageMap, opacity: float = 0.7, *, signed: bool = False
) -> Picture:
    """The film with one stage's map over it, its largest value (or magnitude) drawn strongest.

    Args:
        radiograph: The film.
        stage: The map.
        opacity: Of the strongest saliency, in [0, 1].
        signed: Whether what speaks against the label is drawn, too.
    """
    scaled = stage_image(stage, radiograph.shape, signed=signed)
    overlay = signed_overlay if signed else saliency_overlay
    return overlay(radiograph, scaled, opacity)


def stage_image(stage: StageMap, shape: tuple[int, int], *, signed: bool) -> FloatArray:
    """One stage's map on the working grid, zero around it.

    Args:
        stage: The map.
        shape: Rows and columns of the working grid.
        signed: Whether negative values are kept.

    Returns:
        `(row, col)` float32 in [0, 1], or [-1, 1] if signed; the largest magnitude is 1, or all
        is zero.
    """
    kept = stage.signed_model if signed else np.maximum(stage.signed_model, 0)
    largest = float(np.abs(kept).max(initial=0.0))
    scaled = kept / np.float32(largest or 1)
    box = stage.box
    size = (box.right - box.left, box.bottom - box.top)
    film = np.zeros(shape, np.float32)
    film[box.slices] = np.clip(cv2.resize(scaled, size, interpolation=cv2.INTER_LINEAR), -1, 1)
    return film
