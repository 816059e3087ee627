"""Photographs of screens and light boxes, as the gate is tested on them: a scene and a camera.

A screen of red, green and blue stripes or a sheet on a light box stands in a room; a camera of
another grid looks at it from aside, so that moiré comes of itself. Nothing is shared with
`training/gate/photographed.py`, which the gate is taught with.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

ColourImage = NDArray[np.float32]
Random = np.random.Generator
SCENE = (900, 1200)  # rows and columns in which the scene is drawn
PHOTO = (600, 800)
BAYER = ((0, 0, 2), (0, 1, 1), (1, 0, 1), (1, 1, 0))
"""Row, column and channel (blue, green, red) of a camera's colour filters."""


def through_a_lens(grey: NDArray[np.uint8], random: Random) -> bytes:
    """A JPEG file of a photograph, in colour as a camera writes it.

    Args:
        grey: `(row, col)` uint8, the radiograph.
        random: The random generator.
    """
    is_screen = random.random() < 0.6
    scene = _room(random)
    scene = _screen(scene, grey, random) if is_screen else _light_box(scene, grey, random)
    seen = _looked_at(scene, random)
    seen = _reflecting(seen, random) if random.random() < 0.7 else seen
    return _developed(seen, random)


def _room(random: Random) -> ColourImage:
    """A wall above a desk, lit from one side."""
    rows, cols = SCENE
    wall = random.uniform(0.15, 0.75) + random.normal(0, 0.015, 3)
    desk = random.uniform(0.08, 0.5) + random.normal(0, 0.02, 3)
    edge = int(rows * random.uniform(0.72, 0.95))
    scene = np.empty((rows, cols, 3), np.float32)
    scene[:edge], scene[edge:] = wall, desk
    lamp = random.uniform((0, 0), (rows, cols))
    row, col = np.mgrid[:rows, :cols]
    fall = 1 / (
        1 + ((row - lamp[0]) ** 2 + (col - lamp[1]) ** 2) / (random.uniform(0.4, 2) * cols**2)
    )
    return np.asarray(scene * random.uniform(0.3, 1.1) * fall[..., None], np.float32)


def _where(random: Random, aspect: float) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is looked at."""
    rows, cols = SCENE
    high = int(rows * random.uniform(0.6, 0.86))
    wide = int(min(high * aspect, cols * 0.9))
    top = int((rows - high) * random.uniform(0.2, 0.7))
    left = int((cols - wide) * random.uniform(0.25, 0.75))
    return top, left, high, wide


def _screen(scene: ColourImage, grey: NDArray[np.uint8], random: Random) -> ColourImage:
    """A monitor with a viewer's window: bezel, tool bar, the radiograph, its black rim."""
    top, left, high, wide = _where(random, random.uniform(1.0, 1.6))
    bezel = int(random.integers(8, 40))
    scene[top - bezel : top + high + bezel, max(0, left - bezel) : left + wide + bezel] = (
        random.uniform(0.02, 0.12)
    )
    panel = np.full((high, wide), random.uniform(0.01, 0.06), np.float32)
    bar = int(high * random.uniform(0, 0.09))
    panel[:bar] = random.uniform(0.1, 0.8)
    shown_rows = high - bar
    shown_cols = min(wide, int(shown_rows * random.uniform(0.85, 1.15)))
    start = (wide - shown_cols) // 2
    sheet = cv2.resize(grey, (shown_cols, shown_rows), interpolation=cv2.INTER_AREA) / 255.0
    panel[bar:, start : start + shown_cols] = sheet ** random.uniform(1.0, 1.4)
    written = np.zeros(panel.shape, np.uint8)
    for line in range(int(random.integers(0, 5))):
        place = (8, bar + 16 + 16 * line)
        cv2.putText(written, "W 2048 L 1024", place, cv2.FONT_HERSHEY_PLAIN, 0.9, 200)
    panel = np.maximum(panel, written / np.float32(255))
    stripes = np.zeros((high, wide, 3), np.float32)
    for channel in range(3):  # one column of the panel in three for each colour
        stripes[:, channel::3, channel] = 1.6
    rim = np.ones((high, 1, 1), np.float32)
    rim[::3] = 0.65  # the dark rows between its pixels
    glow = random.uniform(0.02, 0.08)
    scene[top : top + high, left : left + wide] = (panel[..., None] * stripes * rim) + glow
    return scene


