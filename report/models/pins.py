"""What the hub had when a model was first fetched, so that it is the same file ever after."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, RootModel

from pipeline.errors import CatalogueError, OutputError
from pipeline.validation import CheckedModel, read_checked
from report.models.catalogue import CatalogueModel, GgufFile, Repository, Revision, Sha256

LOCK_FILE = "catalogue.lock.json"


class Pin(CheckedModel):
    """One file of the hub, as it was at one commit.

    Attributes:
        repo: The repository, `owner/name`.
        file: The file's path in it.
        revision: The commit, 40 hex digits.
        sha256: Hex SHA-256 of the file.
        size_bytes: The file's size.
    """

    repo: Repository
    file: GgufFile
    revision: Revision
    sha256: Sha256
    size_bytes: int = Field(gt=0)

    def fits(self, model: CatalogueModel) -> bool:
        """Whether this is the file that the catalogue means."""
        return (
            (self.repo, self.file) == (model.repo, model.file)
            and model.revision in (None, self.revision)
            and model.sha256 in (None, self.sha256)
        )


class Pins(RootModel[dict[str, Pin]]):
    """The lock file: a pin a model, by its name."""


def read_pin(model: CatalogueModel, models_folder: Path) -> Pin | None:
    """The pin of a model; `None` if it has none or the catalogue has come to mean another file.

    Raises:
        CatalogueError: The lock file is malformed.
    """
    pin = _read(models_folder).get(model.name)
    return pin if pin is not None and pin.fits(model) else None


def write_pin(name: str, pin: Pin, models_folder: Path) -> None:
    """Record a model's pin in the lock file.

    Raises:
        CatalogueError: The lock file is malformed.
        OutputError: It cannot be written.
    """
    fresh = models_folder / f"{LOCK_FILE}.new"
    try:
        models_folder.mkdir(parents=True, exist_ok=True)
        with _locked(models_folder):  # or two at once would each lose the other's pin
            pins = _read(models_folder) | {name: pin}
            content = Pins(dict(sorted(pins.items()))).model_dump()
            fresh.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
            fresh.replace(models_folder / LOCK_FILE)
    except OSError as error:
        raise OutputError(file=LOCK_FILE) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(models_folder: Path) -> dict[str, Pin]:
    file = models_folder / LOCK_FILE
    if not file.exists():
        return {}
    return read_checked(
        file, Pins, lambda flaw: CatalogueError(file=LOCK_FILE, **flaw.parameters)
    ).root
