"""What is drawn of a case, for the page and the files alike: RGB arrays without text.

Every picture is `(row, col, 3)` uint8 RGB. Colours can be told apart by colour-blind readers:
structures in the palette of Okabe and Ito, saliency in viridis, whose lightness rises evenly, and
what speaks for and against a label in that palette's orange and blue.

Reference: Okabe M., Ito K. Color universal design, 2008; van der Walt S., Smith N. viridis, 2015.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError, OutputError
from pipeline.types import Anatomy, BoolArray, Descriptors, FloatArray, Radiograph, Structure, Zone

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

STRUCTURE_COLOURS: Mapping[Structure, Colour] = {
    Structure.RIGHT_LUNG: (86, 180, 233),
    Structure.LEFT_LUNG: (230, 159, 0),
    Structure.SPINE: (0, 158, 115),
    Structure.ABDOMEN: (204, 121, 167),
    Structure.HEART: (213, 94, 0),
}
OUTLINE_COLOUR: Colour = (255, 255, 255)
LIT_COLOUR: Colour = (240, 228, 66)
CASING_COLOUR: Colour = (0, 0, 0)
LIT_FILL = 0.12
FOR_COLOUR: Colour = (230, 159, 0)
AGAINST_COLOUR: Colour = (0, 114, 178)


def grey_picture(radiograph: Radiograph) -> Picture:
    """The radiograph itself, bone white."""
    grey = np.round(radiograph.pixels * 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def reduced_shape(shape: tuple[int, int], longest_px: int) -> tuple[int, int]:
    """The `(rows, cols)` of a picture made so small that neither side is longer."""
    scale = min(1.0, longest_px / max(shape))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def reduced(picture: Picture, longest_px: int) -> Picture:
    """The picture made so small that neither side is longer; a smaller one as it is."""
    import cv2

    shape = picture.shape[0], picture.shape[1]
    rows, cols = reduced_shape(shape, longest_px)
    if (rows, cols) == shape:
        return picture
    return np.asarray(cv2.resize(picture, (cols, rows), interpolation=cv2.INTER_AREA), np.uint8)


def anatomy_overlay(radiograph: Radiograph, anatomy: Anatomy, opacity: float = 0.3) -> Picture:
    """The radiograph with every structure filled and outlined in its colour.

    Args:
        radiograph: The radiograph.
        anatomy: Its structures, on the same grid.
        opacity: Of the fill, in [0, 1]; outlines stay solid.
    """
    _check_grid("anatomy", anatomy.thorax_image, radiograph)
    picture = grey_picture(radiograph).astype(np.float32)
    coloured = [(mask, STRUCTURE_COLOURS[name]) for name, mask in anatomy.masks_image.items()]
    for mask, colour in coloured:
        picture[mask] += opacity * (np.array(colour, np.float32) - picture[mask])
    solid = np.round(picture).astype(np.uint8)
    for mask, colour in coloured:
        _draw_contour(solid, mask, colour)
    return solid


def saliency_overlay(
    radiograph: Radiograph,
    map_image: FloatArray,
    opacity: float = 0.7,
    *,
    threshold: float = 0.0,
    outlines: Mapping[Zone, BoolArray] | None = None,
) -> Picture:
    """The radiograph with a saliency map over it; untouched where the map is zero.

    Args:
        radiograph: The radiograph.
        map_image: `(row, col)` float32 in [0, 1], on the same grid.
        opacity: Of the strongest saliency, in [0, 1]; weaker saliency covers less.
        threshold: Saliency below it is not drawn, in [0, 1).
        outlines: Zones to outline (`Anatomy.zones_image`).
    """
    _check_grid("map_image", map_image, radiograph)
    strength = np.where(map_image >= threshold, map_image, 0)
    picture = _covered(radiograph, colours_of(map_image), opacity * strength)
    return picture if outlines is None else zone_outlines(picture, outlines)


def signed_overlay(
    radiograph: Radiograph,
    signed_image: FloatArray,
    opacity: float = 0.7,
    *,
    threshold: float = 0.0,
    outlines: Mapping[Zone, BoolArray] | None = None,
) -> Picture:
    """The radiograph with a signed map over it: orange speaks for the label, blue against it.

    Args:
        radiograph: The radiograph.
        signed_image: `(row, col)` float32 in [-1, 1], on the same grid.
        opacity: Where the magnitude is 1, in [0, 1]; smaller magnitudes cover less.
        threshold: Magnitudes below it are not drawn, in [0, 1).
        outlines: Zones to outline (`Anatomy.zones_image`).
    """
    _check_grid("signed_image", signed_image, radiograph)
    magnitude = np.abs(signed_image)
    strength = np.where(magnitude >= threshold, magnitude, 0)
    colours = np.where(signed_image[:, :, None] < 0, AGAINST_COLOUR, FOR_COLOUR)
    picture = _covered(radiograph, colours, opacity * strength)
    return picture if outlines is None else zone_outlines(picture, outlines)


def _covered(radiograph: Radiograph, colours: NDArray[Any], cover: NDArray[Any]) -> Picture:
    """The radiograph under colours `(row, col, 3)`, weighted by `(row, col)` in [0, 1]."""
    image = grey_picture(radiograph).astype(np.float32)
    return np.round(image + cover[:, :, None] * (colours - image)).astype(np.uint8)


def zone_outlines(picture: Picture, zones: Mapping[Zone, BoolArray]) -> Picture:
    """A copy of the picture with the borders of the zones drawn thin and white."""
    drawn = picture.copy()
    for mask in zones.values():
        _draw_contour(drawn, mask, OUTLINE_COLOUR)
    return drawn


def light_zone(picture: Picture, mask: BoolArray) -> Picture:
    """A copy of the picture with one zone tinted and its border drawn thick, on a dark edge.

    Args:
        picture: The picture.
        mask: `(row, col)` bool on the same grid.
    """
    lit = picture.copy()
    tint = np.array(LIT_COLOUR, np.float32) - lit[mask]
    lit[mask] = np.round(lit[mask] + LIT_FILL * tint).astype(np.uint8)
    _draw_contour(lit, mask, CASING_COLOUR, 5)
    _draw_contour(lit, mask, LIT_COLOUR, 3)
    return lit


def zone_diagram(
    descriptors: Descriptors,
    texts: Mapping[Zone, str],
    *,
    anatomy: Anatomy | None = None,
    side_px: int = 480,
    paper: Colour = (255, 255, 255),
    empty: Colour = (225, 228, 232),
) -> Picture:
    """A small drawing of the six zones, each shaded by its descriptor's intensity.

    Args:
        descriptors: The descriptors; a zone without one is left empty.
        texts: What to write into each zone, in any script; zones left out stay without text.
        anatomy: Whose zones to draw; a schematic pair of lungs if `None`.
        side_px: Rows and columns of the drawing.
        paper: What the zones stand on.
        empty: A zone that is left empty.
    """
    from PIL import Image, ImageDraw, ImageFont

    from pipeline.pictures.fonts import font_file

    zones = _schematic_zones(side_px) if anatomy is None else _fitted_zones(anatomy, side_px)
    intensities = {item.zone: item.intensity for item in descriptors.items}
    drawing = np.tile(np.array(paper, np.uint8), (side_px, side_px, 1))
    fills: dict[Zone, Picture] = {}
    for zone, mask in zones.items():
        level = np.array([[intensities.get(zone, 0.0)]], np.float32)
        fills[zone] = colours_of(level)[0, 0] if zone in intensities else np.array(empty, np.uint8)
        drawing[mask] = fills[zone]
    drawing = zone_outlines(drawing, zones)
    image = Image.fromarray(drawing)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(font_file(bold=True)), max(9, side_px // 26))
    for zone, text in texts.items():
        if not zones[zone].any():
            continue
        rows, cols = np.nonzero(zones[zone])
        light = float(fills[zone] @ np.array((0.299, 0.587, 0.114))) > 140
        place = float(cols.mean()), float(rows.mean())
        pen.multiline_text(
            place, text, font=font, fill="black" if light else "white", anchor="mm", align="center"
        )
    return np.asarray(image, np.uint8).copy()


def colour_bar(rows: int = 16, cols: int = 256) -> Picture:
    """The colours of saliency from 0 (first column) to 1 (last column)."""
    return colours_of(np.tile(np.linspace(0, 1, cols, dtype=np.float32), (rows, 1)))


def signed_colour_bar(rows: int = 16, cols: int = 256) -> Picture:
    """The colours of a signed map over mid-grey, from -1 (first column) to 1 (last column)."""
    level = np.tile(np.linspace(-1, 1, cols, dtype=np.float32), (rows, 1))[:, :, None]
    colours = np.where(level < 0, AGAINST_COLOUR, FOR_COLOUR)
    return np.round(128 + np.abs(level) * (colours - 128.0)).astype(np.uint8)


def colours_of(map_image: FloatArray) -> Picture:
    """The viridis colour of each value of a `(row, col)` map in [0, 1]."""
    import cv2

    levels = np.round(map_image * 255).astype(np.uint8)
    return np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS)[:, :, ::-1], np.uint8)


def encode_png(picture: Picture) -> bytes:
    """The picture as a PNG file; the same picture gives the same bytes."""
    import cv2

    done, data = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]))
    if not done:
        raise OutputError(file="png")
    return bytes(data)


def encode_jpeg(picture: Picture) -> bytes:
    """The picture as a JPEG file, for a page that carries it in its own text."""
    import cv2

    done, data = cv2.imencode(".jpg", np.ascontiguousarray(picture[:, :, ::-1]))
    if not done:
        raise OutputError(file="jpeg")
    return bytes(data)


def _check_grid(name: str, array: NDArray[np.generic], radiograph: Radiograph) -> None:
    if array.shape != radiograph.shape:
        raise ContractError(field=name, problem="shape", found=str(array.shape))


def _draw_contour(picture: Picture, mask: BoolArray, colour: Colour, weight: int = 1) -> None:
    import cv2

    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    width = weight * max(1, round(max(picture.shape[:2]) / 400))
    cv2.drawContours(picture, contours, -1, colour, width, cv2.LINE_AA)


def _fitted_zones(anatomy: Anatomy, side_px: int) -> dict[Zone, BoolArray]:
    """The patient's own zones, cut to the lungs and scaled into a square without distortion."""
    import cv2

    rows, cols = np.nonzero(anatomy.lungs_image)
    if rows.size == 0:
        return {zone: np.zeros((side_px, side_px), np.bool_) for zone in Zone}
    top, bottom, left, right = rows.min(), rows.max() + 1, cols.min(), cols.max() + 1
    scale = 0.94 * side_px / max(bottom - top, right - left)
    size = (max(1, int((right - left) * scale)), max(1, int((bottom - top) * scale)))
    row, col = (side_px - size[1]) // 2, (side_px - size[0]) // 2
    zones = {}
    for zone, mask in anatomy.zones_image.items():
        cut = mask[top:bottom, left:right].astype(np.uint8)
        fitted = np.zeros((side_px, side_px), np.bool_)
        fitted[row : row + size[1], col : col + size[0]] = cv2.resize(
            cut, size, interpolation=cv2.INTER_NEAREST
        )
        zones[zone] = fitted
    return zones


