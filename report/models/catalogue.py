"""The catalogue: which bigger models the report can be written with, and where they are."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import CatalogueError, UnknownReportModelError

CATALOGUE = Path(__file__).with_suffix(".toml")
_FORMS = {
    "name": re.compile(r"[a-z0-9][a-z0-9.-]*"),
    "repo": re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*"),
    "file": re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.gguf"),
    "revision": re.compile(r"[0-9a-f]{40}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueModel:
    """A GGUF model that can be fetched from the model hub.

    Attributes:
        name: What it is called here.
        repo: Its repository on the hub, `owner/name`.
        file: The GGUF file's path in the repository.
        revision: The commit it is taken from (40 hex digits); pinned on the first fetch if `None`.
        sha256: The file's SHA-256 (hex); pinned on the first fetch if `None`.
        size_gb: About the file's size, in units of 10^9 bytes.
        memory_gb: About the memory it runs in, likewise.
        licence: Under which terms it is given out.
        languages: ISO 639-1 codes of the languages it was made for.
        reasoning: Whether it thinks aloud in `<think>` before it writes.
        note: What it is, and what is not known of it.

    Raises:
        CatalogueError: A field is not of its form.
    """

    name: str
    repo: str
    file: str
    size_gb: float
    memory_gb: float
    licence: str
    languages: tuple[str, ...]
    reasoning: bool
    note: str
    revision: str | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        for field, form in _FORMS.items():
            value = getattr(self, field)
            optional = field in ("revision", "sha256")
            if not (optional and value is None) and form.fullmatch(value) is None:
                raise CatalogueError(what=f"{self.name}: {field}")
        if not 0 < self.size_gb <= self.memory_gb:
            raise CatalogueError(what=f"{self.name}: size_gb")

    def path(self, models_folder: Path) -> Path:
        """Where the file lies once it is fetched."""
        return models_folder / self.name / PurePosixPath(self.file).name


def load_catalogue(file: Path = CATALOGUE) -> Mapping[str, CatalogueModel]:
    """Read the models of a catalogue, by name and in its order.

    Raises:
        CatalogueError: The file cannot be read, or an entry lacks a key, has one too many or a
            value that does not fit.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError(what=file.name) from error
    return {name: _model(name, table) for name, table in tables.items()}


def find(name: str, catalogue: Mapping[str, CatalogueModel]) -> CatalogueModel:
    """The model of a name.

    Raises:
        UnknownReportModelError: There is none.
    """
    if name not in catalogue:
        raise UnknownReportModelError(name=name, known=", ".join(catalogue))
    return catalogue[name]


def _model(name: str, table: Any) -> CatalogueModel:
    try:
        values = dict(table)
        for key in ("repo", "file", "licence", "note", "revision", "sha256"):
            if not isinstance(values.get(key, ""), str):
                raise TypeError(key)
        for key, kind in (("reasoning", bool), ("languages", list)):
            if not isinstance(values[key], kind):
                raise TypeError(key)
        for key in ("size_gb", "memory_gb"):
            values[key] = float(values[key])
        values["languages"] = tuple(map(str, values["languages"]))
        return CatalogueModel(name=name, **values)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(what=f"{name}: {error}") from error
