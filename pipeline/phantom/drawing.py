"""A frontal chest radiograph that the code draws: a sample for the page, known ground for tests.

It is drawn from outlines and random numbers and is a copy of no radiograph; it shows nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantom import outlines
from pipeline.phantom.outlines import Outline, Points, filled, mirrored, smooth, stroked
from pipeline.types import BoolArray, FloatArray, Level, Side, Structure, Zone

SHAPE = (1024, 900)
RIBS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Phantom:
    """A drawn radiograph and what is known of it.

    Attributes:
        pixels: `(row, col)` float32 in [0, 1], bone white.
        masks: For every `Structure`, a `(row, col)` bool mask.
        zones: For every `Zone`, a `(row, col)` bool mask.
        opacity: `(row, col)` bool, where the opacity was drawn; empty without one.
    """

    pixels: FloatArray
    masks: Mapping[Structure, BoolArray]
    zones: Mapping[Zone, BoolArray]
    opacity: BoolArray


def sample_radiograph(seed: int = 0, opacity: Zone | None = Zone.RIGHT_LOWER) -> bytes:
    """The sample radiograph as a PNG file, marked as a phantom.

    Args:
        seed: Seed of the drawing.
        opacity: The zone that holds an opacity; `None` for a clear chest.
    """
    grey = np.round(draw_phantom(seed, opacity).pixels * 255).astype(np.uint8)
    size = grey.shape[1] / 1400
    cv2.putText(grey, "PHANTOM", (14, 40), cv2.FONT_HERSHEY_SIMPLEX, size, 235, 2, cv2.LINE_AA)
    _, data = cv2.imencode(".png", grey)
    return bytes(data)


def draw_phantom(
    seed: int = 0, opacity: Zone | None = None, shape: tuple[int, int] = SHAPE
) -> Phantom:
    """Draw a frontal radiograph; the same arguments give the same radiograph.

    Args:
        seed: Seed of the patient's build, vessels and noise.
        opacity: The zone that holds an opacity, if any.
        shape: `(rows, cols)`.
    """
    random = np.random.default_rng(seed)
    build = _Build(random, shape)
    right, left = build.area(outlines.RIGHT_LUNG), build.area(outlines.LEFT_LUNG)
    body = build.area(outlines.BODY)
    lungs = right | left
    spine = filled(build.bent(_spine_outline()), shape) & ~lungs
    abdomen = _below(lungs) & body & ~lungs & ~spine
    zones = {**_zones(right, Side.RIGHT), **_zones(left, Side.LEFT)}

    air = _domed(lungs, 0.075)
    radiograph = 0.05 + 0.60 * _domed(body, 0.10)
    radiograph += _belly(lungs, body)
    radiograph -= 0.36 * air + 0.10 * _soft(lungs, 0.002)
    radiograph += _vessels(build, random, right, left)
    radiograph += _middle(build, lungs) * (0.15 + 0.36 * air)
    radiograph += _spine(build, shape)
    radiograph += _bones(build, lungs, body)
    radiograph -= 0.10 * _soft(build.area(outlines.STOMACH_BUBBLE), 0.003)
    radiograph -= 0.13 * _soft(stroked([build.bent(_TRACHEA)], 0.030, shape) > 0.5, 0.004)
    marked = np.zeros(shape, bool)
    if opacity is not None:
        cloud, marked = _opacity(zones[opacity], np.random.default_rng((seed, 1)))
        radiograph += cloud
    return Phantom(
        pixels=_exposed(radiograph, random),
        masks={
            Structure.RIGHT_LUNG: right,
            Structure.LEFT_LUNG: left,
            Structure.SPINE: spine,
            Structure.ABDOMEN: abdomen,
            Structure.HEART: build.area(outlines.HEART),
        },
        zones=zones,
        opacity=marked,
    )


def _belly(lungs: BoolArray, body: BoolArray) -> FloatArray:
    """The thick soft tissue under the diaphragm; its edge is sharp only where it meets air."""
    under = _below(lungs)
    met = cv2.dilate(lungs.astype(np.uint8), np.ones((5, 5), np.uint8), iterations=2)
    sharp = _blur(met.astype(np.float32), 0.02)
    edge = sharp * _soft(under, 0.002) + (1 - sharp) * _soft(under, 0.05)
    down = np.linspace(0, 0.10, under.shape[0], dtype=np.float32)[:, None]
    return np.asarray((0.20 + down) * edge * _domed(body, 0.06))


def _middle(build: "_Build", lungs: BoolArray) -> FloatArray:
    """Heart and great vessels, fading into what lies under the diaphragm."""
    heart = _domed(build.area(outlines.HEART), 0.05)
    vessels = _domed(build.area(outlines.MEDIASTINUM), 0.03)
    return np.asarray(np.maximum(heart, vessels) * (1 - _soft(_below(lungs), 0.012)))


_TRACHEA: Points = smooth(
    ((0.50, -0.02), (0.497, 0.08), (0.495, 0.16), (0.492, 0.225)), closed=False
)


class _Build:
    """One patient's build: a gentle warp of the outlines."""

    def __init__(self, random: np.random.Generator, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.random = random
        self.wide, self.tall = random.uniform(0.95, 1.05), random.uniform(0.96, 1.04)
        self.tilt = random.uniform(-0.015, 0.015)
        self.waves = random.uniform(-0.006, 0.006, (2, 2)), random.uniform(0, 6.28, (2, 2))

    def bent(self, curve: Points) -> Points:
        """A curve as it lies in this patient."""
        x, y = curve[:, 0], curve[:, 1]
        height, phase = self.waves
        dx = height[0, 0] * np.sin(5 * y + phase[0, 0]) + height[0, 1] * np.sin(9 * y + phase[0, 1])
        dy = height[1, 0] * np.sin(5 * x + phase[1, 0]) + height[1, 1] * np.sin(9 * x + phase[1, 1])
        return np.stack(
            [
                0.5 + self.wide * (x - 0.5) + self.tilt * (y - 0.4) + dx,
                0.42 + self.tall * (y - 0.42) + dy,
            ],
            axis=1,
        )

    def area(self, outline: Outline) -> BoolArray:
        """What an outline encloses in this patient."""
        return filled(self.bent(smooth(outline)), self.shape)


def _blur(image: FloatArray, sigma: float) -> FloatArray:
    """Gaussian blur; sigma in parts of the radiograph's columns."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.5, sigma * image.shape[1])))


def _soft(mask: BoolArray, sigma: float) -> FloatArray:
    return _blur(mask.astype(np.float32), sigma)


def _domed(mask: BoolArray, depth: float) -> FloatArray:
    """Thickness of a rounded body: 0 at its border, 1 from `depth` (parts of columns) inwards."""
    inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    t = np.minimum(inner / (depth * mask.shape[1]), 1)
    return np.asarray(np.sqrt(1 - (1 - t) ** 2), np.float32)


def _below(lungs: BoolArray) -> BoolArray:
    """What lies under the diaphragm: in each column below the lungs' lowest row, bridged."""
    rows, cols = lungs.shape
    held = np.flatnonzero(lungs.any(axis=0))
    lowest = rows - 1 - np.argmax(lungs[::-1, held], axis=0)
    edge = np.interp(np.arange(cols), held, lowest)
    inner = (np.arange(cols) > held[0]) & (np.arange(cols) < held[-1])
    edge[~inner] = lowest.max()
    return np.asarray(np.arange(rows)[:, None] > edge[None, :])


def _zones(lung: BoolArray, side: Side) -> dict[Zone, BoolArray]:
    rows = np.flatnonzero(lung.any(axis=1))
    edges = np.linspace(rows[0], rows[-1] + 1, 4).round().astype(int)
    zones = {}
    for level, top, bottom in zip(Level, edges[:-1], edges[1:], strict=True):
        zone = np.zeros_like(lung)
        zone[top:bottom] = lung[top:bottom]
        zones[Zone(f"{side}_{level}")] = zone
    return zones


def _spine_outline() -> Points:
    down = np.linspace(-0.05, 1.05, 60)
    half = 0.034 + 0.012 * np.clip(down, 0, 1)
    return np.concatenate([np.stack([0.5 - half, down], 1), np.stack([0.5 + half, down], 1)[::-1]])


def _spine(build: _Build, shape: tuple[int, int]) -> FloatArray:
    """Vertebrae: a column with darker discs and the bright points of the spinous processes."""
    discs, processes = [], []
    for place in np.linspace(0.02, 0.98, 15):
        half = 0.032 + 0.012 * place
        discs.append(build.bent(np.array([[0.5 - half, place], [0.5 + half, place]])))
        processes.append(build.bent(np.array([[0.5, place + 0.022], [0.5, place + 0.038]])))
    column = 0.10 * _soft(filled(build.bent(_spine_outline()), shape), 0.004)
    column -= 0.05 * _blur(stroked(discs, 0.007, shape), 0.002)
    column += 0.05 * _blur(stroked(processes, 0.012, shape), 0.003)
    return column


def _flat_bones(curves: list[Points], width: float, shape: tuple[int, int]) -> FloatArray:
    """Flat bones seen from the front: brighter along their edges than in their middle."""
    whole, middle = stroked(curves, width, shape), stroked(curves, width * 0.55, shape)
    return _blur(whole - np.float32(0.45) * middle, 0.0025)


def _both(curve: Points) -> list[Points]:
    """A curve and its mirror image."""
    return [curve, curve * (-1, 1) + (1, 0)]


def _bones(build: _Build, lungs: BoolArray, body: BoolArray) -> FloatArray:
    """Ribs from behind and in front, clavicles, shoulder blades."""
    shape = build.shape
    behind: list[Points] = []
    front: list[Points] = []
    t = np.linspace(0, 1, 60)
    for rib in range(RIBS):
        reach = 0.40 - 0.24 * np.exp(-rib / 1.6)  # upper ribs are short
        sag = 0.03 + 0.115 * min(1.0, (rib + 1) / 5)
        x = 0.46 - reach * np.sin(t * np.pi / 2) ** 1.15 + 0.03 * t**6
        y = 0.075 + 0.067 * rib - 0.028 * np.sin(np.pi * np.minimum(1, t * 1.5)) + sag * t**2.2
        behind += [build.bent(curve) for curve in _both(np.stack([x, y], axis=1))]
        inwards = x[-1] + 0.02 + (0.34 - x[-1]) * t**1.1
        downwards = y[-1] + 0.03 + (0.05 + 0.012 * rib) * t**1.4
        front += [build.bent(curve) for curve in _both(np.stack([inwards, downwards], axis=1))]
    ribs = 0.115 * _flat_bones(behind, 0.024, shape) + 0.045 * _flat_bones(front, 0.028, shape)
    cage = cv2.dilate(lungs.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=shape[1] // 60)
    bones = ribs * (0.2 + 0.8 * _soft(cage > 0, 0.006))
    clavicles = _both(smooth(outlines.RIGHT_CLAVICLE, closed=False))
    bones += 0.13 * _flat_bones([build.bent(curve) for curve in clavicles], 0.030, shape)
    for outline in (outlines.RIGHT_SCAPULA, mirrored(outlines.RIGHT_SCAPULA)):
        bones += 0.04 * _soft(build.area(outline), 0.004)
    return np.asarray(bones * body)


def _vessels(
    build: _Build, random: np.random.Generator, right: BoolArray, left: BoolArray
) -> FloatArray:
    """Hila and the vessels that branch from them, finer and fainter outwards."""
    shape = build.shape
    hila: list[Points] = []
    lines: list[Points] = []
    t = np.linspace(0, 1, 30)
    for x, y, side in ((0.425, 0.40, -1), (0.575, 0.375, 1)):
        hila.append(build.bent(np.array([[x, y - 0.04], [x + side * 0.01, y + 0.05]])))
        for _ in range(36):
            turned = random.uniform(-1.25, 1.4) + random.uniform(-0.6, 0.6) * t
            step = random.uniform(0.10, 0.27) / 30
            across = x + side * np.cumsum(np.cos(turned)) * step
            down = y + random.uniform(-0.05, 0.05) + np.cumsum(np.sin(turned)) * step
            lines.append(build.bent(np.stack([across, down], axis=1)))
    drawn = 0.17 * _blur(stroked(hila, 0.035, shape), 0.016)
    for first, last, width, strength in (
        (0, 12, 0.008, 0.075),
        (10, 22, 0.005, 0.055),
        (20, 30, 0.003, 0.04),
    ):
        parts = [line[first:last] for line in lines]
        drawn = np.maximum(drawn, strength * _blur(stroked(parts, width, shape), 0.003))
    speckle = random.standard_normal((shape[0] // 8, shape[1] // 8)).astype(np.float32)
    grain = cv2.resize(speckle, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray((drawn + 0.010 * grain) * _soft(right | left, 0.004))


def _opacity(zone: BoolArray, random: np.random.Generator) -> tuple[FloatArray, BoolArray]:
    """A patchy consolidation in the middle of a zone, and where it is."""
    rows, cols = np.nonzero(zone)
    row, col = np.mgrid[: zone.shape[0], : zone.shape[1]].astype(np.float32)
    spread = 0.085 * zone.shape[1]
    distance = ((row - rows.mean()) / (0.8 * spread)) ** 2 + ((col - cols.mean()) / spread) ** 2
    coarse = random.random((14, 12)).astype(np.float32)
    patches = cv2.resize(coarse, zone.shape[::-1], interpolation=cv2.INTER_CUBIC)
    cloud = np.exp(-distance / 2) * (0.65 + 0.5 * patches) * _soft(zone, 0.01)
    return (0.34 * cloud).astype(np.float32), np.asarray(cloud > 0.35)


def _exposed(radiograph: FloatArray, random: np.random.Generator) -> FloatArray:
    """From attenuation to a radiograph: a soft shoulder, blur and quantum noise."""
    bright = np.maximum(radiograph, 0.0)
    toned = bright / (1 + (bright / 1.02) ** 6) ** (1 / 6)
    fine = random.standard_normal(radiograph.shape).astype(np.float32)
    noisy = _blur(toned.astype(np.float32), 0.0012) + 0.012 * _blur(fine, 0.0008)
    return np.asarray(np.clip(noisy, 0, 1), np.float32)
