"""A measurement without words is an error at the start, with what is missing and where."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from pipeline.build import check_measurements
from pipeline.errors import MeasurementWordsError
from pipeline.settings import ROOT
from pipeline.types import Language
from pipeline.words import message
from pipeline.words.measurement_words import check_measurement_words
from segmentation.measurement_settings import MEASUREMENTS_FILE, load_measurement_settings

THRESHOLD = """
[measurements.costophrenic_angle.threshold]
value = 90
above = true
for_hyperinflation = true
source = "burki_1980"
"""
SENTENCE = (
    "The measurement “costophrenic_angle” lacks words: the file of words of the language “en” has "
    "no text “measurements.beyond.costophrenic_angle”."
)


def with_a_threshold(text):
    """The shipped settings, and a threshold for the costophrenic angle, which has none."""
    assert "costophrenic_angle.threshold" not in text
    return text.replace("[sources]", f"{THRESHOLD}\n[sources]", 1)


def test_the_shipped_measurements_have_all_their_words():
    check_measurements()


def test_a_threshold_without_words_is_named_with_language_and_key(tmp_path):
    file = tmp_path / "measurements.toml"
    file.write_text(with_a_threshold(MEASUREMENTS_FILE.read_text("utf-8")), "utf-8")
    rules = load_measurement_settings(file).rules
    judged = {name: rule.threshold is not None for name, rule in rules.items()}
    with pytest.raises(MeasurementWordsError) as caught:
        check_measurement_words(judged, [Language.UKRAINIAN])
    assert caught.value.parameters == {
        "name": "costophrenic_angle",
        "language": "uk",
        "key": "measurements.beyond.costophrenic_angle",
    }
    with pytest.raises(MeasurementWordsError) as caught:
        check_measurement_words(judged)
    error = caught.value
    assert message(error.code, Language.ENGLISH, **error.parameters) == SENTENCE


@pytest.mark.parametrize("has_threshold", [False, True])
def test_a_measurement_without_a_name_is_named(has_threshold):
    with pytest.raises(MeasurementWordsError) as caught:
        check_measurement_words({"hilar_width": has_threshold})
    assert caught.value.parameters["key"] == "measurements.names.hilar_width"


@pytest.fixture
def broken(tmp_path):
    """A copy of the product whose settings have a threshold without words."""
    for room in ("pipeline", "segmentation", "xai", "report", "records", "app"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "streamlit_config.toml", tmp_path)
    file = tmp_path / "segmentation" / "measurements.toml"
    file.write_text(with_a_threshold(file.read_text("utf-8")), "utf-8")
    return tmp_path


def run(folder, *command):
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_the_command_line_does_not_begin(broken):
    done = run(broken, "pipeline", "analyse", "none.png", "--out", "out")
    assert done.returncode == 2
    assert done.stderr.strip() == SENTENCE


def test_the_page_ends_before_it_takes_a_radiograph(broken):
    with socket.create_server(("localhost", 0)) as probe:
        port = probe.getsockname()[1]
    done = run(broken, "app", "--no-browser", "--port", str(port))
    assert done.returncode == 1
    assert SENTENCE in done.stderr
