"""Writing in the pixels: found, blanked before anything else sees it, and said."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.phantom.drawing import draw_phantom
from pipeline.pictures.fonts import font_file
from pipeline.presentation import notes_view, radiograph_facts
from pipeline.reading import FileReader
from pipeline.reading.adjust import adjusted, blanked, mirrored
from pipeline.reading.marks.written_text import text_boxes
from pipeline.settings import ROOT, Settings
from pipeline.types import Box, CaseResult, Language, Radiograph, ReadingNote
from pipeline.words import words_of
from report.documents.export import ReportExporter
from tests.fakes import fake_models, finished
from tests.pipeline.reading.crafted import dataset, picture, saved

DATA = Path(os.environ.get("EXPLAINCXR_DATA", ROOT.parent / "shared" / "data"))
NAMES = (
    "IVANOV IVAN",
    "Petrova Anna",
    "SMITH^JOHN",
    "ИВАНОВ И.И.",
    "Коваленко Олена",
    "12.03.1961",
)
SIDE = 1000
PLACE = 30, 20  # column and row of a text


def phantom(side: int = SIDE) -> NDArray[np.uint8]:
    return np.round(draw_phantom(0, shape=(side, side)).pixels * 255).astype(np.uint8)


def written(
    pixels: NDArray[np.uint8],
    text: str,
    size: int = 20,
    place: tuple[int, int] = PLACE,
    *,
    bold: bool = False,
) -> tuple[NDArray[np.uint8], Box]:
    """The picture with a text in white or black, whichever is seen, and the text's rectangle."""
    image = Image.fromarray(pixels)
    font = ImageFont.truetype(font_file(bold=bold), size)
    left, top, right, bottom = ImageDraw.Draw(image).textbbox(place, text, font=font)
    left, top, right, bottom = int(left), int(top), int(right), int(bottom)
    ground = float(np.median(pixels[top:bottom, left:right]))
    ImageDraw.Draw(image).text(place, text, font=font, fill=255 if ground < 140 else 0)
    return np.array(image), Box(top=top, bottom=bottom, left=left, right=right)


def covered(box: Box, boxes: tuple[Box, ...], shape: tuple[int, ...]) -> float:
    mask = np.zeros(shape, np.bool_)
    for one in boxes:
        mask[one.top : one.bottom, one.left : one.right] = True
    return float(mask[box.top : box.bottom, box.left : box.right].mean())


def read(pixels: NDArray[np.uint8]) -> Radiograph:
    return FileReader(Settings()).read(picture(Image.fromarray(pixels)))


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("size", [12, 20, 40])
def test_a_name_is_found_wherever_it_stands(text: str, size: int) -> None:
    for place in (PLACE, (600, 940), (300, 500)):
        pixels, box = written(phantom(), text, size, place)
        found = text_boxes(pixels.astype(np.float32) / 255)
        assert covered(box, found, pixels.shape) > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_where_nothing_is_written(seed: int) -> None:
    assert text_boxes(draw_phantom(seed, shape=(SIDE, SIDE)).pixels) == ()


def test_what_was_found_is_blanked_and_the_rest_is_not_touched() -> None:
    plain = phantom()
    pixels, box = written(plain, "IVANOV IVAN")
    radiograph = read(pixels)
    assert ReadingNote.TEXT_FOUND in radiograph.notes
    clean = adjusted(radiograph, Settings())
    assert clean.found_text == ()
    (place,) = clean.blanked_text
    assert covered(box, (place,), pixels.shape) == 1
    inside = clean.pixels[place.top : place.bottom, place.left : place.right]
    assert np.ptp(inside) == 0
    outside = np.ones(plain.shape, np.bool_)
    outside[place.top : place.bottom, place.left : place.right] = False
    np.testing.assert_array_equal(clean.pixels[outside], radiograph.pixels[outside])
    assert ReadingNote.TEXT_BLANKED in clean.notes
    assert ReadingNote.TEXT_FOUND not in clean.notes


def test_a_side_letter_beside_writing_stays() -> None:
    plain = np.full((400, 400), 60, np.uint8)
    pixels, letter = written(plain, "R", 30, (20, 30), bold=True)
    pixels, word = written(pixels, "PETROVA", 22, (90, 36))
    radiograph = adjusted(read(pixels), Settings())
    assert covered(word, radiograph.blanked_text, pixels.shape) > 0.95
    assert covered(letter, radiograph.blanked_text, pixels.shape) == 0
    assert radiograph.sides.letters is True


