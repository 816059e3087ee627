"""The manifest: written, read back, and every lie in it found."""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.errors import ManifestError, WeightsMismatchError, WeightsMissingError
from pipeline.manifest import load_manifest, read_manifest, rehash, write_manifest
from pipeline.types import Language
from pipeline.words import message

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
        input={"size": 224},
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
    assert (manifest.input.size, manifest.input.range) == (224, (0.0, 1.0))
    assert (manifest.threshold_prob, manifest.temperature) == (0.4, 1.7)
    assert manifest.uncertain_prob == (0.25, 0.5)
    assert manifest.terms["tuberculosis"][Language.RUSSIAN] == "туберкулёз"
    assert manifest.metrics == {"adult": {"auc": 0.97}}
    assert manifest.command == "python -m training train classifier"


def test_a_language_may_be_missing_and_one_without_words_is_left_out(folder: Path) -> None:
    terms = {
        "normal": {"en": "normal", "tlh": "motlh"},
        "tuberculosis": {"en": "tuberculosis", "uk": "туберкульоз"},
    }
    change(folder, terms=terms)
    manifest = load_manifest(folder, "classification")
    assert manifest.known_terms == {
        "normal": {Language.ENGLISH: "normal"},
        "tuberculosis": {Language.ENGLISH: "tuberculosis", Language.UKRAINIAN: "туберкульоз"},
    }


def test_a_report_model_needs_neither_labels_nor_input(tmp_path: Path) -> None:
    (tmp_path / "writer.gguf").write_bytes(b"GGUF")
    write_manifest(tmp_path, name="writer-1", task="report", files=["writer.gguf"])
    manifest = load_manifest(tmp_path, "report")
    assert list(manifest.files) == ["writer.gguf"]
    with pytest.raises(ManifestError) as caught:
        write_manifest(tmp_path, name="w", task="report", files=["writer.gguf"], labels=["a"])
    assert caught.value.parameters["field"] == "labels"


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
    assert caught.value.parameters == {
        "model": folder.name,
        "file": "manifest.json",
        "field": "task",
        "problem": "value",
        "allowed": "segmentation",
    }


@pytest.mark.parametrize(
    ("field", "allowed", "fields"),
    [
        ("schema_version", "1", {"schema_version": 2}),
        ("files", "≥ 1", {"files": {}}),
        ("files", "*/*", {"files": {"../secret": "0" * 64}}),
        ("files", "*/*", {"files": {"/etc/passwd": "0" * 64}}),
        ("files.net.bin", "^[0-9a-f]{64}$", {"files": {"net.bin": "00"}}),
        ("labels", "normal ≠ normal", {"labels": ["normal", "normal"]}),
        ("input.size", "> 0", {"input": {"size": 0}}),
        ("input.range", "[a, b], a < b", {"input": {"size": 8, "range": [1, 0]}}),
        ("input.region", "thorax | lungs | radiograph", {"input": {"size": 8, "region": "head"}}),
        ("normal_label", "normal | tuberculosis", {"normal_label": "healthy"}),
        ("normal_label", "≠ normal | tuberculosis", {"activation": "sigmoid"}),  # it is a label
        ("activation", "softmax | sigmoid", {"activation": "relu"}),
        ("thresholds", "{}", {"thresholds": {"tuberculosis": 0.5}}),  # softmax has one for all
        ("threshold_prob", "> 0, < 1", {"threshold_prob": 1.5}),
        ("uncertain_prob", "0 ≤ a ≤ 0.4 ≤ b ≤ 1", {"uncertain_prob": [0.45, 0.5]}),
        ("temperature", "> 0", {"temperature": 0}),
        ("terms.normal", "en", {"terms": {"normal": {"ru": "норма"}}}),
    ],
)
def test_a_field_that_does_not_fit_is_named_with_what_would(
    folder: Path, field: str, allowed: str, fields: dict
) -> None:
    change(folder, **fields)
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "classification")
    assert caught.value.parameters == {
        "model": folder.name,
        "file": "manifest.json",
        "field": field,
        "problem": "value",
        "allowed": allowed,
    }


@pytest.mark.parametrize(
    ("field", "problem", "fields"),
    [
        ("colour", "unknown", {"colour": "red"}),
        ("input.colour", "unknown", {"input": {"size": 8, "colour": "red"}}),
        ("files", "type", {"files": ["net.bin"]}),
        ("temperature", "type", {"temperature": "hot"}),
        ("uncertain_prob.1", "missing", {"uncertain_prob": [0.4]}),
        ("task", "value", {"task": "prophecy"}),
    ],
)
def test_what_is_unknown_or_absent_is_named(
    folder: Path, field: str, problem: str, fields: dict
) -> None:
    change(folder, **fields)
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "classification")
    found = caught.value.parameters
    assert (found["field"], found["problem"]) == (field, problem)
    said = message(caught.value.code, Language.UKRAINIAN, **found)
    assert "manifest.json" in said and field in said


def test_labels_that_occur_together_have_no_band_and_thresholds_of_their_own(
    folder: Path,
) -> None:
    own = {
        "activation": "sigmoid",
        "normal_label": "none",
        "terms": {**TERMS, "none": TERMS["normal"]},
    }
    change(folder, **own, uncertain_prob=[0.3, 0.5])
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "classification")
    assert caught.value.parameters["field"] == "uncertain_prob"
    change(folder, **own, uncertain_prob=None, thresholds={"tuberculosis": 0.7})
    found = load_manifest(folder, "classification").label_thresholds
    assert found == {"normal": 0.4, "tuberculosis": 0.7}
    change(folder, thresholds={"fracture": 0.7})
    with pytest.raises(ManifestError) as caught:
        load_manifest(folder, "classification")
    assert caught.value.parameters["allowed"] == "normal | tuberculosis"


def test_a_changed_or_further_file_is_hashed_again(folder: Path) -> None:
    before = read_manifest(folder)
    (folder / "net.bin").write_bytes(b"others")
    (folder / "more.json").write_bytes(b"{}")
    rehash(folder, add=["more.json"])
    after = load_manifest(folder, "classification")
    assert list(after.files) == ["net.bin", "more.json"]
    assert after.model_copy(update={"files": before.files}) == before


@pytest.mark.parametrize("content", ["", "[]", "{", '{"schema_version": 1}'])
def test_a_malformed_manifest_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, "utf-8")
    with pytest.raises(ManifestError):
        load_manifest(tmp_path, "classification")


def test_no_manifest_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest(tmp_path / "absent", "classification")
    said = message(caught.value.code, Language.ENGLISH, **caught.value.parameters)
    assert said == (
        "manifest.json of the model “absent” cannot be used: the file cannot be opened."
    )


def test_hashing_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError):
        write_manifest(tmp_path, name="m", task="report", files=["absent.gguf"])
