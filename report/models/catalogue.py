"""The catalogue: which bigger models the report can be written with, and where they are."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Self

from pydantic import Field, RootModel, StrictBool, model_validator

from pipeline.errors import CatalogueError, UnknownReportModelError
from pipeline.validation import CheckedModel, misfit, read_checked

CATALOGUE = Path(__file__).with_suffix(".toml")
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Repository = Annotated[str, Field(pattern=r"^[\w-][\w.-]*/[\w-][\w.-]*$")]
GgufFile = Annotated[str, Field(pattern=r"^(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.gguf$")]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CatalogueModel(CheckedModel):
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
    """

    name: Name
    repo: Repository
    file: GgufFile
    size_gb: float = Field(gt=0)
    memory_gb: float
    licence: str
    languages: tuple[str, ...]
    reasoning: StrictBool
    note: str
    revision: Revision | None = None
    sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _fits_into_its_memory(self) -> Self:
        if self.size_gb > self.memory_gb:
            raise misfit(f"{self.name}.memory_gb", f"≥ {self.size_gb:g}")
        return self

    def path(self, models_folder: Path) -> Path:
        """Where the file lies once it is fetched."""
        return models_folder / self.name / PurePosixPath(self.file).name


class Catalogue(RootModel[dict[str, CatalogueModel]]):
    """The catalogue's file: a table a model, whose name is the table's."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, tables: Any) -> Any:
        return {
            name: {**table, "name": name} if isinstance(table, dict) else table
            for name, table in tables.items()
        }


def load_catalogue(file: Path = CATALOGUE) -> Mapping[str, CatalogueModel]:
    """Read the models of a catalogue, by name and in its order.

    Raises:
        CatalogueError: The file cannot be read, or an entry lacks a key, has one too many or a
            value that does not fit.
    """
    return read_checked(
        file, Catalogue, lambda flaw: CatalogueError(file=file.name, **flaw.parameters)
    ).root


def find(name: str, catalogue: Mapping[str, CatalogueModel]) -> CatalogueModel:
    """The model of a name.

    Raises:
        UnknownReportModelError: There is none.
    """
    if name not in catalogue:
        raise UnknownReportModelError(name=name, known=", ".join(catalogue))
    return catalogue[name]
