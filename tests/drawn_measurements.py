"""Measurements for a radiograph of 200 x 200 pixels: one of each kind."""

from pipeline.types import (
    Measurement,
    MeasurementLine,
    MeasurementPart,
    MeasurementReason,
    MeasurementThreshold,
    MeasurementUnit,
    Side,
)

FLAT = MeasurementThreshold(
    value=1.5, above=False, for_hyperinflation=True, source="pratt_1987", citation="Pratt 1987."
)
LARGE = MeasurementThreshold(
    value=0.5, above=True, for_hyperinflation=False, source="danzer_1919", citation="Danzer 1919."
)
NARROW = MeasurementThreshold(
    value=11.5, above=False, for_hyperinflation=True, source="burki_1980", citation="Burki 1980."
)
MEASUREMENTS = (
    Measurement(
        name="dome_height",
        side=Side.RIGHT,
        unit=MeasurementUnit.CM,
        value=0.84,
        low=0.31,
        high=1.37,
        threshold=FLAT,
        lines=(
            MeasurementLine(part=MeasurementPart.DIAPHRAGM, points=((150.0, 25.0), (150.0, 85.0))),
            MeasurementLine(part=MeasurementPart.DIAPHRAGM, points=((150.0, 55.0), (140.0, 55.0))),
        ),
    ),
    Measurement(
        name="dome_height",
        side=Side.LEFT,
        unit=MeasurementUnit.CM,
        reason=MeasurementReason.DIAPHRAGM_HIDDEN,
    ),
    Measurement(
        name="costophrenic_angle",
        side=Side.LEFT,
        unit=MeasurementUnit.DEGREES,
        value=41.4,
        low=25.2,
        high=57.6,
    ),
    Measurement(
        name="cardiothoracic_ratio",
        side=None,
        unit=MeasurementUnit.RATIO,
        value=0.52,
        low=0.47,
        high=0.57,
        threshold=LARGE,
        lines=(
            MeasurementLine(part=MeasurementPart.HEART, points=((110.0, 70.0), (110.0, 100.0))),
        ),
    ),
    Measurement(
        name="heart_width",
        side=None,
        unit=MeasurementUnit.CM,
        value=13.0,
        low=12.0,
        high=14.0,
        threshold=NARROW,
    ),
)
