"""The bench of damaged files: in short, and that it says what is not as it should be."""

import json
from dataclasses import replace

import pytest

from bench.__main__ import main
from bench.promises import mutants
from bench.promises.fuzz import FuzzMetrics, measure_fuzz
from bench.promises.good_files import good_files
from bench.promises.mutants import Answer
from pipeline.settings import Settings

FEW = 300


@pytest.mark.timeout(300)
def test_damaged_files_of_every_format_are_answered_in_time_and_cost_no_worker(tmp_path):
    file = tmp_path / "fuzz.json"
    assert main(["fuzz", "--inputs", str(FEW), "--json", str(file)]) == 0
    found = json.loads(file.read_text("utf-8"))
    assert found["inputs"] == FEW
    assert (found["crashed"], found["untyped"], found["slow"]) == (0, 0, 0)
    assert set(found["by_format"]) == set(good_files())
    assert sum(name.startswith("dicom") for name in found["by_format"]) >= 6
    assert {"png", "jpeg", "webp"} <= set(found["by_format"])


def test_the_limits_are_five_seconds_and_two_gigabytes(monkeypatch):
    given = []

    def measure(settings, count):
        given.append((settings.decode_seconds, settings.decode_memory_mb, count))
        return {"png": mutants._counted([])}

    monkeypatch.setattr("bench.promises.fuzz.measure_mutants", measure)
    measure_fuzz(Settings(), 10 * len(good_files()) + 1)
    assert given == [(5.0, 2000, 11)]


def test_a_file_that_is_stopped_at_the_limit_was_slow():
    answer = Answer(code="decode_limit", typed=True, seconds=5.0, peak_mb=0.0)
    assert mutants._counted([answer, None]).slow == 1


def test_any_file_that_is_not_answered_as_it_should_be_fails_the_bench():
    good = FuzzMetrics(
        inputs=1, crashed=0, untyped=0, slow=0, peak_mb=1.0, seconds=1.0, by_format={}
    )
    assert not good.failed
    for name in ("crashed", "untyped", "slow"):
        assert replace(good, **{name: 1}).failed, name
