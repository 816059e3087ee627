"""The signs of hyperinflation of one film: measured, with an interval, beside their thresholds."""

import math
from collections.abc import Mapping, Sequence

from pipeline.errors import ChestNotFoundError
from pipeline.types import (
    Anatomy,
    BoolArray,
    FloatArray,
    Radiograph,
    Side,
    Sign,
    SignLine,
    SignReason,
    Structure,
)
from segmentation.chest_outline import ChestOutline
from segmentation.network import OUTPUTS
from segmentation.segmenter import DeepLabSegmenter, enlarged, structures
from segmentation.sign_settings import SignRule, SignSettings, load_sign_settings
from segmentation.signs import Place, Reading, readings

LOGIT_OF_80_PERCENT = math.log(0.8 / 0.2)

Readings = Mapping[Place, Reading | SignReason]


class OutlineSignMeter:
    """Measures the outlines that the app shows, and how far they might lie elsewhere.

    The interval of a sign has two parts, added as independent errors: how much it changes where
    the outline is drawn at 20 or 80 % of the network's certainty instead of 50 %, which is this
    film's own doubt, and how far the signs of the network's outlines lay from those of outlines
    drawn by hand, which is measured once (`python -m bench signs`) and stands in `signs.toml`.
    """

    def __init__(self, segmenter: DeepLabSegmenter, settings: SignSettings | None = None) -> None:
        """Prepare.

        Args:
            segmenter: Whose network is asked again, for the heart's border and the doubt.
            settings: Thresholds and errors; those of the package if `None`.

        Raises:
            SettingsError: The package's settings cannot be used.
        """
        self._segmenter = segmenter
        self._settings = settings or load_sign_settings()

    def measure(self, radiograph: Radiograph, anatomy: Anatomy) -> tuple[Sign, ...]:
        """Measure one film."""
        logits_model = self._segmenter.logits_model(radiograph)
        spine = anatomy.masks_image[Structure.SPINE]
        shown = readings(chest_of(anatomy.masks_image, spine, logits_model, radiograph))
        doubtful: list[Readings] = []
        for level in (-LOGIT_OF_80_PERCENT, LOGIT_OF_80_PERCENT):
            try:
                masks = structures(logits_model, radiograph.shape, level)
            except ChestNotFoundError:
                doubtful.append(dict.fromkeys(shown, SignReason.OUTLINE_UNSURE))
                continue
            doubtful.append(readings(chest_of(masks, spine, logits_model, radiograph, level)))
        pixel = radiograph.spacing_mm or (1.0, 1.0)
        return tuple(
            sign_of(
                place,
                found,
                [other[place] for other in doubtful],
                self._settings.rules[place[0]],
                pixel,
            )
            for place, found in shown.items()
        )


def chest_of(
    masks: Mapping[Structure, BoolArray],
    spine: BoolArray,
    logits_model: FloatArray,
    radiograph: Radiograph,
    level: float = 0.0,
) -> ChestOutline:
    """The outlines to measure, of which the fields are asked of the network.

    Args:
        masks: The lungs.
        spine: The spine as shown; where the network is less sure of it does not matter.
        logits_model: The network's answer for the film.
        radiograph: The film.
        level: The logit that the lungs were outlined at.
    """
    found = enlarged(logits_model, radiograph.shape, level)
    return ChestOutline(
        lungs={
            Side.RIGHT: masks[Structure.RIGHT_LUNG],
            Side.LEFT: masks[Structure.LEFT_LUNG],
        },
        fields={
            Side.RIGHT: found[OUTPUTS.index("right_field")],
            Side.LEFT: found[OUTPUTS.index("left_field")],
        },
        spine=spine,
        spacing_mm=radiograph.spacing_mm,
    )


def sign_of(
    place: Place,
    found: Reading | SignReason,
    doubtful: Sequence[Reading | SignReason],
    rule: SignRule,
    pixel: tuple[float, float],
) -> Sign:
    """Put a reading beside its threshold and give it an interval.

    Args:
        place: Which sign of which side.
        found: What the outline shown gives.
        doubtful: What the outlines give that lie at the edges of the network's certainty.
        rule: The sign's settings.
        pixel: Height and width of a pixel in the readings' unit of length.
    """
    name, side = place
    values = [other.value for other in doubtful if isinstance(other, Reading)]
    if isinstance(found, Reading) and len(values) < len(doubtful):
        cut_off = SignReason.CUT_OFF in doubtful
        found = SignReason.CUT_OFF if cut_off else SignReason.OUTLINE_UNSURE
    threshold = rule.threshold_of(side)
    if isinstance(found, SignReason):
        return Sign(name=name, side=side, unit=rule.unit, threshold=threshold, reason=found)
    error = rule.errors[side] * found.span
    below = found.value - min(found.value, *values)
    above = max(found.value, *values) - found.value
    return Sign(
        name=name,
        side=side,
        unit=rule.unit,
        value=found.value,
        low=max(0.0, found.value - math.hypot(below, error)),
        high=found.value + math.hypot(above, error),
        threshold=threshold,
        lines=tuple(
            SignLine(
                part=part, points=tuple((float(y) / pixel[0], float(x) / pixel[1]) for x, y in line)
            )
            for part, line in found.lines
        ),
    )
