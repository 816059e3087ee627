"""The command line with the shipped weights, on drawn radiographs of nobody."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.phantom.drawing import sample_radiograph
from pipeline.result_folder import OUTPUT_FILES
from pipeline.types import FURTHER_METHODS, Zone
from tests.pipeline.classification.unlimited import unlimited_classifier
from tests.pipeline.reading.crafted import dataset, saved
from tests.result_schema import problems

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, classifier: Path | None = None) -> "subprocess.CompletedProcess[str]":
    chosen = {} if classifier is None else {"EXPLAINCXR_CLASSIFIER": str(classifier)}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "analyse", *arguments],
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("radiographs")
    radiograph = sample_radiograph(1)
    (made / "drawn.png").write_bytes(radiograph)
    grey = np.asarray(Image.open(io.BytesIO(radiograph)).convert("L"))
    inverted = dataset(255 - grey, "MONOCHROME1", bits=8, PixelSpacing=[0.4, 0.4])
    (made / "drawn_inverted.dcm").write_bytes(saved(inverted))
    (made / "text.png").write_text("not a radiograph\n" * 20)
    return made


@pytest.fixture(scope="module")
def unlimited(folder: Path) -> Path:
    return unlimited_classifier(folder)


@pytest.fixture(scope="module")
def finished(folder: Path, unlimited: Path) -> "tuple[subprocess.CompletedProcess[str], Path]":
    out = folder / "out"
    files = [str(folder / name) for name in ("drawn.png", "text.png", "drawn_inverted.dcm")]
    return run(*files, "--out", str(out), "--language", "ru", classifier=unlimited), out


def result(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "result.json").read_text("utf-8"))
    return content


def test_the_refused_file_stops_nobody(
    finished: "tuple[subprocess.CompletedProcess[str], Path]",
) -> None:
    done, out = finished
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert result(out / "text")["error"]["code"] == "format_unknown"
    assert problems(result(out / "text"), "RefusalFile") == []
    further = {method.file for method in FURTHER_METHODS}  # made on request
    for stem in ("drawn", "drawn_inverted"):
        assert {file.name for file in (out / stem).iterdir()} == set(OUTPUT_FILES) - further


def test_the_case_is_whole(finished: "tuple[subprocess.CompletedProcess[str], Path]") -> None:
    _, out = finished
    found = result(out / "drawn")
    assert problems(found, "ResultFile") == []
    assert not found["problems"]
    assert sum(found["prediction"]["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert found["report"]["language"] == "ru"
    assert all(found["report"]["sections"].values())
    assert found["text_explanation"]["shap"]
    assert {item["zone"] for item in found["descriptors"]} <= {zone.value for zone in Zone}
    assert not any(claim["status"] == "contradicted" for claim in found["report"]["claims"])


def test_the_inverted_dicom_of_a_radiograph_gives_the_same_case(
    finished: "tuple[subprocess.CompletedProcess[str], Path]",
) -> None:
    _, out = finished
    png, dicom = result(out / "drawn"), result(out / "drawn_inverted")
    assert dicom["prediction"]["label"] == png["prediction"]["label"]
    assert dicom["prediction"]["probabilities"] == pytest.approx(
        png["prediction"]["probabilities"], abs=1e-3
    )
    assert dicom["image"]["spacing_mm"] == [0.4, 0.4]
    intensities = [
        {item["zone"]: item["intensity"] for item in found["descriptors"]} for found in (dicom, png)
    ]
    assert intensities[0] == pytest.approx(intensities[1], abs=0.01)


def test_a_drawn_radiograph_is_unfamiliar_and_has_no_classification(folder: Path) -> None:
    out = folder / "limited"
    done = run(str(folder / "drawn.png"), "--out", str(out), "--language", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No classification: the radiograph is unfamiliar" in done.stdout
    found = result(out / "drawn")
    assert problems(found, "ResultFile") == []
    prediction = found["prediction"]
    assert prediction["unfamiliar"] is True
    assert prediction["unfamiliarity"] > prediction["unfamiliarity_limit"]
    assert (prediction["label"], prediction["probabilities"]) == (None, {})
    assert found["measurements"]
    assert found["anatomy"]
    assert "There is no classification" in found["report"]["sections"]["interpretation"]
    assert "No classification" in (out / "drawn" / "report.md").read_text("utf-8")
    assert {"anatomy.png", "report.pdf"} <= {file.name for file in (out / "drawn").iterdir()}


def test_the_same_radiograph_gives_the_same_report(
    folder: Path, unlimited: Path, finished: "tuple[subprocess.CompletedProcess[str], Path]"
) -> None:
    _, out = finished
    again_in = ("--out", str(folder / "again"), "--language", "ru")
    done = run(str(folder / "drawn.png"), *again_in, classifier=unlimited)
    assert done.returncode == 0, done.stdout + done.stderr
    first, again = (result(place / "drawn")["report"] for place in (out, folder / "again"))
    assert again["sections"] == first["sections"]
    assert any(first["sections"].values())
