"""What a header says: what stops an examination, what qualifies its results."""

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from pipeline.errors import (
    BodyPartRefusedError,
    ExplainCxrError,
    LateralViewError,
    ModalityRefusedError,
)
from pipeline.reading import FileReader
from pipeline.settings import Settings
from pipeline.types import NOTHING_STATED, AgeGroup, Radiograph, ReadingNote, Sex, View
from tests.pipeline.reading.crafted import dataset, picture, ramp, saved

CHILD, ADULT = AgeGroup.CHILD, AgeGroup.ADULT


def read(**elements: Any) -> Radiograph:
    return FileReader(Settings()).read(saved(dataset(ramp(), bits=8, **elements)))


def refusal(kind: type[ExplainCxrError], **elements: Any) -> ExplainCxrError:
    with pytest.raises(kind) as error:
        read(**elements)
    return error.value


def view_code(value: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "a view"
    return item


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "MG", "PT", "RTIMAGE"])
def test_another_modality_is_refused_and_named(modality: str) -> None:
    error = refusal(ModalityRefusedError, Modality=modality)
    assert (error.code, error.parameters) == ("header_modality", {"modality": modality})


def test_the_storage_class_says_so_where_the_modality_is_missing() -> None:
    error = refusal(ModalityRefusedError, SOPClassUID="1.2.840.10008.5.1.4.1.1.2")
    assert error.parameters == {"modality": "CT"}


@pytest.mark.parametrize("modality", ["DX", "CR", "RG", "OT", "", "ANYTHING"])
def test_radiography_and_what_is_not_known_pass(modality: str) -> None:
    assert ReadingNote.MODALITY_UNUSUAL not in read(Modality=modality).notes


def test_fluoroscopy_is_warned_of() -> None:
    assert ReadingNote.MODALITY_UNUSUAL in read(Modality="RF").notes


@pytest.mark.parametrize(
    "elements",
    [
        {"ViewPosition": "LL"},
        {"ViewPosition": "RL"},
        {"ViewPosition": "LATERAL"},
        {"ViewPosition": "rlo"},
        {"ViewCodeSequence": [view_code("399173006")]},
        {"ViewCodeSequence": [view_code("R-10232")]},
        {"PatientOrientation": ["A", "F"]},
        {"PatientOrientation": ["P", "F"]},
    ],
)
def test_a_lateral_view_is_refused(elements: dict[str, Any]) -> None:
    assert refusal(LateralViewError, **elements).code == "header_lateral"


@pytest.mark.parametrize(
    ("elements", "view"),
    [
        ({"ViewPosition": "PA"}, View.PA),
        ({"ViewPosition": "AP"}, View.AP),
        ({"ViewPosition": "LLD"}, View.LYING),
        ({"ViewCodeSequence": [view_code("272479007")]}, View.PA),
        ({"ViewCodeSequence": [view_code("R-10206")]}, View.AP),
        ({"ViewPosition": "SOMEHOW"}, None),
        ({}, None),
    ],
)
def test_the_view_is_kept(elements: dict[str, Any], view: View | None) -> None:
    radiograph = read(**elements)
    assert radiograph.facts.view == view
    assert (ReadingNote.VIEW_UNUSUAL in radiograph.notes) == (view is View.LYING)


@pytest.mark.parametrize("part", ["KNEE", "HAND", "Skull", "UP_EXM", "TIBIA FIBULA"])
def test_a_distant_part_of_the_body_is_refused(part: str) -> None:
    error = refusal(BodyPartRefusedError, BodyPartExamined=part)
    assert error.code == "header_body_part"
    assert str(error.parameters["part"]).isupper()


@pytest.mark.parametrize(
    ("part", "warned"),
    [("CHEST", False), ("", False), ("LUNG", False), ("BRUST", False), ("SHOULDER", True)],
)
def test_a_neighbouring_part_is_only_warned_of(part: str, warned: bool) -> None:
    assert (ReadingNote.BODY_PART_UNUSUAL in read(BodyPartExamined=part).notes) == warned


