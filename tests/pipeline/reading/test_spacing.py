"""Pixel spacing: what is taken, in which plane, and what no chest radiograph can have."""

from typing import Any

import numpy as np
import pytest

from pipeline.presentation import notes_view, radiograph_facts
from pipeline.reading import FileReader
from pipeline.settings import Settings
from pipeline.types import Language, Radiograph, ReadingNote, SpacingPlane
from pipeline.words import words_of
from tests.fakes import fake_models, finished
from tests.pipeline.reading.crafted import dataset, saved

SIDE = 1000
PIXELS = np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))
DETECTOR, PATIENT = SpacingPlane.DETECTOR, SpacingPlane.PATIENT
REFUSED = ReadingNote.SPACING_IMPLAUSIBLE


def file(**elements: Any) -> bytes:
    return saved(dataset(PIXELS, bits=8, **elements))


def read(**elements: Any) -> Radiograph:
    return FileReader(Settings(working_side_px=SIDE)).read(file(**elements))


@pytest.mark.parametrize(
    ("elements", "mm", "plane"),
    [
        ({"PixelSpacing": [0.35, 0.35]}, 0.35, SpacingPlane.NOT_STATED),
        ({"ImagerPixelSpacing": [0.35, 0.35]}, 0.35, DETECTOR),
        ({"PixelSpacing": [0.35, 0.35], "ImagerPixelSpacing": [0.35, 0.35]}, 0.35, DETECTOR),
        # calibrated: the plane of the detector, to which published thresholds belong
        ({"PixelSpacing": [0.3, 0.3], "ImagerPixelSpacing": [0.33, 0.33]}, 0.33, DETECTOR),
        (
            {
                "PixelSpacing": [0.3, 0.3],
                "ImagerPixelSpacing": [0.33, 0.33],
                "EstimatedRadiographicMagnificationFactor": 1.1,
            },
            0.33,
            DETECTOR,
        ),
        (
            {"PixelSpacing": [0.3, 0.3], "PixelSpacingCalibrationType": "GEOMETRY"},
            0.3,
            PATIENT,
        ),
        (
            {
                "PixelSpacing": [0.3, 0.3],
                "PixelSpacingCalibrationType": "GEOMETRY",
                "EstimatedRadiographicMagnificationFactor": 1.1,
            },
            0.33,
            DETECTOR,
        ),
        # one of two is absurd: the other one is taken
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.35, 0.35]}, 0.35, DETECTOR),
        ({"PixelSpacing": [0.35, 0.35], "ImagerPixelSpacing": [35, 35]}, 0.35, "not_stated"),
    ],
)
def test_which_spacing_is_taken_and_in_which_plane(
    elements: dict[str, Any], mm: float, plane: SpacingPlane
) -> None:
    radiograph = read(**elements)
    assert radiograph.spacing_mm == pytest.approx((mm, mm))
    assert radiograph.spacing_plane == plane
    assert REFUSED not in radiograph.notes


@pytest.mark.parametrize(
    ("row_mm", "col_mm", "taken"),
    [
        (0.1, 0.1, True),  # 10 cm
        (0.0999, 0.0999, False),
        (0.6, 0.6, True),  # 60 cm
        (0.601, 0.601, False),
        (0.35, 0.355, True),
        (0.35, 0.37, False),
        (10, 10, False),
        (1e-300, 1e-300, False),
        (0, 0, False),
        (-0.3, -0.3, False),
        (0.35, 0, False),
    ],
)
def test_only_a_spacing_that_makes_a_chest_radiograph_is_taken(
    row_mm: float, col_mm: float, taken: bool
) -> None:
    radiograph = read(ImagerPixelSpacing=[row_mm, col_mm])
    assert (radiograph.spacing_mm is not None) == taken
    assert (REFUSED in radiograph.notes) != taken
    assert (radiograph.spacing_plane is DETECTOR) == taken


@pytest.mark.parametrize(
    ("pixel", "imager", "factor"),
    [
        (0.3, 0.2, None),  # the patient would be larger than his image
        (0.2, 0.5, None),  # no chest is magnified as much
        (0.3, 0.33, 1.4),  # another magnification than the one that is stated
    ],
)
def test_two_spacings_that_contradict_each_other_are_both_refused(
    pixel: float, imager: float, factor: float | None
) -> None:
    elements: dict[str, Any] = {"PixelSpacing": [pixel] * 2, "ImagerPixelSpacing": [imager] * 2}
    if factor is not None:
        elements["EstimatedRadiographicMagnificationFactor"] = factor
    radiograph = read(**elements)
    assert radiograph.spacing_mm is None
    assert REFUSED in radiograph.notes


def test_no_spacing_is_nothing_to_warn_of() -> None:
    assert REFUSED not in read().notes
    assert REFUSED not in read(PixelSpacing="").notes


def test_the_page_says_which_plane_or_that_none_is_plausible() -> None:
    words = words_of(Language.ENGLISH)
    taken, refused = read(ImagerPixelSpacing=[0.35] * 2), read(ImagerPixelSpacing=[10, 10])
    shown = [dict(radiograph_facts(words, one))["Pixel spacing"] for one in (taken, refused)]
    assert shown == [
        "0.35 × 0.35 mm, in the plane of the detector",
        "stated, but not plausible; areas are shares of the radiograph",
    ]
    case = finished(file(ImagerPixelSpacing=[10, 10]), fake_models(Settings()), Settings())
    view = notes_view(words, case)
    assert [code for code, _ in view.warnings] == [REFUSED]
    assert REFUSED not in [code for code, _ in view.notes]
