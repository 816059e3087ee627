"""The manifest: written, read back, and every lie in it found."""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.errors import ManifestError, WeightsMismatchError, WeightsMissingError
from pipeline.manifest import load_manifest, write_manifest
from pipeline.types import Language

TERMS = {
    "normal": {
        Language.ENGLISH: "normal",
        Language.RUSSIAN: "норма",
        Language.UKRAINIAN: "норма",
    },
    "tuberculosis": {
        Language.ENGLISH: "tuberculosis",
        Language.RUSSIAN: "туберкулёз",
        Language.UKRAINIAN: "туберкульоз",
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.bin").write_bytes(b"weights")
    write_manifest(
        tmp_path,
        name="classifier-1",
        task="classification",
        files=["net.bin"],
        labels=["normal", "tuberculosis"],
        input_size=224,
        normal_label="normal",
        threshold_prob=0.4,
        uncertain_prob=(0.25, 0.5),
        temperature=1.7,
        terms=TERMS,
        metrics={"adult": {"auc": 0.97}},
        data=["adult"],
        licence="Apache-2.0",
        command="python -m training train classifier",
    )
    return tmp_path


def change(folder: Path, **fields: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | fields), "utf-8")


def test_what_is_written_is_read_back(folder: Path) -> None:
    manifest = load_manifest(folder, "classification")
    assert manifest.files == {"net.bin": hashlib.sha256(b"weights").hexdigest()}
    assert manifest.labels == ("normal", "tuberculosis")
    assert (manifest.input_size, manifest.input_range) == (224, (0.0, 1.0))
    assert (manifest.threshold_prob, manifest.temperature) == (0.4, 1.7)
    assert manifest.uncertain_prob == (0.25, 0.5)
    assert manifest.terms["tuberculosis"][Language.RUSSIAN] == "туберкулёз"
    assert manifest.metrics == {"adult": {"auc": 0.97}}
    assert manifest.command == "python -m training train classifier"


def test_a_report_model_needs_neither_labels_nor_input(tmp_path: Path) -> None:
    (tmp_path / "writer.gguf").write_bytes(b"GGUF")
    write_manifest(tmp_path, name="writer-1", task="report", files=["writer.gguf"])
    assert load_manifest(tmp_path, "report").labels == ()


def test_a_changed_file_is_refused(folder: Path) -> None:
    (folder / "net.bin").write_bytes(b"weightz")
    with pytest.raises(WeightsMismatchError) as caught:
        load_manifest(folder, "classification")
    assert caught.value.parameters == {"model": folder.name, "file": "net.bin"}


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "net.bin").unlink()
    with pytest.raises(WeightsMissingError):
        load_manifest(folder, "classification")


def test_another_task_is_refused(folder: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "segmentation")
    assert caught.value.parameters["what"] == "task"


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("schema_version", {"schema_version": 2}),
        ("files", {"files": {}}),
        ("files", {"files": {"../secret": "00"}}),
        ("files", {"files": {"/etc/passwd": "00"}}),
        ("labels", {"labels": ["normal", "normal"]}),
        ("input", {"input": {"size": 0, "range": [0, 1]}}),
        ("normal_label", {"normal_label": "healthy"}),
        ("normal_label", {"activation": "sigmoid"}),  # "normal" is one of its labels
        ("activation", {"activation": "relu"}),
        ("region", {"input": {"size": 8, "range": [0, 1], "region": "lungs"}}),
        ("thresholds", {"thresholds": {"tuberculosis": 0.5}}),  # softmax has one for all
        ("threshold_prob", {"threshold_prob": 1.5}),
        ("uncertain_prob", {"uncertain_prob": [0.45, 0.5]}),  # the threshold lies at 0.4
        ("ValueError", {"uncertain_prob": [0.4]}),
        ("temperature", {"temperature": 0}),
        ("terms", {"terms": {"normal": {"en": "normal"}}}),
        ("ValueError", {"temperature": "hot"}),
        ("AttributeError", {"files": ["net.bin"]}),
    ],
)
def test_a_field_that_does_not_fit_is_named(folder: Path, what: str, fields: dict) -> None:
    change(folder, **fields)
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "classification")
    assert caught.value.parameters["what"] == what


@pytest.mark.parametrize("content", ["", "[]", "{", '{"schema_version": 1}'])
def test_a_malformed_manifest_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(ManifestError):
        load_manifest(tmp_path, "classification")


def test_no_manifest_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest(tmp_path / "absent", "classification")
    assert caught.value.parameters == {"model": "absent", "what": "unreadable"}


def test_hashing_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError):
        write_manifest(tmp_path, name="m", task="report", files=["absent.gguf"])
