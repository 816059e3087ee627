"""The bench of the marks, on a small dataset of drawn radiographs."""

import csv
import json

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.marks import measure_marks
from pipeline.phantom.drawing import draw_phantom
from pipeline.pictures.fonts import font_file


def test_letters_writing_and_planted_names_are_counted(tmp_path):
    folder = tmp_path / "drawn"
    folder.mkdir()
    plain = np.round(draw_phantom(0, shape=(400, 400)).pixels * 255).astype(np.uint8)
    texts = {"plain": "", "letter": "L", "writing": "IVANOV"}
    for name, text in texts.items():
        image = Image.fromarray(plain)
        font = ImageFont.truetype(font_file(bold=True), 24)
        ImageDraw.Draw(image).text((330 if text == "L" else 10, 8), text, font=font, fill=255)
        cv2.imwrite(str(folder / f"{name}.png"), np.array(image))
    with (folder / "index.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(["file"])
        rows.writerows([f"{name}.png"] for name in texts)
    metrics = measure_marks(tmp_path, 6)
    found = metrics.sources["drawn"]
    assert (found.radiographs, found.letters_in_place, found.letters_elsewhere) == (3, 1, 0)
    assert (found.mirrored_seen, found.with_writing) == (1.0, 1)
    assert metrics.names_found >= 5
    assert metrics.names_planted <= 6
    assert json.loads(metrics.json_line())["names_found"] == metrics.names_found
