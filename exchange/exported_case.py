"""A finished case as it is handed on: what its result folder holds, and nothing else."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from exchange.errors import CaseFolderError
from pipeline.pictures.outlines import OUTLINES_FILE, outlines_of
from pipeline.result_file import ResultFile
from pipeline.result_folder import FINGERPRINT, OUTPUT_FILES, RESULT_FILE
from pipeline.types import BoolArray, Structure

REPORT_FILE = "report.pdf"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportedCase:
    """One case.

    Attributes:
        result: What was found.
        result_sha256: SHA-256 (hex) of `result.json`.
        pictures: `(row, col, 3)` uint8 RGB on the working grid, by file name.
        outlines: For every structure, a `(row, col)` bool mask on the working grid.
        report: The conclusion as PDF.
        made_at: When the result was written.
    """

    result: ResultFile
    result_sha256: str
    pictures: Mapping[str, NDArray[np.uint8]]
    outlines: Mapping[Structure, BoolArray]
    report: bytes
    made_at: datetime

    @classmethod
    def of_folder(cls, folder: Path) -> Self:
        """Read a result folder of `python -m pipeline analyse`.

        Raises:
            CaseFolderError: It holds no whole result of this version.
        """
        try:
            made_at = datetime.fromtimestamp((folder / RESULT_FILE).stat().st_mtime, UTC)
            files = {
                name: (folder / name).read_bytes()
                for name in OUTPUT_FILES
                if (folder / name).is_file()
            }
        except OSError as error:
            raise CaseFolderError(folder=folder.name) from error
        return cls.of_files(files, made_at, folder.name)

    @classmethod
    def of_files(cls, files: Mapping[str, bytes], made_at: datetime, name: str = "") -> Self:
        """Read the files of a case, as `pipeline.build.exporter` makes them.

        Args:
            files: Contents by name.
            made_at: When the result was written, with its time zone.
            name: Of the folder, for the error.

        Raises:
            CaseFolderError: It is no whole result of this version.
        """
        try:
            content, report = files[RESULT_FILE], files[REPORT_FILE]
            result = ResultFile.model_validate_json(content)
            outlines = outlines_of(files[OUTLINES_FILE])
            pictures = {
                name: _picture(data)
                for name, data in files.items()
                if name.endswith(".png") and name != OUTLINES_FILE
            }
        except (KeyError, ValueError, OSError, ValidationError) as error:
            raise CaseFolderError(folder=name) from error
        return cls(
            result=result,
            result_sha256=hashlib.sha256(content).hexdigest(),
            pictures=pictures,
            outlines=outlines,
            report=report,
            made_at=made_at,
        )

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same when a conclusion is written: the file, and what found what in it."""
        return self.result.image.sha256, self.fingerprint

    @property
    def fingerprint(self) -> str:
        """The digest of weights, versions and settings; `unknown` if the case has none."""
        return str(self.result.provenance.get(FINGERPRINT, "")) or "unknown"

    @property
    def text(self) -> Mapping[str, str]:
        """The conclusion's sections, or the report's; empty without both."""
        said = self.result.conclusion or self.result.report
        return {} if said is None else {key.value: text for key, text in said.sections.items()}

    @property
    def language(self) -> str:
        """The code of the texts' language."""
        said = self.result.conclusion or self.result.report
        return "en" if said is None else said.language


def _picture(data: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        return np.asarray(image.convert("RGB"))