@pytest.mark.parametrize(
    ("elements", "group"),
    [
        ({"PatientAge": "004Y"}, CHILD),
        ({"PatientAge": "017Y"}, CHILD),
        ({"PatientAge": "018Y"}, ADULT),
        ({"PatientAge": "011M"}, CHILD),
        ({"PatientAge": "900W"}, CHILD),
        ({"PatientAge": "nonsense"}, None),
        ({"PatientBirthDate": "20020306", "StudyDate": "20200305"}, CHILD),
        ({"PatientBirthDate": "20020305", "StudyDate": "20200305"}, ADULT),
        ({"PatientBirthDate": "20020305", "AcquisitionDate": "20190101"}, CHILD),
        ({"PatientBirthDate": "20300101", "StudyDate": "20200101"}, None),
        ({"PatientBirthDate": "19500101"}, None),
        ({}, None),
    ],
)
def test_age_is_kept_as_child_or_adult_and_no_closer(
    elements: dict[str, Any], group: AgeGroup | None
) -> None:
    radiograph = read(**elements)
    assert radiograph.facts.age_group == group
    assert (ReadingNote.CHILD in radiograph.notes) == (group is CHILD)
    assert radiograph.facts.fits_thresholds == (group is not CHILD)


def test_sex_is_kept_where_it_is_one_that_thresholds_know() -> None:
    assert [read(PatientSex=sex).facts.sex for sex in ("F", "M", "O", "")] == [
        Sex.FEMALE,
        Sex.MALE,
        None,
        None,
    ]


def test_a_picture_states_nothing() -> None:
    from PIL import Image

    radiograph = FileReader(Settings()).read(picture(Image.fromarray(ramp())))
    assert radiograph.facts == NOTHING_STATED
    assert radiograph.facts.fits_thresholds


# --- padding and the shape of pixels --------------------------------------------------------------

INNER = np.linspace(500, 3500, 64 * 64).astype(np.uint16).reshape(64, 64)
PADDED = np.pad(INNER, 32, constant_values=4095)


def pixels_of(pixels: np.ndarray, photometric: str = "MONOCHROME2", **elements: Any) -> Radiograph:
    made = dataset(pixels, photometric, bits=12, **elements)
    return FileReader(Settings()).read(saved(made))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_padded_border_is_black_and_changes_nothing_inside(photometric: str) -> None:
    plain = pixels_of(INNER, photometric)
    padded = pixels_of(PADDED, photometric, PixelPaddingValue=4095)
    assert ReadingNote.PADDING_BLACKENED in padded.notes
    np.testing.assert_array_equal(padded.pixels[32:-32, 32:-32], plain.pixels)
    border = padded.pixels.copy()
    border[32:-32, 32:-32] = 0
    assert border.max() == 0


def test_a_range_of_padding_values_and_a_negative_one_are_known() -> None:
    ranged = np.pad(INNER, 32, constant_values=4000)
    found = pixels_of(ranged, PixelPaddingValue=3900, PixelPaddingRangeLimit=4095)
    assert found.pixels[:32].max() == 0
    signed = np.pad(INNER.astype(np.int16), 32, constant_values=-2000)
    made = dataset(signed, bits=16)
    made.add_new("PixelPaddingValue", "US", 65536 - 2000)  # written without its sign
    radiograph = FileReader(Settings()).read(saved(made))
    np.testing.assert_array_equal(radiograph.pixels[32:-32, 32:-32], pixels_of(INNER).pixels)


def test_a_padding_value_inside_the_image_is_a_pixel() -> None:
    pixels = INNER.copy()
    pixels[20:30, 20:30] = 3500
    radiograph = pixels_of(np.pad(pixels, 32, constant_values=4095), PixelPaddingValue=3500)
    assert ReadingNote.PADDING_BLACKENED not in radiograph.notes
    assert radiograph.pixels[57, 57] > 0.5


def test_pixels_that_are_not_square_are_shown_in_true_proportions() -> None:
    circle = np.zeros((100, 200), np.uint8)  # pixels twice as high as wide
    rows, cols = np.mgrid[:100, :200]
    circle[(2 * rows - 100) ** 2 + (cols - 100) ** 2 < 80**2] = 255
    made = dataset(circle, bits=8, PixelAspectRatio=[2, 1], ImagerPixelSpacing=[2.0, 1.0])
    radiograph = FileReader(Settings()).read(saved(made))
    assert radiograph.shape == (200, 200)
    assert radiograph.spacing_mm == (1.0, 1.0)
    assert radiograph.source_shape == (100, 200)
    assert ReadingNote.PIXELS_SQUARED in radiograph.notes
    bright = radiograph.pixels > 0.5
    assert np.ptp(np.flatnonzero(bright.any(axis=0))) == pytest.approx(158, abs=2)
    assert np.ptp(np.flatnonzero(bright.any(axis=1))) == pytest.approx(158, abs=4)


@pytest.mark.parametrize("ratio", [[1, 1], [0, 1], [1000, 1]])
def test_an_absurd_ratio_is_passed_over(ratio: list[int]) -> None:
    assert read(PixelAspectRatio=ratio).shape == (64, 64)
