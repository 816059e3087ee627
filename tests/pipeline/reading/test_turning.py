"""A radiograph that its reader has turned: pixels, places, spacing, sides, and what is said."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.presentation import notes_view
from pipeline.reading.adjust import adjusted, adjustments, blanked, turned
from pipeline.settings import Settings, load_settings
from pipeline.types import Box, ImageFormat, Language, Radiograph, ReadingNote, Sides, Turned
from pipeline.words import words_of
from tests.fakes import fake_models, finished
from tests.pipeline.reading.test_sides import chest, read

STORED = np.arange(12, dtype=np.float32).reshape(3, 4) / 12


def radiograph(pixels: NDArray[np.float32], **changes: object) -> Radiograph:
    rows, cols = pixels.shape
    fields: dict[str, object] = {
        "pixels": pixels,
        "sha256": "ab" * 32,
        "format": ImageFormat.DICOM,
        "source_shape": (rows, cols),
    }
    return Radiograph(**{**fields, **changes})  # type: ignore[arg-type]


def as_turned(stored: NDArray[np.float32], how: Turned) -> NDArray[np.float32]:
    grey = stored.T if how.transposed else stored
    grey = grey[::-1] if how.rows_reversed else grey
    return grey[:, ::-1] if how.cols_reversed else grey


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize(
    "before", [Turned(), Turned(transposed=True), Turned(rows_reversed=True, cols_reversed=True)]
)
def test_how_the_stored_pixels_lie_is_kept_for_other_programs(before: Turned, degrees: int) -> None:
    shown = np.ascontiguousarray(as_turned(STORED, before))
    found = turned(radiograph(shown, turned=before), degrees)
    np.testing.assert_array_equal(found.pixels, np.rot90(shown, -degrees // 90))
    np.testing.assert_array_equal(found.pixels, as_turned(STORED, found.turned))


def test_places_and_spacing_turn_with_the_picture() -> None:
    pixels = np.zeros((60, 100), np.float32)
    pixels[10:20, 70:90] = 1
    place = Box(top=10, bottom=20, left=70, right=90)
    whole = radiograph(pixels, source_shape=(600, 1000), source_spacing_mm=(0.2, 0.1))
    whole = blanked(whole, (place,), by_reader=True)
    found = turned(whole, 90)
    (box,) = found.blanked_by_reader
    assert box == Box(top=70, bottom=90, left=40, right=50)
    assert np.rot90(pixels, -1)[box.slices].min() == 1
    assert found.source_shape == (1000, 600)
    assert found.spacing_mm == pytest.approx(whole.spacing_mm[::-1])  # type: ignore[index]


def test_a_turned_picture_is_said_to_be_so_and_a_whole_turn_is_none() -> None:
    found = turned(radiograph(STORED), 90)
    assert found.turned_by_reader == 90
    assert found.notes == (ReadingNote.TURNED_BY_READER,)
    assert adjustments(found) == {"turned": "by the reader, 90 degrees clockwise"}
    again = turned(found, 270)
    np.testing.assert_array_equal(again.pixels, STORED)
    assert (again.turned_by_reader, again.notes, adjustments(again)) == (0, (), {})
    assert turned(found, 0) is found


def test_letters_are_read_in_the_picture_as_it_lies_now() -> None:
    lying = read(np.ascontiguousarray(np.rot90(chest(("L", 340)))))
    assert lying.sides.letters is None
    upright = turned(lying, 90)
    assert upright.sides.letters is True
    upside_down = read(np.ascontiguousarray(np.rot90(chest(("L", 40)), 2)))
    wrong = turned(upside_down, 180)
    assert ReadingNote.SIDE_LETTER_CONFLICT in wrong.notes


def test_a_header_that_said_how_the_picture_lies_is_contradicted() -> None:
    found = turned(radiograph(STORED, sides=Sides(header=True)), 180)
    assert found.sides.header is False
    assert ReadingNote.SIDE_HEADER_CONFLICT in found.notes


def test_the_setting_turns_before_anything_is_outlined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLAINCXR_TURN", "90")
    settings = load_settings()
    assert adjusted(radiograph(STORED), settings).turned_by_reader == 90
    from PIL import Image

    from tests.pipeline.reading.crafted import picture

    file = picture(Image.fromarray(np.rot90(chest()).copy()))
    case = finished(file, fake_models(Settings()), settings)
    assert case.provenance["turned"] == "by the reader, 90 degrees clockwise"
    codes = [code for code, _ in notes_view(words_of(Language.ENGLISH), case).notes]
    assert "turned_by_reader" in codes
