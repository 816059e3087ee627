"""The command line, with real worker processes and fake models behind them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.command_line.analyse import OUTPUT_FILES, _parser, _settings, main, targets
from pipeline.types import FURTHER_METHODS
from tests.fakes import failing_writer_makers, fake_makers
from tests.pipeline.reading.crafted import dataset, picture, ramp, saved


@pytest.fixture
def radiograph(tmp_path: Path) -> Path:
    file = tmp_path / "radiograph.png"
    file.write_bytes(picture(Image.fromarray(ramp(128))))
    return file


def result(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "result.json").read_text("utf-8"))
    return content


def test_all_files_of_the_contract_are_written(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.dcm"
    other.write_bytes(saved(dataset(ramp(128), bits=8, PixelSpacing=[0.5, 0.5])))
    out = tmp_path / "out"
    code = main(
        ["analyse", str(radiograph), str(other), "--out", str(out), "--language", "ru"], fake_makers
    )
    assert code == 0
    further = {method.file for method in FURTHER_METHODS}  # made on request
    for stem in ("radiograph", "other"):
        assert {file.name for file in (out / stem).iterdir()} == set(OUTPUT_FILES) - further
    found = result(out / "other")
    assert found["image"]["format"] == "dicom"
    assert found["image"]["spacing_mm"] == [0.5, 0.5]
    assert (found["image"]["rows"], found["image"]["cols"]) == (128, 128)
    assert found["prediction"]["label"] == "tuberculosis"
    assert found["report"]["language"] == "ru"
    assert set(found["report"]["sections"]) == {"findings", "interpretation", "recommendations"}
    assert found["descriptors"][0]["zone"] == "right_middle"
    assert {"anatomy", "explanations", "text_explanation", "timings_ms", "provenance"} <= set(found)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "radiograph.png: туберкулёз (abnormal_probability 0.960)",
        "other.dcm: туберкулёз (abnormal_probability 0.960)",
    ]


def test_a_refused_file_says_why_and_stops_nobody(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.png"
    text.write_text("not an image\n" * 20)
    absent = tmp_path / "absent.png"
    out = tmp_path / "out"
    arguments = [
        "analyse",
        str(text),
        str(absent),
        str(radiograph),
        "--out",
        str(out),
        "--no-report",
    ]
    assert main([*arguments, "--language", "uk"], fake_makers) == 1
    assert result(out / "text")["error"]["code"] == "format_unknown"
    assert result(out / "text")["error"]["message"].startswith("Це не PNG")
    assert result(out / "absent")["error"]["code"] == "file_unreadable"
    assert result(out / "radiograph")["prediction"]["label"] == "tuberculosis"
    assert len(capsys.readouterr().out.splitlines()) == 3
    for stem in ("text", "absent"):
        assert str(tmp_path) not in (out / stem / "result.json").read_text("utf-8")


def test_a_refusal_leaves_nothing_of_an_earlier_radiograph(
    tmp_path: Path, radiograph: Path
) -> None:
    out = tmp_path / "out"
    arguments = ["analyse", str(radiograph), "--out", str(out), "--no-report"]
    assert main(arguments, fake_makers) == 0
    radiograph.write_bytes(b"")
    assert main(arguments, fake_makers) == 1
    assert [file.name for file in (out / "radiograph").iterdir()] == ["result.json"]
    assert result(out / "radiograph")["error"]["code"] == "file_empty"


def test_a_failed_report_is_said_and_the_rest_is_kept(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["analyse", str(radiograph), "--out", str(out)], failing_writer_makers) == 1
    assert "step_failed" in capsys.readouterr().out
    found = result(out / "radiograph")
    assert found["problems"][0]["code"] == "step_failed"
    assert found["prediction"]["label"] == "tuberculosis"
    assert (out / "radiograph" / "grad_cam.png").is_file()


def test_equal_stems_do_not_overwrite_each_other(tmp_path: Path) -> None:
    files = [
        Path("a/radiograph.png"),
        Path("b/radiograph.dcm"),
        Path("c/RADIOGRAPH.jpg"),
        Path("radiograph-2.png"),
    ]
    folders = [target.folder.name for target in targets(files, tmp_path)]
    assert folders == ["radiograph", "radiograph-2", "RADIOGRAPH-3", "radiograph-2-2"]


@pytest.mark.parametrize("name", ["..", ".", "/"])
def test_a_folder_never_lies_outside(name: str, tmp_path: Path) -> None:
    (target,) = targets([Path(name)], tmp_path)
    assert target.folder.resolve().parent == tmp_path.resolve()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["analyse"],
        ["analyse", "radiograph.png"],
        ["analyse", "radiograph.png", "--out", "x", "--language", "de"],
        ["analyse", "radiograph.png", "--out", "x", "--unknown"],
        ["dream"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments, fake_makers)
    assert caught.value.code == 2


def test_an_absent_report_model_is_wrong_usage(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "absent.gguf"
    arguments = ["analyse", str(radiograph), "--out", str(tmp_path / "out"), "--report-model"]
    assert main([*arguments, str(absent)], fake_makers) == 2
    assert "report model" in capsys.readouterr().err


def test_a_results_folder_that_cannot_be_made_is_wrong_usage(
    tmp_path: Path, radiograph: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert (
        main(["analyse", str(radiograph), "--out", str(tmp_path / "file" / "out")], fake_makers)
        == 2
    )


def test_numbers_of_the_radiograph_are_the_files(tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    file.write_bytes(picture(Image.fromarray(np.tile(ramp(128), (1, 10)))))
    out = tmp_path / "out"
    assert main(["analyse", str(file), "--out", str(out), "--no-report"], fake_makers) == 0
    found = result(out / "wide")["image"]
    assert (found["rows"], found["cols"]) == (128, 1280)


def test_what_lime_runs_with_and_the_label_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLAINCXR_LIME_SAMPLES", "300")
    monkeypatch.setenv("EXPLAINCXR_LIME_SEGMENTS", "30")
    typed = ["--label", "covid19", "--lime-samples", "128"]
    options = _parser().parse_args(["analyse", "radiograph.png", "--out", str(tmp_path), *typed])
    settings = _settings(options)
    assert (settings.explain_label, settings.lime_samples) == ("covid19", 128)
    assert settings.lime_segments == 30


def test_no_samples_at_all_is_wrong_usage(tmp_path: Path, radiograph: Path) -> None:
    arguments = ["analyse", str(radiograph), "--out", str(tmp_path / "out"), "--lime-samples", "0"]
    assert main(arguments, fake_makers) == 2
