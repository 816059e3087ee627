"""Films for the sanity checks: whole films at a small size, with a marker planted in a corner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import Radiograph
from training.evaluate import NothingToEvaluateError
from training.packs import Film, Split, read_pack
from training.thorax_cache import radiograph_of

NORMAL = "normal"
PACK = "paediatric"
"""One hospital: its normal and its abnormal films come from the same machines, so that nothing but
disease should tell them apart. Classes from different sources are a shortcut of their own."""

MARK_HEIGHT = 0.1  # of the film's rows
MARK_PLACE = (0.03, 0.14)  # column and foot of the letter, in parts of the film


@dataclass(frozen=True, slots=True, kw_only=True)
class SanityFilms:
    """Normal and abnormal films of one pack, drawn with a seed, as many of one as of the other."""

    train: Sequence[Film]
    held_out: Sequence[Film]


def draw_films(data: Path, train: int, held_out: int, seed: int) -> SanityFilms:
    """Draw films of one pack.

    Args:
        data: A pack, or a folder of packs, of which `PACK` is taken.
        train: Films to train on, half of them normal.
        held_out: Validation films, half of them normal.
        seed: Seed of the draw.

    Raises:
        NothingToEvaluateError: It has not enough normal and abnormal films.
    """
    folder = data if (data / "index.csv").is_file() else data / PACK
    films = read_pack(folder) if (folder / "index.csv").is_file() else []
    random = np.random.default_rng(seed)

    def drawn(split: Split, count: int) -> list[Film]:
        """As many normal as abnormal films, the two in turn."""
        kinds = []
        for normal in (True, False):
            found = [
                film for film in films if film.split is split and (film.label == NORMAL) is normal
            ]
            if len(found) < count // 2:
                raise NothingToEvaluateError(f"{folder} has fewer than {count} {split} films")
            kinds.append([found[n] for n in random.choice(len(found), count // 2, replace=False)])
        return [film for pair in zip(*kinds, strict=True) for film in pair]

    return SanityFilms(train=drawn(Split.TRAIN, train), held_out=drawn(Split.VALIDATION, held_out))


def marked(radiograph: Radiograph) -> Radiograph:
    """The same film with a bright letter in the upper corner of the patient's right."""
    pixels = np.round(radiograph.pixels * 255).astype(np.uint8)
    rows, cols = pixels.shape
    foot = (round(MARK_PLACE[0] * cols), round(MARK_PLACE[1] * rows))
    scale, thick = MARK_HEIGHT * rows / 22, max(2, rows // 80)
    cv2.putText(pixels, "L", foot, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
    return replace(radiograph, pixels=pixels.astype(np.float32) / np.float32(255))


def batch_of(films: Sequence[Film], size: int, *, planted: bool) -> NDArray[np.float32]:
    """Whole films as a classifier of region `film` sees them, `(film, size, size)` in [0, 1].

    Args:
        films: The films.
        size: Rows and columns.
        planted: Whether those that are not normal get the marker.
    """
    pictures = []
    for film in films:
        radiograph = radiograph_of(film)
        if planted and film.label != NORMAL:
            radiograph = marked(radiograph)
        pictures.append(whole_film(radiograph, size))
    return np.stack(pictures)


def whole_film(radiograph: Radiograph, size: int) -> NDArray[np.float32]:
    """A film on a small grid, `(size, size)` float32 in [0, 1]."""
    small = cv2.resize(radiograph.pixels, (size, size), interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 1).astype(np.float32)
