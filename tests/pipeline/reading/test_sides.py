"""Right and left: the header's orientation, letters in the pixels, and where they disagree."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.pictures.fonts import font_file
from pipeline.presentation import notes_view, sides_note
from pipeline.reading import FileReader
from pipeline.reading.adjust import mirrored
from pipeline.reading.marks.side_letters import side_letters
from pipeline.settings import ROOT, Settings
from pipeline.types import Language, Radiograph, ReadingNote, Side, SideEvidence
from pipeline.words import words_of
from tests.fakes import fake_models, finished
from tests.pipeline.reading.crafted import dataset, picture, saved

CONFLICT, MIRRORED = ReadingNote.SIDE_LETTER_CONFLICT, ReadingNote.SIDE_LETTER_MIRRORED
REVERSED, HEADER = ReadingNote.SIDE_LETTER_REVERSED, ReadingNote.SIDE_HEADER_CONFLICT
DATA = Path(os.environ.get("EXPLAINCXR_DATA", ROOT.parent / "shared" / "data"))
RIGHT_X, LEFT_X = 40, 340  # where the patient's sides are in the picture


def chest(*letters: tuple[str, int], size: int = 400) -> NDArray[np.uint8]:
    """A grey picture, darker where lungs are, with letters at columns; `*` reverses one."""
    rows, cols = np.mgrid[:size, :size]
    grey = 90 + 60 * np.exp(-((cols - size / 2) ** 2) / 4000)
    for middle in (120, 280):
        grey -= 60 * np.exp(-((cols - middle) ** 2) / 3000 - (rows - 220) ** 2 / 9000)
    image = Image.fromarray(grey.astype(np.uint8))
    for text, x in letters:
        plate = Image.new("L", (26, 30))
        font = ImageFont.truetype(font_file(bold=True), 24)
        ImageDraw.Draw(plate).text((4, 0), text[0], font=font, fill=235)
        letter = np.array(plate)[:, ::-1] if text.endswith("*") else np.array(plate)
        image.paste(235, (x, 30), Image.fromarray(np.ascontiguousarray(letter)))
    return np.array(image)


def read(pixels: NDArray[np.uint8]) -> Radiograph:
    return FileReader(Settings()).read(picture(Image.fromarray(pixels)))


def read_dicom(pixels: NDArray[np.uint8], orientation: list[str]) -> Radiograph:
    made = dataset(np.ascontiguousarray(pixels), bits=8, PatientOrientation=orientation)
    return FileReader(Settings()).read(saved(made))


def notes_of_sides(radiograph: Radiograph) -> set[ReadingNote]:
    return {note for note in radiograph.notes if note.is_of_sides}


@pytest.mark.parametrize(
    ("letters", "evidence", "notes"),
    [
        ([], SideEvidence.ASSUMED, set()),
        ([("R", RIGHT_X)], SideEvidence.LETTER, set()),
        ([("L", LEFT_X)], SideEvidence.LETTER, set()),
        ([("R", RIGHT_X), ("L", LEFT_X)], SideEvidence.LETTER, set()),
        ([("R", LEFT_X)], SideEvidence.CONTRADICTED, {CONFLICT}),
        ([("L", RIGHT_X)], SideEvidence.CONTRADICTED, {CONFLICT}),
        ([("R", RIGHT_X), ("R", LEFT_X)], SideEvidence.CONTRADICTED, {CONFLICT}),
        ([("R*", LEFT_X)], SideEvidence.CONTRADICTED, {MIRRORED}),
        ([("L*", RIGHT_X)], SideEvidence.CONTRADICTED, {MIRRORED}),
        ([("L*", LEFT_X)], SideEvidence.LETTER, {REVERSED}),
    ],
)
def test_letters_say_whether_the_sides_are_right(
    letters: list[tuple[str, int]], evidence: SideEvidence, notes: set[ReadingNote]
) -> None:
    radiograph = read(chest(*letters))
    assert radiograph.sides.evidence is evidence
    assert notes_of_sides(radiograph) == notes


@pytest.mark.parametrize("text", ["B", "8", "A", "P", "E", "J", "7"])
def test_other_letters_name_no_side(text: str) -> None:
    assert read(chest((text, LEFT_X), (text, RIGHT_X))).sides.evidence is SideEvidence.ASSUMED


def test_the_letters_of_a_word_name_no_side() -> None:
    word = [(letter, 300 + 20 * index) for index, letter in enumerate("RLR")]
    assert read(chest(*word)).sides.evidence is SideEvidence.ASSUMED


def test_a_letter_is_found_where_it_stands() -> None:
    (letter,) = side_letters(read(chest(("R", RIGHT_X))).pixels)
    assert (letter.side, letter.on, letter.reversed) == (Side.RIGHT, Side.RIGHT, False)
    assert (letter.box.left, letter.box.top) == pytest.approx((RIGHT_X + 6, 35), abs=4)


MARKED = chest(("R", RIGHT_X))  # as it should be seen
FROM_LEFT = MARKED[:, ::-1]


@pytest.mark.parametrize(
    ("stored", "orientation"),
    [
        (MARKED, ["L", "F"]),
        (FROM_LEFT, ["R", "F"]),
        (MARKED[::-1], ["L", "H"]),
        (MARKED[::-1, ::-1], ["R", "H"]),
        (MARKED.T, ["F", "L"]),
        (MARKED[:, ::-1].T, ["F", "R"]),
        (MARKED[::-1].T, ["H", "L"]),
        (MARKED[::-1, ::-1].T, ["H", "R"]),
    ],
)
def test_the_header_turns_the_picture_as_it_should_be_seen(
    stored: NDArray[np.uint8], orientation: list[str]
) -> None:
    radiograph = read_dicom(stored, orientation)
    np.testing.assert_array_equal(radiograph.pixels, read(MARKED).pixels)
    assert radiograph.sides.evidence is SideEvidence.LETTER
    assert notes_of_sides(radiograph) == set()
    assert (ReadingNote.ROTATED in radiograph.notes) == (orientation[1] != "F")


def test_a_header_alone_is_evidence_and_says_what_was_mirrored() -> None:
    as_stored = read_dicom(chest(), ["L", "F"])
    turned = read_dicom(chest(), ["R", "F"])
    assert as_stored.sides.evidence is turned.sides.evidence is SideEvidence.HEADER
    assert ReadingNote.MIRRORED_BY_HEADER in turned.notes
    assert ReadingNote.MIRRORED_BY_HEADER not in as_stored.notes
    np.testing.assert_array_equal(turned.pixels, as_stored.pixels[:, ::-1])


def test_spacing_turns_with_the_picture() -> None:
    made = dataset(np.ascontiguousarray(chest().T), bits=8, PatientOrientation=["F", "L"])
    made.ImagerPixelSpacing = [1.0, 0.98]
    assert FileReader(Settings()).read(saved(made)).spacing_mm == (0.98, 1.0)


def test_a_letter_stops_the_header_from_mirroring_the_picture() -> None:
    radiograph = read_dicom(MARKED, ["R", "F"])
    np.testing.assert_array_equal(radiograph.pixels, read(MARKED).pixels)
    assert notes_of_sides(radiograph) == {HEADER}
    assert radiograph.sides.evidence is SideEvidence.CONTRADICTED


@pytest.mark.parametrize(
    "orientation", [["L"], ["LF", "F"], ["X", "Y"], ["L", "R"], ["F", "H"], ""]
)
def test_an_orientation_that_no_frontal_view_has_is_passed_over(orientation: Any) -> None:
    assert read_dicom(MARKED, orientation).sides.header is None


def test_the_reader_exchanges_the_sides_and_everything_follows() -> None:
    wrong = read(FROM_LEFT)
    assert notes_of_sides(wrong) == {MIRRORED}
    right = mirrored(wrong)
    np.testing.assert_array_equal(right.pixels, read(MARKED).pixels)
    assert right.sides.evidence is SideEvidence.LETTER
    assert notes_of_sides(right) == {ReadingNote.MIRRORED_BY_READER}
    again = mirrored(right)
    assert (again.sides, again.notes) == (wrong.sides, wrong.notes)
    assumed = mirrored(read(chest()))
    assert assumed.sides.evidence is SideEvidence.READER


@pytest.mark.parametrize("language", list(Language))
def test_a_contradiction_is_warned_of_on_the_page(language: Language) -> None:
    words = words_of(language)
    case = finished(picture(Image.fromarray(FROM_LEFT)), fake_models(Settings()), Settings())
    assert [code for code, _ in notes_view(words, case).warnings] == [MIRRORED]
    assert sides_note(words, case.radiograph) == words("radiograph.sides.contradicted")


@pytest.mark.skipif(not (DATA / "shenzhen").is_dir(), reason="the radiographs are not there")
def test_letters_of_real_radiographs_are_read_right() -> None:
    """Of 166 of a hospital whose radiographs carry R or L, most are read, none on a wrong side."""
    with (DATA / "shenzhen" / "index.csv").open() as index:
        files = [DATA / "shenzhen" / row["file"] for row in csv.DictReader(index)][::4]
    found = {"plain": [0, 0], "turned": [0, 0]}
    for file in files:
        pixels = np.asarray(Image.open(file).convert("L"), np.float32) / 255
        for name, seen in (("plain", pixels), ("turned", pixels[:, ::-1])):
            letters = side_letters(np.ascontiguousarray(seen))
            for letter in letters:
                found[name][letter.is_in_place] += 1
    (plain_wrong, plain_right), (turned_wrong, turned_right) = found.values()
    assert plain_right > 0.65 * len(files)
    assert turned_wrong > 0.6 * len(files)
    assert plain_wrong <= 1
    assert turned_right <= 1
