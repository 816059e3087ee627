"""OpenVINO behind its one door: no telemetry, and no file that a manifest does not list."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.classification.classifier import FolderClassifier
from pipeline.errors import WeightsUnlistedError
from segmentation.segmenter import DeepLabSegmenter

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bench", "pipeline", "report", "segmentation", "training", "xai", "tests")


def imported(file: Path) -> set[str]:
    """The first names of all modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_openvino_is_imported_in_one_place_alone() -> None:
    openers = [
        file.relative_to(ROOT).as_posix()
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if "openvino" in imported(file)
    ]
    assert openers == ["pipeline/inference.py"]


def test_its_telemetry_is_not_loaded_and_nothing_is_written_at_home(tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline.inference import openvino; library = openvino(); "
        "import openvino.tools.ovc; print(library.__name__, sys.modules['openvino_telemetry'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["openvino", "None"]
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("model", "loader", "file"),
    [
        ("anatomy", DeepLabSegmenter, "anatomy.xml"),
        ("anatomy", DeepLabSegmenter, "anatomy.bin"),
        ("classifier", FolderClassifier, "classifier.bin"),
        ("classifier", FolderClassifier, "head.npz"),
    ],
)
def test_a_file_that_the_manifest_does_not_list_is_not_loaded(
    tmp_path: Path, model: str, loader: type, file: str
) -> None:
    folder = tmp_path / model
    shutil.copytree(ROOT / "weights" / model, folder)
    content = json.loads((folder / "manifest.json").read_text("utf-8"))
    del content["files"][file]
    (folder / "manifest.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(WeightsUnlistedError) as refused:
        loader(folder, 1)
    assert refused.value.parameters == {"model": model, "file": file}
