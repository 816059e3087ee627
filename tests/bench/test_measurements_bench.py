"""The figures of the measurements' bench, by hand, and on a dataset of drawn radiographs."""

import csv
import json

import cv2
import numpy as np
import pytest

from bench.measurements import measure_chest, metrics_of
from pipeline.phantom.drawing import draw_phantom
from pipeline.settings import Settings
from pipeline.types import (
    Measurement,
    MeasurementReason,
    MeasurementUnit,
    Structure,
)
from segmentation.measurements import Reading
from training.datasets.index import Split, split_of

RATIO = {"name": "cardiothoracic_ratio", "side": None, "unit": MeasurementUnit.RATIO}


def test_errors_are_1_96_times_the_root_mean_square():
    values = [
        (Measurement(**RATIO, value=0.5, low=0.45, high=0.55), Reading(value=0.47)),
        (Measurement(**RATIO, value=0.4, low=0.38, high=0.42), Reading(value=0.44)),
        (Measurement(**RATIO, value=0.6, low=0.5, high=0.7), None),
        (Measurement(**RATIO, reason=MeasurementReason.ASYMMETRIC), Reading(value=0.5)),
    ]
    found = metrics_of(values)
    assert (found.radiographs, found.drawn, found.reasons) == (4, 2, {"asymmetric": 1})
    assert found.bias == pytest.approx((0.03 - 0.04) / 2)
    assert found.error == pytest.approx(1.96 * np.sqrt((0.03**2 + 0.04**2) / 2))
    assert found.covered == 0.5
    assert found.percentiles == pytest.approx((0.41, 0.5, 0.59))


def test_centimetres_are_given_as_shares_of_their_span():
    wide = {"name": "heart_width", "side": None, "unit": MeasurementUnit.CM}
    measurement = Measurement(**wide, value=13.0, low=12.0, high=14.0)
    found = metrics_of([(measurement, Reading(value=12.1, span=30.0))])
    assert found.bias == pytest.approx(0.03)
    assert found.percentiles == ()
    assert found.covered == 1


def test_a_dataset_of_drawn_radiographs_is_measured_against_its_masks(tmp_path):
    dataset = tmp_path / "jsrt"
    dataset.mkdir()
    rows = []
    for seed in [seed for seed in range(90) if split_of(f"{seed}.png") is Split.VALIDATION][:2]:
        phantom = draw_phantom(seed)
        lungs = phantom.masks[Structure.RIGHT_LUNG] | phantom.masks[Structure.LEFT_LUNG]
        for name, grey in (
            (f"{seed}.png", np.round(phantom.pixels * 255)),
            (f"{seed}_mask.png", lungs * 255.0),
        ):
            small = cv2.resize(grey.astype(np.uint8), (224, 224), interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(dataset / name), small)
        rows.append((f"{seed}.png", "no_nodule", f"{seed}_mask.png"))
    with (dataset / "index.csv").open("w", newline="") as index:
        csv.writer(index).writerows([("file", "label", "lung_mask"), *rows])
    unheld = tmp_path / "two_files"  # a dataset without validation radiographs has nothing to tell
    unheld.mkdir()
    (unheld / "index.csv").write_text("file,label\n")
    found = measure_chest(Settings(), 2, tmp_path)
    assert list(found.datasets) == ["jsrt"]
    assert measure_chest(Settings(), 2, dataset) == found
    heights = found.datasets["jsrt"]["lung_height_to_chest_width"]
    assert (heights.radiographs, heights.drawn) == (2, 2)
    assert heights.error is not None
    assert heights.error < 0.1
    assert json.loads(found.json_line())["jsrt"]["lung_height.right"]["percentiles"] == []
    assert "lung_height_to_chest_width" in found.table()
