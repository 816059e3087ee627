"""What the measurements are worth: the matched AUC by hand, and on drawn radiographs."""

import csv
import json

import pytest

from bench.__main__ import main
from bench.hospitals.hyperinflation import DIRECTIONS
from bench.hospitals.matched import MeasuredRadiograph, worth_of
from pipeline.phantom.drawing import sample_radiograph
from segmentation.measurement_settings import load_measurement_settings


def patient(name, is_case, value, age=60.0, sex="M", view="PA"):
    values = {} if value is None else {"lung_height.right": value}
    return MeasuredRadiograph(
        patient=name, is_case=is_case, age=age, sex=sex, view=view, values=values
    )


def test_a_case_is_compared_with_patients_like_it_alone():
    measured = [
        patient("a", True, 28.0),
        patient("b", False, 26.0, age=64),
        patient("c", False, 30.0, age=55),
        patient("d", False, 40.0, age=66),  # too old
        patient("e", False, 40.0, sex="F"),
        patient("f", False, 40.0, view="AP"),
        patient("a", False, 40.0),  # the same patient
        patient("g", False, None),  # not measured
        patient("h", False, 28.0),  # a tie
    ]
    found = worth_of(measured, "lung_height.right", 1)
    assert (found.cases, found.controls) == (1, 3)
    assert found.auc.value == pytest.approx((1 + 0 + 0.5) / 3)
    other_way = worth_of(measured, "lung_height.right", -1)
    assert other_way.auc.value == pytest.approx(1.5 / 3)


def test_a_patient_weighs_as_one_however_many_radiographs_there_are_of_him():
    measured = [patient("often", True, 1.0) for _ in range(16)]
    measured += [patient("once", True, 3.0), patient("control", False, 2.0)]
    measured += [patient("other", False, 5.0) for _ in range(9)]
    found = worth_of(measured, "lung_height.right", 1)
    assert (found.cases, found.patients, found.controls) == (17, 2, 10)
    assert found.auc.value == pytest.approx((0 + 0.5) / 2)


def test_every_case_weighs_alike_however_many_are_like_it():
    measured = [patient("a", True, 3.0), patient("b", True, 1.0, sex="F")]
    measured += [patient(f"m{number}", False, 2.0) for number in range(9)]
    measured += [patient("w", False, 2.0, sex="F")]
    found = worth_of(measured, "lung_height.right", 1)
    assert found.auc.value == pytest.approx(0.5)
    assert not found.is_better_than_chance


def test_nothing_to_compare_with_is_no_figure():
    found = worth_of([patient("a", True, 3.0)], "lung_height.right", 1)
    assert (found.cases, found.controls, found.auc) == (0, 0, None)


def test_every_measurement_has_a_direction():
    assert set(DIRECTIONS) == set(load_measurement_settings().rules)


def test_a_dataset_of_drawn_radiographs_is_measured(tmp_path, capsys):
    rows = []
    for seed in range(4):
        (tmp_path / f"{seed}.png").write_bytes(sample_radiograph(seed))
        rows.append(
            {
                "file": f"{seed}.png",
                "label": "abnormal" if seed == 0 else "normal",
                "findings": "Emphysema|Mass" if seed == 0 else "",
                "patient": f"p{seed}",
                "age": 60 + seed,
                "sex": "F",
                "view": "PA",
                "spacing_row_mm": 0.4,
                "spacing_col_mm": 0.4,
            }
        )
    with (tmp_path / "index.csv").open("w", newline="") as index:
        writer = csv.DictWriter(index, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    out = tmp_path / "found.json"
    assert main(["hyperinflation", "--dataset", str(tmp_path), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["radiographs"] == {"emphysema": 1, "no_finding": 3}
    heights = found["measurements"]["lung_height.right"]
    assert (heights["cases"], heights["controls"]) == (1, 3)
    won = 3 * heights["auc"]["value"]  # of three matches
    assert won == pytest.approx(round(won))
    assert "lung_height.right - " in found["combined"]["formula"]
    assert "combined = mean" in capsys.readouterr().out
