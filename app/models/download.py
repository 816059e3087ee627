"""The tab of the files: their names on the page and on the disk, their order, and the archive."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from pipeline.types import CaseResult, Method
from pipeline.words import Words

TYPES = {
    ".pdf": "application/pdf",
    ".md": "text/markdown",
    ".json": "application/json",
    ".png": "image/png",
    ".zip": "application/zip",
}
ORDER = (".pdf", ".md", ".json", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileButton:
    """A file that can be downloaded.

    Attributes:
        name: Which one.
        label: What stands on its button.
        file_name: Its name on the disk.
        mime: What it is.
    """

    name: str
    label: str
    file_name: str
    mime: str


def stem_of(result: CaseResult) -> str:
    """What the names of a case's files begin with: no patient, and not the name of the file."""
    return f"explaincxr-{result.radiograph.sha256[:8]}"


def file_buttons(words: Words, files: Mapping[str, bytes], stem: str) -> tuple[FileButton, ...]:
    """The files, documents first."""
    names = sorted(files, key=lambda name: (ORDER.index(PurePath(name).suffix), name))
    return tuple(
        FileButton(
            name=name,
            label=_label(words, PurePath(name)),
            file_name=f"{stem}-{name}",
            mime=TYPES[PurePath(name).suffix],
        )
        for name in names
    )


def zipped(files: Mapping[str, bytes], stem: str) -> bytes:
    """All files in one archive, in a folder of their own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{stem}/{name}"), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _label(words: Words, file: PurePath) -> str:
    for method in Method:
        if file.name == method.file:
            return words("viewer.save_panel", name=method.spec.name)
    return words.optional(f"file.{file.stem}_{file.suffix[1:]}", file.name)
