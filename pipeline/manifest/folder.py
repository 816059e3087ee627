"""A model's folder: its manifest read and its files verified, or hashed and written."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, overload

from pipeline.errors import ManifestError, WeightsMismatchError, WeightsMissingError
from pipeline.manifest.kinds import (
    KINDS,
    ClassificationManifest,
    GateManifest,
    Manifest,
    ReportManifest,
    SegmentationManifest,
    Task,
)
from pipeline.validation import Flaw, checked, read_content

MANIFEST_FILE = "manifest.json"


def file_sha256(file: Path) -> str:
    """Hex SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read a model's manifest, whatever the model does; its files are not verified.

    Raises:
        ManifestError: The manifest is absent or does not fit.
    """
    content = read_content(folder / MANIFEST_FILE, lambda flaw: _refused(folder, flaw))
    return _manifest(folder, content)


@overload
def load_manifest(folder: Path, task: Literal["report"]) -> ReportManifest: ...
@overload
def load_manifest(folder: Path, task: Literal["gate"]) -> GateManifest: ...
@overload
def load_manifest(folder: Path, task: Literal["segmentation"]) -> SegmentationManifest: ...
@overload
def load_manifest(folder: Path, task: Literal["classification"]) -> ClassificationManifest: ...
def load_manifest(folder: Path, task: Task) -> Manifest:
    """Read a model's manifest and verify every file that it names.

    Args:
        folder: The model's folder.
        task: What the caller needs the model for.

    Raises:
        ManifestError: The manifest is absent, does not fit or is for another task.
        WeightsMissingError: A file that it names is not there.
        WeightsMismatchError: A file's SHA-256 is another.
    """
    manifest = read_manifest(folder)
    if manifest.task != task:
        raise _refused(folder, Flaw(field="task", problem="value", allowed=task))
    for name, sha256 in manifest.files.items():
        if not (folder / name).is_file():
            raise WeightsMissingError(model=folder.name, file=name)
        if file_sha256(folder / name) != sha256:
            raise WeightsMismatchError(model=folder.name, file=name)
    return manifest


def write_manifest(folder: Path, *, task: Task, files: Iterable[str], **fields: Any) -> Manifest:
    """Hash a model's files and write its manifest.

    Args:
        folder: The model's folder, which holds its files.
        task: What the model does.
        files: Paths relative to `folder`.
        **fields: All else that the task's manifest has.

    Returns:
        What was written.

    Raises:
        WeightsMissingError: A file is not there.
        ManifestError: A field does not fit the task.
    """
    hashes = {}
    for file in files:
        if not (folder / file).is_file():
            raise WeightsMissingError(model=folder.name, file=file)
        hashes[file] = file_sha256(folder / file)
    manifest = _manifest(folder, {**fields, "task": task, "files": hashes})
    content = manifest.model_dump(mode="json", exclude_none=True)
    text = json.dumps(content, ensure_ascii=False, indent=2)
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")
    return manifest


def rehash(folder: Path, *, add: Iterable[str] = ()) -> Manifest:
    """Write a manifest again after its files have changed, or with further files.

    Raises:
        WeightsMissingError: A file is not there.
        ManifestError: The manifest is absent or does not fit.
    """
    manifest = read_manifest(folder)
    fields = manifest.model_dump(exclude={"task", "files"}, exclude_unset=True)
    files = dict.fromkeys((*manifest.files, *add))
    return write_manifest(folder, task=manifest.task, files=files, **fields)


def _manifest(folder: Path, content: Any) -> Manifest:
    task = content.get("task") if isinstance(content, dict) else None
    if task is not None and str(task) not in KINDS:
        raise _refused(folder, Flaw(field="task", problem="value", allowed=" | ".join(KINDS)))
    return checked(content, KINDS.get(str(task), Manifest), lambda flaw: _refused(folder, flaw))


def _refused(folder: Path, flaw: Flaw) -> ManifestError:
    return ManifestError(model=folder.name, file=MANIFEST_FILE, **flaw.parameters)
