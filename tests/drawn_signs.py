"""Signs for a film of 200 x 200 pixels: one of each kind that is told apart."""

from pipeline.types import (
    Side,
    Sign,
    SignLine,
    SignName,
    SignPart,
    SignReason,
    SignThreshold,
    SignUnit,
)

FLAT = SignThreshold(
    value=1.5, above=False, for_hyperinflation=True, source="pratt_1987", citation="Pratt 1987."
)
LARGE = SignThreshold(
    value=0.5, above=True, for_hyperinflation=False, source="danzer_1919", citation="Danzer 1919."
)
NARROW = SignThreshold(
    value=11.5, above=False, for_hyperinflation=True, source="burki_1980", citation="Burki 1980."
)
SIGNS = (
    Sign(
        name=SignName.DOME_HEIGHT,
        side=Side.RIGHT,
        unit=SignUnit.CM,
        value=0.84,
        low=0.31,
        high=1.37,
        threshold=FLAT,
        lines=(
            SignLine(part=SignPart.DIAPHRAGM, points=((150.0, 25.0), (150.0, 85.0))),
            SignLine(part=SignPart.DIAPHRAGM, points=((150.0, 55.0), (140.0, 55.0))),
        ),
    ),
    Sign(
        name=SignName.DOME_HEIGHT,
        side=Side.LEFT,
        unit=SignUnit.CM,
        reason=SignReason.DIAPHRAGM_HIDDEN,
    ),
    Sign(
        name=SignName.COSTOPHRENIC_ANGLE,
        side=Side.LEFT,
        unit=SignUnit.DEGREES,
        value=41.4,
        low=25.2,
        high=57.6,
    ),
    Sign(
        name=SignName.CARDIOTHORACIC_RATIO,
        side=None,
        unit=SignUnit.RATIO,
        value=0.52,
        low=0.47,
        high=0.57,
        threshold=LARGE,
        lines=(SignLine(part=SignPart.HEART, points=((110.0, 70.0), (110.0, 100.0))),),
    ),
    Sign(
        name=SignName.HEART_WIDTH,
        side=None,
        unit=SignUnit.CM,
        value=13.0,
        low=12.0,
        high=14.0,
        threshold=NARROW,
    ),
)
