"""What the classifier sees: the thorax or the lungs, their tone evened out, nothing around them."""

import cv2
import numpy as np

from pipeline.types import Anatomy, BoolArray, FloatArray, Radiograph

DARKEST_PERCENTILE, BRIGHTEST_PERCENTILE = 1.0, 99.0
MARGIN = 0.022  # in parts of the grid


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
    return _evened(radiograph, anatomy, thorax_model(anatomy, size) > 0.5)


def lungs_input(radiograph: Radiograph, anatomy: Anatomy, size: int) -> FloatArray:
    """The same with the lungs alone, on the thorax' grid: what lies between them is zero, too.

    What is not lung tells one hospital from another and a child from an adult, and says little of
    a disease of the lungs.
    """
    return _evened(radiograph, anatomy, lungs_model(anatomy, size) > 0.5)


def thorax_model(anatomy: Anatomy, size: int) -> FloatArray:
    """The thorax on the same grid: `(size, size)` float32, 1 inside and 0 outside."""
    thorax = anatomy.thorax_image[anatomy.thorax_box.slices].astype(np.uint8)
    return cv2.resize(thorax, (size, size), interpolation=cv2.INTER_NEAREST).astype(np.float32)


def lungs_model(anatomy: Anatomy, size: int) -> FloatArray:
    """The lungs on that grid, their outline widened by `MARGIN`: `(size, size)` float32, 1 inside.

    The margin keeps the pleura and the borders of heart and diaphragm in view.
    """
    lungs = anatomy.classified_lungs_image[anatomy.thorax_box.slices].astype(np.uint8)
    if not lungs.any():  # outlines drawn by others may have a thorax alone
        return thorax_model(anatomy, size)
    small = cv2.resize(lungs, (size, size), interpolation=cv2.INTER_NEAREST)
    reach = max(1, round(MARGIN * size))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(small, disc).astype(np.float32)


def _evened(radiograph: Radiograph, anatomy: Anatomy, inside: BoolArray) -> FloatArray:
    """The thorax on the grid of `inside`, evened by the tones there, zero elsewhere."""
    cut = radiograph.pixels[anatomy.thorax_box.slices]
    image = cv2.resize(cut, inside.shape[::-1], interpolation=cv2.INTER_AREA)
    low, high = np.percentile(image[inside], (DARKEST_PERCENTILE, BRIGHTEST_PERCENTILE))
    evened = np.clip((image - low) / max(float(high - low), 1e-3), 0, 1)
    return np.where(inside, evened, 0).astype(np.float32)
