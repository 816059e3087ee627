"""What is to be analysed: files and folders as typed, and the folder of each one's results."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.words import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file to analyse.

    Attributes:
        source: The file.
        folder: Where its results go.
        found: Whether it was found in a folder, where other files than radiographs may lie.
    """

    source: Path
    folder: Path
    found: bool = False

    @property
    def shown(self) -> str:
        """The file's name, with its results' folder where that has another name, for one line."""
        name = printable(self.source.name)
        return name if self.folder.name == self.source.stem else f"{name} ({self.folder.name})"


def targets(files: Sequence[Path], out: Path) -> Iterator[Target]:
    """A folder for each file, named by its stem; equal stems are numbered.

    Folders among `files` are searched to their depths, but for `out` itself and hidden files. A
    folder in which any of the files lies is not taken, for writing there could replace it.
    """
    taken: set[str] = set()
    planned = list(_expanded(files, out))
    holding = {parent for file, _ in planned for parent in file.resolve().parents}
    for file, found in planned:
        stem = file.stem if file.stem not in ("", ".", "..") else "file"
        name, number = stem, 1
        while name.casefold() in taken or (out / name).resolve() in holding:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        yield Target(source=file, folder=out / name, found=found)


def _expanded(files: Sequence[Path], out: Path) -> Iterator[tuple[Path, bool]]:
    skipped = out.resolve()
    for file in files:
        if not file.is_dir():
            yield file, False
            continue
        for inner in sorted(file.rglob("*")):
            hidden = any(part.startswith(".") for part in inner.relative_to(file).parts)
            if inner.is_file() and not hidden and skipped not in inner.resolve().parents:
                yield inner, True
