"""The viewer's pictures: one radiograph through one window, each with its own overlay."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.pictures.overlays import (
    Picture,
    anatomy_overlay,
    grey_picture,
    light_zone,
    saliency_overlay,
    zone_outlines,
)
from pipeline.pictures.windowing import Window, windowed
from pipeline.types import FUSED, Box, CaseResult, SaliencyMap, Zone

FILL_PER_OPACITY = (
    0.4  # structures cover large areas: what is right for a map would hide the radiograph
)


class ImagePanel(StrEnum):
    """What stands beside the maps."""

    RADIOGRAPH = "radiograph"
    ANATOMY = "anatomy"


Panel = ImagePanel | SaliencyMap
"""One of the pictures that are shown side by side."""


def panels_of(result: CaseResult) -> tuple[Panel, ...]:
    """What there is to show side by side, in this order."""
    return (*ImagePanel, *result.explanations, FUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the pictures are drawn.

    Attributes:
        window: The radiograph's window and level.
        opacity: Of the overlays, in [0, 1].
        threshold: Saliency below it is not drawn, in [0, 1).
        raw: Whether the methods' maps are shown as they were before anything was cut away.
        outlined: Whether the zones are outlined.
        lit: The zone that is lit.
        part: What is looked at closely, on the working grid; `None` for the whole radiograph.
    """

    window: Window
    opacity: float
    threshold: float
    raw: bool
    outlined: bool
    lit: Zone | None = None
    part: Box | None = None


def panel_picture(result: CaseResult, panel: Panel, look: Look) -> Picture:
    """One panel on the working grid, without zones.

    Args:
        result: The case with the maps of the label that is explained.
        panel: Which picture.
        look: How it is drawn.
    """
    radiograph = windowed(result.radiograph, look.window)
    if panel is ImagePanel.RADIOGRAPH:
        return grey_picture(radiograph)
    if panel is ImagePanel.ANATOMY:
        return anatomy_overlay(radiograph, result.anatomy, FILL_PER_OPACITY * look.opacity)
    if panel is FUSED:
        map_image = result.descriptors.fused_image
    else:
        explanation = result.explanations[panel]
        map_image = explanation.raw_image if look.raw else explanation.map_image
    return saliency_overlay(radiograph, map_image, look.opacity, threshold=look.threshold)


def saved_picture(result: CaseResult, panel: Panel, look: Look) -> Picture:
    """One panel on the working grid with its zones, as it is saved."""
    picture = panel_picture(result, panel, look)
    zones = result.anatomy.zones_image
    if look.outlined:
        picture = zone_outlines(picture, zones)
    return picture if look.lit is None else light_zone(picture, zones[look.lit])
