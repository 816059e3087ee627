"""The command line, with real worker processes and fake models behind them."""

import csv
import errno
import fcntl
import json
import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.analyser import Analyser, Outcome
from pipeline.command_line.analyse import analyse_command
from pipeline.command_line.main import _parser, _settings, main
from pipeline.command_line.sources import targets
from pipeline.errors import OutputDiskFullError
from pipeline.result_folder import OUTPUT_FILES, write_files, write_private
from pipeline.types import FURTHER_METHODS, Language
from pipeline.words import message
from tests.fakes import failing_writer_build, fake_build
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
    other.write_bytes(saved(dataset(ramp(128), bits=8, PixelSpacing=[2.0, 2.0])))
    out = tmp_path / "out"
    code = main(
        ["analyse", str(radiograph), str(other), "--out", str(out), "--language", "ru"], fake_build
    )
    assert code == 0
    further = {method.file for method in FURTHER_METHODS}  # made on request
    for stem in ("radiograph", "other"):
        assert {file.name for file in (out / stem).iterdir()} == set(OUTPUT_FILES) - further
    found = result(out / "other")
    assert found["image"]["format"] == "dicom"
    assert found["image"]["spacing_mm"] == [2.0, 2.0]
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
    assert main([*arguments, "--language", "uk"], fake_build) == 1
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
    assert main(arguments, fake_build) == 0
    radiograph.write_bytes(b"")
    assert main(arguments, fake_build) == 1
    assert [file.name for file in (out / "radiograph").iterdir()] == ["result.json"]
    assert result(out / "radiograph")["error"]["code"] == "file_empty"


def test_a_failed_report_is_said_and_the_rest_is_kept(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["analyse", str(radiograph), "--out", str(out)], failing_writer_build) == 1
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


@pytest.mark.parametrize("name", ["...", "..png", ".png", "a/../b"])
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
        main(arguments, fake_build)
    assert caught.value.code == 2