def _light_box(scene: ColourImage, grey: NDArray[np.uint8], random: Random) -> ColourImage:
    """A sheet with rounded corners under the clip of a light box that shines around it."""
    top, left, high, wide = _where(random, random.uniform(0.9, 1.3))
    rim = int(random.integers(10, 70))
    box = np.array([0.93, 0.97, 0.95]) * random.uniform(0.75, 1.05)
    scene[max(0, top - rim) : top + high + rim, max(0, left - rim) : left + wide + rim] = box
    sheet = cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA) / 255.0
    sheet = 0.03 + sheet ** random.uniform(0.8, 1.2) * random.uniform(0.6, 0.9)
    corner = int(random.integers(5, 30))
    shape = np.zeros((high, wide), np.float32)
    cv2.rectangle(shape, (corner, 0), (wide - corner, high), 1.0, cv2.FILLED)
    cv2.rectangle(shape, (0, corner), (wide, high - corner), 1.0, cv2.FILLED)
    for col in (corner, wide - corner):
        for row in (corner, high - corner):
            cv2.circle(shape, (col, row), corner, 1.0, cv2.FILLED)
    tint = box * np.array([1.0, 0.97, 0.92])
    part = scene[top : top + high, left : left + wide]
    scene[top : top + high, left : left + wide] = (
        part * (1 - shape[..., None]) + sheet[..., None] * tint * shape[..., None]
    )
    clip = int(random.integers(0, 26))
    scene[max(0, top - clip) : top + clip // 2, max(0, left - rim) : left + wide + rim] = 0.35
    return scene


def _looked_at(scene: ColourImage, random: Random) -> ColourImage:
    """From aside and above, by a grid that is not the scene's."""
    rows, cols = SCENE
    yaw, pitch, roll = random.normal(0, (0.16, 0.12, 0.05))
    turn = cv2.Rodrigues(np.array([pitch, yaw, roll]))[0]
    flat = np.array([[0, 0], [cols, 0], [cols, rows], [0, rows]], np.float64)
    points = np.c_[(flat - (cols / 2, rows / 2)) / cols, np.zeros(4)] @ turn.T
    depth = points[:, 2] + random.uniform(1.0, 1.4)
    focal = random.uniform(1.05, 1.5)
    seen = points[:, :2] / depth[:, None] * focal * PHOTO[1] + (PHOTO[1] / 2, PHOTO[0] / 2)
    matrix = cv2.getPerspectiveTransform(flat.astype(np.float32), seen.astype(np.float32))
    size = (PHOTO[1], PHOTO[0])
    found = cv2.warpPerspective(
        scene, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.GaussianBlur(found, (0, 0), random.uniform(0.4, 0.9)), np.float32)


def _reflecting(seen: ColourImage, random: Random) -> ColourImage:
    """A window with its bars, or a row of lamps, in the glass."""
    light = np.zeros(PHOTO, np.float32)
    rows, cols = PHOTO
    top, left = int(random.integers(0, rows // 2)), int(random.integers(0, cols * 2 // 3))
    if random.random() < 0.5:
        high, wide = int(random.integers(80, 300)), int(random.integers(60, 240))
        light[top : top + high, left : left + wide] = 1
        light[top : top + high, left + wide // 2 : left + wide // 2 + 6] = 0
    else:
        for number in range(int(random.integers(1, 5))):
            cv2.circle(light, (left + 90 * number, top), int(random.integers(6, 30)), 3.0, -1)
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), random.uniform(2, 14)), np.float32)
    return (seen + random.uniform(0.08, 0.45) * soft[..., None]).astype(np.float32)


def _developed(seen: ColourImage, random: Random) -> bytes:
    """Falling off to the corners, counted photons, one colour a pixel, white balance, JPEG."""
    rows, cols = PHOTO
    row, col = np.mgrid[:rows, :cols]
    angle = np.hypot(row - rows / 2, col - cols / 2) / cols * random.uniform(0.3, 0.9)
    exposed = np.clip(seen * random.uniform(0.7, 1.2), 0, 1.2) * np.cos(angle)[..., None] ** 4
    photons = random.uniform(300, 4000)
    counted = random.poisson(np.maximum(exposed, 0) * photons) / photons
    mosaic = np.empty(PHOTO, np.float32)
    for top, left, channel in BAYER:
        mosaic[top::2, left::2] = counted[top::2, left::2, channel]
    raw = (np.clip(mosaic, 0, 1) * 255).astype(np.uint8)
    colour = np.asarray(cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB), np.float64) / 255
    balanced = np.clip(colour * np.exp(random.normal(0, 0.05, 3)), 0, 1)
    picture = (balanced ** (1 / random.uniform(1.0, 1.6)) * 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(40, 93))]
    return bytes(cv2.imencode(".jpg", picture, quality)[1])
