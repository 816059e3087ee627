"""The folder of a case's files: written whole or not at all, and found finished again."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from pipeline.errors import OutputDiskFullError, OutputError
from pipeline.result_file import ResultFile
from pipeline.settings import Settings
from pipeline.types import Method

RESULT_FILE = "result.json"
OUTPUT_FILES = (
    RESULT_FILE,
    "anatomy.png",
    *(method.file for method in Method),
    "measurements.png",
    "outlines.png",
    "report.md",
    "report.pdf",
)
FINGERPRINT = "fingerprint"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WITHOUT_EFFECT = {  # settings that change how fast or whether, but not what is found
    *("weights_folder", "models_folder", "classifier", "report_model", "threads"),
    *("max_file_mb", "max_megapixels", "min_side_px", "decode_seconds", "decode_memory_mb"),
    *("step_seconds", "report_seconds", "waiting_jobs", "visit_radiographs"),
    *("pacs", "ae_title", "listen_address", "listen_port", "known_titles"),
    *("fhir_server", "fhir_version", "fhir_token_file"),
    *("service_address", "service_port", "service_keys_file"),
    *("service_analyses", "service_retention_minutes"),
    *("database", "store_folder", "store_key_file", "retention_hours", "keep_identity"),
    *("login", "openid_file", "openid_claim", "session_minutes", "session_hours"),
    *("read_first", "page_address", "page_names"),
}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a case's files, `result.json` last; a full disk leaves what was there before.

    Files of an earlier case that this one does not have are removed. Nobody but the user may read
    what is written. Of two that write to one folder at once, one comes after the other.

    Raises:
        OutputDiskFullError: The disk is full.
        OutputError: A file cannot be written for another reason.
    """
    name = RESULT_FILE
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            for name, content in files.items():
                with _private(partial / name) as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
            with _one_at_a_time(folder.parent):
                folder.mkdir(exist_ok=True)
                for name in OUTPUT_FILES:  # the result first, so that no half case looks finished
                    (folder / name).unlink(missing_ok=True)
                for name in sorted(files, key=lambda name: name == RESULT_FILE):
                    (partial / name).replace(folder / name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise _unwritten(name, error) from error


def write_private(file: Path, content: bytes) -> None:
    """Write one file, whole or not at all, for the user's eyes only.

    Raises:
        OutputDiskFullError: The disk is full.
        OutputError: It cannot be written for another reason.
    """
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        try:
            with _private(partial) as stream:
                stream.write(content)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(file.name, error) from error


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep others from changing what lies in a folder for the length of a `with`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _unwritten(name: str, error: OSError) -> OutputError:
    return (OutputDiskFullError if error.errno in NO_SPACE else OutputError)(file=name)


def _private(file: Path) -> BinaryIO:
    """A new file that nobody but the user may read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def fingerprint(settings: Settings, provenance: Mapping[str, str | int | float]) -> str:
    """SHA-256 (hex) of all but the file that decides what is found: weights, versions, settings."""
    chosen = {
        name: str(getattr(settings, name))
        for name in _names(settings)
        if name not in WITHOUT_EFFECT
    }
    model = settings.report_model
    chosen["report_model"] = "" if model is None else f"{model.name} {model.stat().st_size}"
    origin = {name: value for name, value in provenance.items() if name != FINGERPRINT}
    content = json.dumps([chosen, origin], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _names(settings: Settings) -> tuple[str, ...]:
    from dataclasses import fields

    return tuple(field.name for field in fields(settings))


def finished_result(folder: Path, sha256: str, expected: str) -> ResultFile | None:
    """The whole case of a file that a folder holds, if it does.

    Args:
        folder: The folder.
        sha256: Of the file's bytes, hex.
        expected: The `fingerprint` that its case would have today.
    """
    try:
        found = ResultFile.model_validate_json((folder / RESULT_FILE).read_bytes())
    except (OSError, ValidationError):  # none, a refusal, or a result of another version
        return None
    is_same = found.image.sha256 == sha256 and found.provenance.get(FINGERPRINT) == expected
    return found if is_same and not found.problems else None