def test_an_absent_report_model_is_wrong_usage(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = tmp_path / "absent.gguf"
    arguments = ["analyse", str(radiograph), "--out", str(tmp_path / "out"), "--report-model"]
    assert main([*arguments, str(absent)], fake_build) == 2
    assert "report model" in capsys.readouterr().err


def test_a_results_folder_that_cannot_be_made_is_wrong_usage(
    tmp_path: Path, radiograph: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert (
        main(["analyse", str(radiograph), "--out", str(tmp_path / "file" / "out")], fake_build) == 2
    )


def test_numbers_of_the_radiograph_are_the_files(tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    file.write_bytes(picture(Image.fromarray(np.tile(ramp(128), (1, 10)))))
    out = tmp_path / "out"
    assert main(["analyse", str(file), "--out", str(out), "--no-report"], fake_build) == 0
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
    with pytest.raises(SystemExit) as caught:
        main(arguments, fake_build)
    assert caught.value.code == 2


def test_folders_are_searched_and_what_is_no_radiograph_is_passed_over(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "ward" / "inner"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(radiograph.read_bytes())
    (folder / "notes.txt").write_text("a list of names " * 20)
    (folder / ".hidden.png").write_bytes(radiograph.read_bytes())
    out = tmp_path / "ward" / "out"
    arguments = ["analyse", str(tmp_path / "ward"), "--out", str(out), "--no-report"]
    assert main(arguments, fake_build) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    rows = summary(out)
    assert [(Path(row["file"]).name, row["status"], row["code"]) for row in rows] == [
        ("a.png", "done", ""),
        ("notes.txt", "skipped", "format_unknown"),
    ]
    assert rows[0]["label"] == "tuberculosis"
    assert float(rows[0]["abnormal_probability"]) == pytest.approx(0.96)
    assert main(arguments, fake_build) == 0  # and its own results are not taken for radiographs
    assert len(summary(out)) == 2


def summary(out: Path) -> list[dict[str, str]]:
    with (out / "summary.csv").open(newline="") as table:
        return list(csv.DictReader(table))


def test_resume_keeps_what_is_finished_and_does_the_rest(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"")
    out = tmp_path / "out"
    arguments = ["analyse", str(radiograph), str(other), "--out", str(out), "--no-report"]
    assert main(arguments, fake_build) == 1
    finished = (out / "radiograph" / "result.json").stat().st_mtime_ns
    other.write_bytes(picture(Image.fromarray(ramp(128)[:, ::-1])))
    capsys.readouterr()
    assert main([*arguments, "--resume"], fake_build) == 0
    assert [row["status"] for row in summary(out)] == ["kept", "done"]
    assert (out / "radiograph" / "result.json").stat().st_mtime_ns == finished
    assert "kept from an earlier run" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["file", "settings", "version", "nothing"])
def test_resume_does_anew_what_would_come_out_otherwise(
    tmp_path: Path, radiograph: Path, change: str
) -> None:
    out = tmp_path / "out"
    arguments = ["analyse", str(radiograph), "--out", str(out), "--no-report", "--resume"]
    assert main(arguments, fake_build) == 0
    if change == "file":
        radiograph.write_bytes(picture(Image.fromarray(ramp(128)[:, ::-1])))
    if change == "settings":
        arguments += ["--lime-samples", "64"]
    if change == "version":
        file = out / "radiograph" / "result.json"
        text = file.read_text("utf-8")
        file.write_text(text.replace('"schema_version": 2', '"schema_version": 1'), "utf-8")
    assert main(arguments, fake_build) == 0
    assert summary(out)[0]["status"] == ("kept" if change == "nothing" else "done")


def test_a_source_among_earlier_results_is_not_overwritten(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (out / "lime").mkdir(parents=True)
    source = out / "lime" / "lime.png"
    source.write_bytes(radiograph.read_bytes())
    assert main(["analyse", str(source), "--out", str(out), "--no-report"], fake_build) == 0
    assert source.read_bytes() == radiograph.read_bytes()
    assert result(out / "lime-2")["prediction"]["label"] == "tuberculosis"
    assert capsys.readouterr().out.startswith("lime.png (lime-2): ")


def test_no_source_lies_in_the_results_folder_of_another(tmp_path: Path, radiograph: Path) -> None:
    out = tmp_path / "out"
    (out / "radiograph").mkdir(parents=True)
    inner = out / "radiograph" / "lime.png"
    inner.write_bytes(radiograph.read_bytes())
    arguments = ["analyse", str(radiograph), str(inner), "--out", str(out), "--no-report"]
    assert main(arguments, fake_build) == 0
    assert inner.read_bytes() == radiograph.read_bytes()
    assert [row["folder"] for row in summary(out)] == ["radiograph-2", "lime"]


def test_layers_do_not_replace_their_source(tmp_path: Path, radiograph: Path) -> None:
    out = tmp_path / "out"
    assert main(["layers", str(radiograph), "--out", str(out)], fake_build) == 0
    (picture_file,) = sorted(out.glob("1-*.png"))
    picture_file.write_bytes(radiograph.read_bytes())
    assert main(["layers", str(picture_file), "--out", str(out)], fake_build) == 1
    assert picture_file.read_bytes() == radiograph.read_bytes()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("command", [["analyse", "--resume", "--no-report"], ["layers"]])
@pytest.mark.parametrize("kind", ["device", "pipe", "growing", "folder"])
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, command: list[str], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = command
    source = tmp_path / kind
    if kind == "device":
        source = Path("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(source)
    elif kind == "folder" and name == "layers":
        source.mkdir()
    elif kind == "folder":
        pytest.skip("analyse searches folders")
    else:
        source = Path("/proc/self/mounts")  # a file that says it holds nothing
    assert main([name, *options, str(source), "--out", str(tmp_path / "out")], fake_build) == 1
    expected = "file_empty" if kind == "growing" else "file_unreadable"
    assert f"{source.name}: {expected}: " in capsys.readouterr().out


def test_names_do_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "evil\x1b[2J\n.png"
    source.write_bytes(picture(Image.fromarray(ramp(128))))
    unsaid = tmp_path / os.fsdecode(b"raw\xff.png")
    unsaid.write_bytes(b"")
    out = tmp_path / "o\x1but"
    arguments = ["analyse", str(source), str(unsaid), "--out", str(out), "--no-report"]
    assert main(arguments, fake_build) == 1
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert said.splitlines()[0].startswith("evil\ufffd[2J\ufffd.png: ")
    assert len(said.splitlines()) == 2
    assert [row["status"] for row in summary(out)] == ["done", "refused"]
    (out / "inner").write_bytes(b"")
    assert main(["analyse", str(source), "--out", str(out / "inner" / "x")], fake_build) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_two_runs_do_not_mix_in_one_folder(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".explaincxr.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        arguments = ["analyse", str(radiograph), "--out", str(out), "--no-report"]
        assert main(arguments, fake_build) == 2
    assert "Another run writes" in capsys.readouterr().err
    assert not (out / "radiograph").exists()


def test_results_are_for_the_user_alone(tmp_path: Path, radiograph: Path) -> None:
    out = tmp_path / "out"
    assert main(["analyse", str(radiograph), "--out", str(out), "--no-report"], fake_build) == 0
    files = [out / "summary.csv", *(out / "radiograph").iterdir()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_full_disk_leaves_the_earlier_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "case", {"result.json": b"{}", "lime.png": b"first"})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputDiskFullError):
        write_files(tmp_path / "case", {"result.json": b"[]", "anatomy.png": b"second"})
    left = {file.name: file.read_bytes() for file in (tmp_path / "case").iterdir()}
    assert left == {"result.json": b"{}", "lime.png": b"first"}
    assert [file.name for file in tmp_path.iterdir()] == ["case"]


def test_a_full_disk_is_said_and_leaves_no_part_of_a_file(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "summary.csv").write_bytes(b"earlier")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputDiskFullError):
            write_private(tmp_path / "summary.csv", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handled)
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*.csv*")} == {
        "summary.csv": b"earlier"
    }
    assert not list(tmp_path.glob(".*"))
    sentence = message("output_disk_full", Language.ENGLISH, file="lime.png")
    assert sentence.startswith("The disk is full: lime.png cannot be written.")


def test_cases_that_are_saved_to_one_folder_at_once_do_not_mix(tmp_path: Path) -> None:
    names = ("result.json", "lime.png", "grad_cam.png", "anatomy.png", "report.md", "report.pdf")

    def save(mark: int) -> None:
        write_files(tmp_path / "case", dict.fromkeys(names, str(mark).encode()))

    with ThreadPoolExecutor(8) as several:
        for round_of in range(25):
            list(several.map(save, range(round_of * 8, round_of * 8 + 8)))
            contents = {(tmp_path / "case" / name).read_bytes() for name in names}
            assert len(contents) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["case"]


def test_an_unknown_label_is_answered_with_the_known_ones(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["analyse", str(radiograph), "--out", str(tmp_path / "out"), "--label", "flu"]
    with pytest.raises(SystemExit) as caught:
        main(arguments, fake_build)
    assert caught.value.code == 2
    assert "'flu' is none of normal, " in capsys.readouterr().err


def test_a_further_map_is_made_on_request_and_a_wrong_name_is_answered_with_the_known_ones(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = ["analyse", str(radiograph), "--out", str(tmp_path / "out"), "--methods"]
    assert main([*typed, "layer_cam"], fake_build) == 0
    folder = tmp_path / "out" / "radiograph"
    assert list(result(folder)["explanations"]) == ["grad_cam", "lime", "layer_cam"]
    assert (folder / "layer_cam.png").is_file()
    with pytest.raises(SystemExit) as caught:
        main([*typed, "grad_cam,rise"], fake_build)
    assert caught.value.code == 2
    assert "'grad_cam,rise': choose from grad_cam, lime, layer_cam" in capsys.readouterr().err


def test_help_names_defaults_labels_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["analyse", "--help"], fake_build)
    shown = " ".join(capsys.readouterr().out.split())
    for told in ("default: 512", "tuberculosis", "exit codes: 0", "example: python -m pipeline"):
        assert told in shown


def test_an_interrupted_run_says_what_is_kept(
    tmp_path: Path, radiograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    analyser = Analyser(build=fake_build, write_report=False)
    first = Outcome(source=radiograph, case=analyser.analyse(radiograph))

    def interrupted(*_: Any) -> Iterator[Outcome]:
        yield first
        raise KeyboardInterrupt

    with analyser:
        analyser.outcomes = interrupted
        code = analyse_command([radiograph, radiograph], out, analyser=analyser)
    assert code == 130
    assert "1 of 2 done" in capsys.readouterr().err
    assert [row["status"] for row in summary(out)] == ["done"]
