"""The radiographs of a folder as cases for a comparison."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import (
    EmptyFileError,
    ExplainCxrError,
    FileTooLargeError,
    ModelError,
    UnknownFormatError,
    UnreadableFileError,
)
from pipeline.settings import Settings
from pipeline.types import CaseResult
from report.models.compare import Case

MB = 10**6
Analyse = Callable[[bytes], CaseResult]
"""Reads, segments, classifies, explains and describes a radiograph; raises `ExplainCxrError`."""
Analyst = Callable[[Settings], AbstractContextManager[Analyse]]
"""Gets ready to analyse radiographs with the settings' classifier, without a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiographs:
    """What became of a folder's radiographs.

    Attributes:
        cases: Those that were analysed, in order.
        refused: Why others were not, by their position from 1 among the radiographs: a file's name
            may be a patient's.
    """

    cases: tuple[Case, ...]
    refused: Mapping[int, ExplainCxrError]


def analysed(
    folder: Path,
    analyse: Analyse,
    *,
    limit: int | None = None,
    max_file_mb: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Radiographs:
    """Analyse the radiographs under a folder, in the order of their paths.

    Args:
        folder: Searched to its depths; a file that is no radiograph by its content is passed over.
        analyse: Called with each file's bytes.
        limit: Most radiographs; all if `None`.
        max_file_mb: Largest file read, in MB of 10^6 bytes.
        progress: Receives how many radiographs are done.

    Raises:
        ModelError: A model cannot be used, so no radiograph could be analysed.
    """
    cases: list[Case] = []
    refused: dict[int, ExplainCxrError] = {}
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        position = len(cases) + len(refused) + 1
        if limit is not None and position > limit:
            break
        try:
            result = analyse(_bytes_of(file, max_file_mb))
        except (UnknownFormatError, EmptyFileError):
            continue
        except ModelError:
            raise
        except ExplainCxrError as error:
            refused[position] = error
        else:
            cases.append(
                Case(
                    prediction=result.prediction,
                    descriptors=result.descriptors,
                    picture=result.radiograph.pixels,
                )
            )
        progress(position)
    return Radiographs(cases=tuple(cases), refused=refused)


def _bytes_of(file: Path, max_file_mb: int) -> bytes:
    try:
        if file.stat().st_size > max_file_mb * MB:
            raise FileTooLargeError(limit_mb=max_file_mb)
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError from error
