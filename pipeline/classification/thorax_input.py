"""What the classifier sees: the thorax, its tone evened out, nothing around it."""

import cv2
import numpy as np

from pipeline.types import Anatomy, FloatArray, Radiograph

DARKEST_PERCENTILE, BRIGHTEST_PERCENTILE = 1.0, 99.0


def thorax_input(radiograph: Radiograph, anatomy: Anatomy, size: int) -> FloatArray:
    """Cut the thorax out of a radiograph and put it on a square grid.

    Everything outside the lungs' hull is zero, so letters, borders and the tone of the background
    cannot tell a class; the tone inside is stretched between two percentiles, so the radiograph's
    exposure cannot either.

    Args:
        radiograph: The radiograph.
        anatomy: Its anatomy.
        size: Rows and columns of the result.

    Returns:
        `(size, size)` float32 in [0, 1].
    """
    cut = radiograph.pixels[anatomy.thorax_box.slices]
    image = cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA)
    inside = thorax_model(anatomy, size) > 0.5
    low, high = np.percentile(image[inside], (DARKEST_PERCENTILE, BRIGHTEST_PERCENTILE))
    evened = np.clip((image - low) / max(float(high - low), 1e-3), 0, 1)
    return np.where(inside, evened, 0).astype(np.float32)


def thorax_model(anatomy: Anatomy, size: int) -> FloatArray:
    """The thorax on the same grid: `(size, size)` float32, 1 inside and 0 outside."""
    thorax = anatomy.thorax_image[anatomy.thorax_box.slices].astype(np.uint8)
    return cv2.resize(thorax, (size, size), interpolation=cv2.INTER_NEAREST).astype(np.float32)
