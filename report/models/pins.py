"""What the hub had when a model was first fetched, so that it is the same file ever after."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.errors import CatalogueError, OutputError
from report.models.catalogue import CatalogueModel

LOCK_FILE = "catalogue.lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One file of the hub, as it was at one commit.

    Attributes:
        repo: The repository, `owner/name`.
        file: The file's path in it.
        revision: The commit, 40 hex digits.
        sha256: Hex SHA-256 of the file.
        size_bytes: The file's size.
    """

    repo: str
    file: str
    revision: str
    sha256: str
    size_bytes: int

    def fits(self, model: CatalogueModel) -> bool:
        """Whether this is the file that the catalogue means."""
        return (
            (self.repo, self.file) == (model.repo, model.file)
            and model.revision in (None, self.revision)
            and model.sha256 in (None, self.sha256)
        )


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
    pins = _read(models_folder) | {name: pin}
    content = {key: asdict(value) for key, value in sorted(pins.items())}
    fresh = models_folder / f"{LOCK_FILE}.new"
    try:
        models_folder.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        fresh.replace(models_folder / LOCK_FILE)
    except OSError as error:
        raise OutputError(file=LOCK_FILE) from error


def _read(models_folder: Path) -> dict[str, Pin]:
    file = models_folder / LOCK_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {name: Pin(**fields) for name, fields in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CatalogueError(what=LOCK_FILE) from error
