"""Identifiers of a patient, planted wherever a file has room, and looked for after the whole way.

They go in by the command line and by the page, and come out, if they do, in results, pictures,
exported objects, logs, temporary files, shared memory, the case store (opened) or the prompt.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench.promises.burned_in import burned_in_found
from bench.promises.planted import named, planted_files
from bench.promises.ways import by_command_line, by_page, identified
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierMetrics:
    """What was planted, and what was found again.

    Attributes:
        planted: Identifiers in the files, in their names and in their pixels.
        found: How many times one of them came out.
        searched: How many files, texts and stored contents were searched.
        where: Where each was planted and where it was found, for people to read.
    """

    planted: int
    found: int
    searched: int
    where: Sequence[str] = field(default=())

    @property
    def failed(self) -> bool:
        """Whether any came out."""
        return self.found > 0

    def table(self) -> str:
        """For people."""
        said = f"{self.found} of {self.planted} identifiers found in {self.searched} contents"
        return "\n".join((said, *self.where))

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_identifiers(settings: Settings) -> IdentifierMetrics:
    """Plant identifiers and look for them.

    Args:
        settings: The limits of reading.
    """
    files = planted_files()
    on_the_page = named(files[0])
    ways = [by_command_line(files), by_page(on_the_page)]
    burned_in, where = burned_in_found(settings)
    for way in ways:
        where += identified(way)
    in_files = sum(len(file.identifiers) for file in files)
    return IdentifierMetrics(
        planted=in_files + len(on_the_page.in_name) + burned_in + 1,  # and the DICOM file's pixels
        found=len(where),
        searched=sum(len(way.contents) + len(way.shown) for way in ways),
        where=tuple(where),
    )