def test_the_reader_blanks_more_and_a_mirrored_picture_keeps_its_places() -> None:
    drawn = Box(top=100, bottom=200, left=300, right=420)
    pixels, _ = written(phantom(), "IVANOV IVAN")
    radiograph = blanked(adjusted(read(pixels), Settings()), (drawn,), by_reader=True)
    assert np.ptp(radiograph.pixels[100:200, 300:420]) == 0
    assert radiograph.blanked_by_reader == (drawn,)
    assert len(radiograph.blanked_text) == 1
    assert radiograph.notes[-1] is ReadingNote.BLANKED_BY_READER
    other = mirrored(radiograph)
    assert other.blanked_by_reader == (Box(top=100, bottom=200, left=580, right=700),)
    assert mirrored(other).blanked_text == radiograph.blanked_text
    assert dict(radiograph_facts(words_of(Language.ENGLISH), radiograph))["Blanked places"] == "2"


def case_of(pixels: NDArray[np.uint8], **changes: Any) -> CaseResult:
    settings = Settings(**changes)
    return finished(picture(Image.fromarray(pixels)), fake_models(settings), settings)


def test_no_file_and_no_step_sees_what_was_blanked_and_all_say_so() -> None:
    pixels, box = written(phantom(), "IVANOV IVAN")
    case = case_of(pixels)
    files = ReportExporter().files(case, None)
    for name in ("anatomy.png", "grad_cam.png", "lime.png"):
        shown = np.asarray(Image.open(io.BytesIO(files[name])).convert("L"), np.float32)
        (place,) = case.radiograph.blanked_text
        assert np.ptp(shown[place.top + 2 : place.bottom - 2, place.left + 2 : place.right - 2]) < 3
    found = json.loads(files["result.json"])
    (entry,) = found["image"]["writing"]["blanked"]
    assert entry["top"] <= box.top and entry["right"] >= box.right
    assert found["image"]["writing"]["found"] == []
    assert "text_blanked" in found["image"]["notes"]
    rows = f"rows {entry['top']}-{entry['bottom'] - 1}"
    assert rows in found["provenance"]["blanked.found"]
    assert rows in files["report.md"].decode()


def test_text_that_is_kept_is_warned_of() -> None:
    pixels, box = written(phantom(), "IVANOV IVAN")
    case = case_of(pixels, blank_text=False)
    seen = case.radiograph.pixels[box.top : box.bottom, box.left : box.right]
    np.testing.assert_allclose(
        seen, pixels[box.top : box.bottom, box.left : box.right] / 255, atol=1e-6
    )
    view = notes_view(words_of(Language.ENGLISH), case)
    assert "text_found" in [code for code, _ in view.warnings]
    assert "blanked.found" not in case.provenance


def test_a_header_that_states_burned_in_text_is_believed() -> None:
    for stated, warned in (("YES", True), ("NO", False), ("", False)):
        made = dataset(phantom(300), bits=8, BurnedInAnnotation=stated)
        notes = FileReader(Settings()).read(saved(made)).notes
        assert (ReadingNote.TEXT_STATED in notes) == warned


def test_the_setting_mirror_exchanges_the_sides_of_the_whole_case() -> None:
    plain, other = case_of(phantom(300)), case_of(phantom(300), mirror=True)
    np.testing.assert_array_equal(other.radiograph.pixels, plain.radiograph.pixels[:, ::-1])
    assert other.provenance["mirrored"] == "by the reader"
    assert "mirrored" not in plain.provenance


@pytest.mark.skipif(not (DATA / "nih").is_dir(), reason="the radiographs are not there")
def test_names_on_real_radiographs_are_found_and_little_else() -> None:
    """On 103 radiographs without writing nothing is found, of 60 names planted at least 54."""
    with (DATA / "jsrt" / "index.csv").open() as index:
        plain = [DATA / "jsrt" / row["file"] for row in csv.DictReader(index)][::2]
    with (DATA / "nih" / "index.csv").open() as index:
        others = [DATA / "nih" / row["file"] for row in csv.DictReader(index)][::15]
    wrong = 0
    for file in plain:
        wrong += bool(text_boxes(np.asarray(Image.open(file).convert("L"), np.float32) / 255))
    assert wrong == 0
    random = np.random.default_rng(0)
    found = []
    for number, file in enumerate(others):
        image = Image.open(file).convert("L").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        place = int(random.integers(5, 600)), int(random.choice([8, 950]))
        pixels, box = written(
            np.array(image), NAMES[number % len(NAMES)], int(random.choice([11, 16, 24])), place
        )
        boxes = text_boxes(pixels.astype(np.float32) / 255)
        found.append(covered(box, boxes, pixels.shape) > 0.9)
    assert np.mean(found) >= 0.9