# A pair of lungs as seen on a frontal radiograph, in parts of the drawing's side: `(col, row)`
# corners of the right one; the left one is its mirror image with a notch for the heart.
_RIGHT_LUNG = (
    *((0.33, 0.05), (0.39, 0.08), (0.43, 0.16), (0.45, 0.30), (0.45, 0.50), (0.44, 0.70)),
    *((0.43, 0.88), (0.36, 0.85), (0.26, 0.85), (0.16, 0.89), (0.08, 0.95), (0.07, 0.80)),
    *((0.08, 0.60), (0.11, 0.40), (0.16, 0.22), (0.23, 0.10), (0.28, 0.06)),
)
_LEFT_LUNG = (
    *((0.67, 0.05), (0.61, 0.08), (0.57, 0.16), (0.55, 0.30), (0.56, 0.45), (0.61, 0.56)),
    *((0.66, 0.70), (0.68, 0.84), (0.76, 0.86), (0.84, 0.90), (0.92, 0.95), (0.93, 0.80)),
    *((0.92, 0.60), (0.89, 0.40), (0.84, 0.22), (0.77, 0.10), (0.72, 0.06)),
)


def _schematic_zones(side_px: int) -> dict[Zone, BoolArray]:
    import cv2

    zones = {}
    for side, corners in (("right", _RIGHT_LUNG), ("left", _LEFT_LUNG)):
        lung = np.zeros((side_px, side_px), np.uint8)
        cv2.fillPoly(lung, [np.round(np.array(corners) * side_px).astype(np.int32)], 1)
        edges = np.round(np.linspace(0.05, 0.95, 4) * side_px).astype(int)
        for level, start, end in zip(
            ("upper", "middle", "lower"), edges[:-1], (*edges[1:-1], side_px), strict=True
        ):
            zone = np.zeros((side_px, side_px), np.bool_)
            zone[start:end] = lung[start:end] > 0
            zones[Zone(f"{side}_{level}")] = zone
    return zones
