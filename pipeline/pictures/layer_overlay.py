"""Grad-CAM of one stage over the radiograph."""

import cv2
import numpy as np

from pipeline.pictures.overlays import Picture, saliency_overlay, signed_overlay
from pipeline.types import FloatArray, LayerMap, Radiograph


def layer_overlay(
    radiograph: Radiograph, layer_map: LayerMap, opacity: float = 0.7, *, signed: bool = False
) -> Picture:
    """The radiograph with one layer's map over it, scaled to its largest magnitude.

    Args:
        radiograph: The radiograph.
        layer_map: The map.
        opacity: Of the strongest saliency, in [0, 1].
        signed: Whether what speaks against the label is drawn, too.
    """
    scaled = layer_image(layer_map, radiograph.shape, signed=signed)
    overlay = signed_overlay if signed else saliency_overlay
    return overlay(radiograph, scaled, opacity)


def layer_image(layer_map: LayerMap, shape: tuple[int, int], *, signed: bool) -> FloatArray:
    """One stage's map on the working grid, zero around it.

    Args:
        layer_map: The map.
        shape: Rows and columns of the working grid.
        signed: Whether negative values are kept.

    Returns:
        `(row, col)` float32 in [0, 1], or [-1, 1] if signed; the largest magnitude is 1, or all
        is zero.
    """
    kept = layer_map.signed_model if signed else np.maximum(layer_map.signed_model, 0)
    largest = float(np.abs(kept).max(initial=0.0))
    scaled = kept / np.float32(largest or 1)
    box = layer_map.box
    size = (box.right - box.left, box.bottom - box.top)
    radiograph = np.zeros(shape, np.float32)
    radiograph[box.slices] = np.clip(
        cv2.resize(scaled, size, interpolation=cv2.INTER_LINEAR), -1, 1
    )
    return radiograph
