"""Window and level of a radiograph: which of its greys can be told apart on a screen."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pipeline.errors import ContractError
from pipeline.types import Anatomy, Radiograph

NARROWEST = 0.02
TAILS = (1, 99)  # percentiles: single dead or burned-in pixels do not set the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A linear window on the greys of the working grid; the default changes nothing.

    Attributes:
        level: The grey that is shown in the middle between black and white, in [0, 1].
        width: The range of greys from black to white, in (0, 1].
    """

    level: float = 0.5
    width: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.level <= 1 and 0 < self.width <= 1):
            raise ContractError(field="Window", problem="range")


class Tissue(StrEnum):
    """What a window can be fitted to."""

    RADIOGRAPH = "radiograph"
    LUNGS = "lungs"
    MEDIASTINUM = "mediastinum"


def windowed(radiograph: Radiograph, window: Window) -> Radiograph:
    """The radiograph as it looks through the window: below it black, above it white."""
    black = window.level - window.width / 2
    pixels = np.clip((radiograph.pixels - black) / window.width, 0, 1).astype(np.float32)
    return replace(radiograph, pixels=pixels)


def window_for(tissue: Tissue, radiograph: Radiograph, anatomy: Anatomy) -> Window:
    """The window that gives nearly all greys of a tissue the whole range of the screen.

    Args:
        tissue: The lungs, or what lies between them: mediastinum and spine; of the whole radiograph
            it is the window that changes nothing, as it is of a tissue that was not found.
        radiograph: The radiograph.
        anatomy: Its structures, on the same grid.
    """
    masks = {
        Tissue.LUNGS: anatomy.lungs_image,
        Tissue.MEDIASTINUM: anatomy.thorax_image & ~anatomy.lungs_image,
    }
    mask = masks.get(tissue)
    if mask is None or not mask.any():
        return Window()
    low, high = np.percentile(radiograph.pixels[mask], TAILS)
    return Window(level=float(low + high) / 2, width=max(NARROWEST, float(high - low)))
