"""Morphometry: the measurements of one chest, with intervals and published thresholds."""

import math
from collections.abc import Mapping, Sequence

from pipeline.errors import ChestNotFoundError, SettingRefusedError
from pipeline.types import (
    NOTHING_STATED,
    Anatomy,
    BoolArray,
    FloatArray,
    HeaderFacts,
    Measurement,
    MeasurementLine,
    MeasurementReason,
    Radiograph,
    Side,
    Structure,
)
from pipeline.validation import Flaw
from segmentation.chest_outline import ChestOutline
from segmentation.measurement_settings import (
    MEASUREMENTS_FILE,
    MeasurementRule,
    MeasurementSettings,
    load_measurement_settings,
)
from segmentation.measurements import MEASUREMENTS, Place, Reading, readings
from segmentation.segmenter import DeepLabSegmenter, enlarged, structures

LOGIT_OF_80_PERCENT = math.log(0.8 / 0.2)

Readings = Mapping[Place, Reading | MeasurementReason]


class OutlineMorphometer:
    """Measures the outlines that the app shows, and how far they might lie elsewhere.

    The interval of a measurement has two parts, added as independent errors: how much it changes
    where the outline is drawn at 20 or 80 % of the network's certainty instead of 50 %, which is
    this radiograph's own doubt, and how far the measurements of the network's outlines lay from
    those of outlines drawn by hand, which is measured once (`python -m bench measurements`) and
    stands in `measurements.toml`.
    """

    def __init__(
        self, segmenter: DeepLabSegmenter, settings: MeasurementSettings | None = None
    ) -> None:
        """Prepare.

        Args:
            segmenter: Whose network is asked again, for the heart's border and the doubt.
            settings: Thresholds and errors; those of the package if `None`.

        Raises:
            SettingRefusedError: They cannot be used, or are not of the measurements that are read
                off a chest.
        """
        self._segmenter = segmenter
        self._settings = settings or load_measurement_settings()
        _check_complete(self._settings)

    def measure(self, radiograph: Radiograph, anatomy: Anatomy) -> tuple[Measurement, ...]:
        """Measure one radiograph."""
        logits_model = self._segmenter.logits_model(radiograph)
        spine = anatomy.masks_image[Structure.SPINE]
        masks = measured(anatomy.masks_image, anatomy.hidden_image)
        shown = readings(chest_of(masks, spine, logits_model, radiograph))
        doubtful: list[Readings] = []
        for level in (-LOGIT_OF_80_PERCENT, LOGIT_OF_80_PERCENT):
            try:
                masks = measured(*structures(logits_model, radiograph.shape, level))
            except ChestNotFoundError:
                doubtful.append(dict.fromkeys(shown, MeasurementReason.OUTLINE_UNSURE))
                continue
            doubtful.append(readings(chest_of(masks, spine, logits_model, radiograph, level)))
        pixel = radiograph.spacing_mm or (1.0, 1.0)
        return tuple(
            measurement_of(
                place,
                found,
                [other[place] for other in doubtful],
                self._settings.rules[place[0]],
                pixel,
                facts=radiograph.facts,
            )
            for place, found in shown.items()
        )


def _check_complete(settings: MeasurementSettings) -> None:
    """Whether settings and geometry know the same measurements."""
    known = " | ".join(MEASUREMENTS)
    for name in sorted(MEASUREMENTS.keys() ^ settings.rules.keys()):
        flaw = Flaw(
            field=f"measurements.{name}",
            problem="missing" if name in MEASUREMENTS else "unknown",
            allowed=known,
        )
        raise SettingRefusedError(source=MEASUREMENTS_FILE.name, **flaw.parameters)


def measured(
    masks: Mapping[Structure, BoolArray], hidden: BoolArray | None
) -> Mapping[Structure, BoolArray]:
    """The structures to measure: lungs without what the heart's outline alone tells of them.

    Its lower border is the heart's, and no diaphragm.
    """
    if hidden is None:
        return masks
    lungs = (Structure.RIGHT_LUNG, Structure.LEFT_LUNG)
    return {**masks, **{lung: masks[lung] & ~hidden for lung in lungs}}


def chest_of(
    masks: Mapping[Structure, BoolArray],
    spine: BoolArray,
    logits_model: FloatArray,
    radiograph: Radiograph,
    level: float = 0.0,
) -> ChestOutline:
    """The outlines to measure, of which the fields are asked of the network.

    Args:
        masks: The lungs and the heart, as of `measured`.
        spine: The spine as shown; where the network is less sure of it does not matter.
        logits_model: The network's answer for the radiograph.
        radiograph: The radiograph.
        level: The logit that the lungs were outlined at.
    """
    fields = enlarged(logits_model, radiograph.shape, ("right_field", "left_field"), level)
    return ChestOutline(
        lungs={
            Side.RIGHT: masks[Structure.RIGHT_LUNG],
            Side.LEFT: masks[Structure.LEFT_LUNG],
        },
        fields={Side.RIGHT: fields["right_field"], Side.LEFT: fields["left_field"]},
        heart=masks[Structure.HEART],
        spine=spine,
        spacing_mm=radiograph.spacing_mm,
    )


def measurement_of(
    place: Place,
    found: Reading | MeasurementReason,
    doubtful: Sequence[Reading | MeasurementReason],
    rule: MeasurementRule,
    pixel: tuple[float, float],
    *,
    facts: HeaderFacts = NOTHING_STATED,
) -> Measurement:
    """Put a reading beside its threshold and give it an interval.

    Args:
        place: Which measurement of which side.
        found: What the outline shown gives.
        doubtful: What the outlines give that lie at the edges of the network's certainty.
        rule: The measurement's settings.
        pixel: Height and width of a pixel in the readings' unit of length.
        facts: Of the patient, for the threshold.
    """
    name, side = place
    values = [other.value for other in doubtful if isinstance(other, Reading)]
    if isinstance(found, Reading) and len(values) < len(doubtful):
        cut_off = MeasurementReason.CUT_OFF in doubtful
        found = MeasurementReason.CUT_OFF if cut_off else MeasurementReason.OUTLINE_UNSURE
    threshold = rule.threshold_of(side, facts)
    if isinstance(found, MeasurementReason):
        return Measurement(name=name, side=side, unit=rule.unit, threshold=threshold, reason=found)
    error = rule.errors[side] * found.span
    below = found.value - min(found.value, *values)
    above = max(found.value, *values) - found.value
    return Measurement(
        name=name,
        side=side,
        unit=rule.unit,
        value=found.value,
        low=max(0.0, found.value - math.hypot(below, error)),
        high=found.value + math.hypot(above, error),
        threshold=threshold,
        lines=tuple(
            MeasurementLine(
                part=part, points=tuple((float(y) / pixel[0], float(x) / pixel[1]) for x, y in line)
            )
            for part, line in found.lines
        ),
    )
