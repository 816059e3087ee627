"""The signs of hyperinflation on validation films: their spread, and their error.

Where people drew the lungs, each sign of the network's outline is held against the same sign of
theirs; 1.96 times the root mean square of the difference is the error in `segmentation/signs.toml`.
A pack's masks tell of what they hold: fields (heart left out) of the heart, lungs of the left dome.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import ChestNotFoundError
from pipeline.settings import Settings
from pipeline.types import BoolArray, Radiograph, Side, Sign, SignName, SignUnit, Structure
from segmentation.chest_outline import ChestOutline
from segmentation.segmenter import DeepLabSegmenter
from segmentation.sign_meter import OutlineSignMeter
from segmentation.signs import Place, Reading, readings
from training.anatomy_labels import split_lungs
from training.packs import Film, Split, data_folder, read_grey, read_pack
from training.thorax_cache import radiograph_of

ENLARGED = 4  # packs are as small as the network's input, films for the app are not
PIXEL_MM = (1.0, 1.0)  # the packs have lost theirs: lengths are told as shares of their span
DOMES = {SignName.DOME_HEIGHT, SignName.DOME_CURVATURE}
OF_THE_HEART = {SignName.CARDIOTHORACIC_RATIO, SignName.HEART_WIDTH, SignName.LUNG_SHARE}
PERCENTILES = (5, 50, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignFigures:
    """One sign of one pack.

    Attributes:
        films: Films whose chest was found.
        reasons: How many have no value, by reason.
        percentiles: The values' 5th, 50th and 95th percentile; empty without values, and of
            centimetres, which the packs have lost.
        drawn: How many values can be held against an outline drawn by hand.
        bias: Mean of value minus drawn value; of centimetres as a share of the sign's span.
        error: 1.96 times the root mean square of that difference.
        covered: The share of drawn values that lie in the sign's interval.
    """

    films: int
    reasons: Mapping[str, int]
    percentiles: tuple[float, ...]
    drawn: int
    bias: float | None
    error: float | None
    covered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsFigures:
    """Every sign of every pack, by pack and by `sign` or `sign.side`."""

    packs: Mapping[str, Mapping[str, SignFigures]]

    def json_line(self) -> str:
        """The figures as one line of JSON, rounded to four decimals."""
        found = {
            pack: {name: asdict(figures) for name, figures in signs.items()}
            for pack, signs in self.packs.items()
        }
        return json.dumps(
            json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4))
        )

    def table(self) -> str:
        """The figures for people."""
        head = f"{'sign':<36}{'films':>6}{'value':>6}{'p5':>8}{'p50':>8}{'p95':>8}"
        head += f"{'drawn':>7}{'bias':>8}{'error':>8}{'in':>6}"
        lines = []
        for pack, signs in self.packs.items():
            lines += ["", pack, head]
            for name, one in signs.items():
                held = one.films - sum(one.reasons.values())
                spread = "".join(f"{value:>8.3f}" for value in one.percentiles) or " " * 24
                line = f"{name:<36}{one.films:>6}{held:>6}{spread}{one.drawn:>7}"
                if one.error is not None:
                    line += f"{one.bias:>8.3f}{one.error:>8.3f}{one.covered:>6.2f}"
                lines.append(line)
        return "\n".join(lines[1:])


def measure_signs(settings: Settings, films: int, data: Path | None = None) -> SignsFigures:
    """Measure validation films of each pack.

    Args:
        settings: Weights and threads.
        films: How many of each pack at most, evenly taken from its index.
        data: The folder of the packs.
    """
    segmenter = DeepLabSegmenter(settings.weights_folder / "anatomy", settings.threads)
    meter = OutlineSignMeter(segmenter)
    folder = data or data_folder()
    packs = {}
    for pack in sorted(item.parent for item in folder.glob("*/index.csv")):
        held = [film for film in read_pack(pack) if film.split is Split.VALIDATION]
        found: dict[Place, list[tuple[Sign, Reading | None]]] = defaultdict(list)
        for number in np.unique(np.linspace(0, len(held) - 1, films).astype(int)):
            radiograph = enlarged_film(held[number])
            try:
                anatomy = segmenter.segment(radiograph)
            except ChestNotFoundError:
                continue
            spine = anatomy.masks_image[Structure.SPINE]
            drawn = drawn_readings(held[number], radiograph, spine)
            for sign in meter.measure(radiograph, anatomy):
                place = sign.name, sign.side
                found[place].append((sign, drawn.get(place)))
        packs[pack.name] = {
            name.value + (f".{side}" if side else ""): figures_of(values)
            for (name, side), values in found.items()
        }
    return SignsFigures(packs=packs)


def enlarged_film(film: Film) -> Radiograph:
    """A film of a pack on a grid as fine as the app's."""
    small = radiograph_of(film)
    pixels = small.pixels.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
    rows, cols = pixels.shape
    return replace(small, pixels=pixels, source_shape=(rows, cols), source_spacing_mm=PIXEL_MM)


def drawn_readings(film: Film, radiograph: Radiograph, spine: BoolArray) -> dict[Place, Reading]:
    """The signs of the outline that was drawn by hand; empty without one."""
    if film.lung_mask is None or film.pack not in ("jsrt", "paediatric"):
        return {}
    rows, cols = radiograph.shape
    mask = read_grey(film.lung_mask).astype(np.float32)
    lungs = split_lungs(cv2.resize(mask, (cols, rows), interpolation=cv2.INTER_LINEAR) > 127)
    if lungs is None:
        return {}
    outline = dict(zip(Side, lungs, strict=True))
    chest = ChestOutline(lungs=outline, fields=outline, spine=spine, spacing_mm=PIXEL_MM)
    return {
        place: found
        for place, found in readings(chest).items()
        if isinstance(found, Reading) and _is_drawn(film.pack, *place)
    }


def _is_drawn(pack: str, name: SignName, side: Side | None) -> bool:
    """Whether a pack's masks hold what a sign is measured on."""
    if pack == "paediatric":  # the lung behind the heart too, so there is no border of the heart
        return name not in OF_THE_HEART
    # The fields of JSRT end at the heart: on the left there is no line under the whole dome.
    return not (name in DOMES and side is Side.LEFT)


def figures_of(values: list[tuple[Sign, Reading | None]]) -> SignFigures:
    """Spread and error of one sign."""
    measured = [sign.value for sign, _ in values if sign.value is not None]
    in_cm = values[0][0].unit is SignUnit.CM
    pairs = [
        (
            (sign.value - drawn.value) / drawn.span,
            (sign.low or 0.0) <= drawn.value <= (sign.high or 0.0),
        )
        for sign, drawn in values
        if sign.value is not None and drawn is not None
    ]
    away = np.array([difference for difference, _ in pairs])
    told = [] if in_cm or not measured else np.percentile(measured, PERCENTILES).tolist()
    return SignFigures(
        films=len(values),
        reasons=dict(Counter(sign.reason.value for sign, _ in values if sign.reason is not None)),
        percentiles=tuple(told),
        drawn=len(pairs),
        bias=float(away.mean()) if pairs else None,
        error=float(1.96 * np.sqrt((away**2).mean())) if pairs else None,
        covered=float(np.mean([inside for _, inside in pairs])) if pairs else None,
    )
