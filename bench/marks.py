"""Bench of the marks in pixels: letters of a side, and writing, on every radiograph there is."""

import csv
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np

from pipeline.pictures.fonts import font_file
from pipeline.reading.marks.side_letters import draw_alphabet, side_letters
from pipeline.reading.marks.written_text import text_boxes
from pipeline.types import Box, FloatArray

SIDE_PX = 1024  # the working grid, where names are planted and speed is measured
NAMES = (
    "IVANOV IVAN",
    "Petrova Anna",
    "SMITH^JOHN",
    "Müller, Hans",
    "ИВАНОВ И.И.",
    "Коваленко Олена",
    "ID 4711-0815",
    "12.03.1961",
)
HEIGHTS_PX = (10, 12, 16, 22, 32)  # of the planted writing, on the working grid
HIDDEN = 0.9  # of a name's rectangle: covered that far it counts as found
LEAST_CONTRAST = 70  # of 255: writing that a reader can read
MOST_OF_A_DATASET = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMarks:
    """What was found in one dataset.

    Attributes:
        radiographs: How many were looked at.
        letters_in_place: Letters R and L on the side that they name.
        letters_elsewhere: Letters on the other side.
        mirrored_seen: Of the radiographs with an upright letter in place, the share on which the
            same letter is found on the wrong side once the picture is mirrored.
        with_writing: Radiographs on which writing was found.
    """

    radiographs: int
    letters_in_place: int
    letters_elsewhere: int
    mirrored_seen: float | None
    with_writing: int


@dataclass(slots=True, kw_only=True)
class MarksMetrics:
    """The whole bench.

    Attributes:
        sources: By dataset.
        names_planted: Names written into radiographs without writing.
        names_found: Of them, those whose rectangle is covered nearly all over.
        letters_ms: Median processor time of the search for letters on the working grid.
        writing_ms: The same of the search for writing.
    """

    sources: dict[str, SourceMarks] = field(default_factory=dict)
    names_planted: int = 0
    names_found: int = 0
    letters_ms: float = 0.0
    writing_ms: float = 0.0

    def json_line(self) -> str:
        """The metrics as one line of JSON."""
        return json.dumps(asdict(self))

    def table(self) -> str:
        """For people."""
        lines = [
            f"{name:12} {one.radiographs:5} radiographs, letters {one.letters_in_place} in place, "
            f"{one.letters_elsewhere} elsewhere, with writing {one.with_writing}"
            for name, one in self.sources.items()
        ]
        lines.append(f"names found {self.names_found} of {self.names_planted}")
        lines.append(f"letters {self.letters_ms:.0f} ms, writing {self.writing_ms:.0f} ms")
        return "\n".join(lines)


def measure_marks(data: Path, names: int) -> MarksMetrics:
    """Look for marks in the datasets of a folder, and for names that are planted there.

    Args:
        data: A folder of datasets, each with an `index.csv`.
        names: How many names to plant.
    """
    draw_alphabet()
    metrics = MarksMetrics()
    bare: list[FloatArray] = []
    for folder in sorted(file.parent for file in data.glob("*/index.csv")):
        if folder.name in ("not_chest", "lateral"):
            continue
        metrics.sources[folder.name], plain = _source(folder)
        bare += plain
    random = np.random.default_rng(0)
    spent: tuple[list[float], list[float]] = ([], [])
    for index in range(names if bare else 0):
        grown = cv2.resize(bare[index % len(bare)], (SIDE_PX, SIDE_PX))
        planted = _planted(np.clip(grown, 0, 1), NAMES[index % len(NAMES)], random)
        if planted is None:
            continue
        pixels, box = planted
        started = time.process_time()
        found = text_boxes(pixels)
        between = time.process_time()
        side_letters(pixels)
        spent[0].append(between - started)
        spent[1].append(time.process_time() - between)
        metrics.names_planted += 1
        metrics.names_found += _covered(box, found) >= HIDDEN
    if spent[0]:
        metrics.writing_ms, metrics.letters_ms = (1000 * float(np.median(one)) for one in spent)
    return metrics


def _source(folder: Path) -> tuple[SourceMarks, list[FloatArray]]:
    """What one dataset has, and a few of its radiographs without writing."""
    count = in_place = elsewhere = writing = upright = seen = 0
    bare: list[FloatArray] = []
    for pixels in _radiographs(folder):
        count += 1
        letters, boxes = side_letters(pixels), text_boxes(pixels)
        in_place += sum(letter.is_in_place for letter in letters)
        elsewhere += sum(not letter.is_in_place for letter in letters)
        writing += bool(boxes)
        if any(letter.is_in_place and not letter.reversed for letter in letters):
            upright += 1
            turned = side_letters(np.ascontiguousarray(pixels[:, ::-1]))
            seen += any(not letter.is_in_place for letter in turned)
        if not boxes and not letters and len(bare) < 40:
            bare.append(pixels)
    share = seen / upright if upright else None
    return SourceMarks(
        radiographs=count,
        letters_in_place=in_place,
        letters_elsewhere=elsewhere,
        mirrored_seen=share,
        with_writing=writing,
    ), bare


def _radiographs(folder: Path) -> Iterator[FloatArray]:
    with (folder / "index.csv").open(encoding="utf-8") as index:
        files = [folder / row["file"] for row in csv.DictReader(index)]
    for file in files[:: max(1, len(files) // MOST_OF_A_DATASET)]:
        grey = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if grey is not None:
            yield np.asarray(grey, np.float32) / np.float32(255)


def _planted(
    pixels: FloatArray, text: str, random: np.random.Generator
) -> tuple[FloatArray, Box] | None:
    """A name in white or black somewhere on the picture; `None` where it could not be read."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(np.round(pixels * 255).astype(np.uint8))
    size = int(random.choice(HEIGHTS_PX))
    font = ImageFont.truetype(font_file(bold=bool(random.random() < 0.5)), size)
    draw = ImageDraw.Draw(image)
    width = int(draw.textlength(text, font=font))
    at_border = random.random() < 0.7
    row = int(random.choice([6, SIDE_PX - 2 * size])) if at_border else int(random.integers(900))
    place = int(random.integers(4, SIDE_PX - width - 4)), row
    left, top, right, bottom = (int(end) for end in draw.textbbox(place, text, font=font))
    ground = np.asarray(image)[top:bottom, left:right]
    ink = 255 if float(np.median(ground)) < 140 else 0
    if np.percentile(np.abs(ground.astype(int) - ink), 5) < LEAST_CONTRAST:
        return None
    draw.text(place, text, font=font, fill=ink)
    box = Box(top=top, bottom=bottom, left=left, right=right)
    return np.asarray(image, np.float32) / np.float32(255), box


def _covered(box: Box, found: tuple[Box, ...]) -> float:
    mask = np.zeros((SIDE_PX, SIDE_PX), np.bool_)
    for one in found:
        mask[one.top : one.bottom, one.left : one.right] = True
    return float(mask[box.top : box.bottom, box.left : box.right].mean())
