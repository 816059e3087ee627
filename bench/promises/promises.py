"""Whether what the page promises is kept, in numbers: all of them ought to be 0 but the first ones.

Nothing leaves: the command line and the page go the whole way, watched from inside. Nothing stays:
what is alive after a visit is counted, and identifiers that were planted are looked for in all that
came out. Nothing breaks: thousands of damaged files a format go through the decode worker.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bench.promises.burned_in import burned_in_found
from bench.promises.mutants import MutantCounts, measure_mutants
from bench.promises.planted import planted_files
from bench.promises.ways import by_command_line, by_page, identified
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesMetrics:
    """What was counted.

    Attributes:
        outside_connections: Hosts beyond this computer that were spoken to or looked up.
        files_outside: Files written outside the output and cache folders.
        live_cases_after_close: Radiographs, cases and maps alive in any process after a visit.
        identifiers_planted: Names, dates and numbers in the files, burned-in texts among them.
        identifiers_found: Those that came out anywhere.
        mutants: Damaged files, of all formats.
        crashed: Those that ended the decode worker.
        untyped: Those that raised what is no input error.
        slow: Those that took longer than 5 s.
        peak_mb: Largest memory of the decode worker, in MB of 10^6 bytes.
        formats: The same of each format.
        found: What was found that ought not to be there, for people to read.
    """

    outside_connections: int
    files_outside: int
    live_cases_after_close: int
    identifiers_planted: int
    identifiers_found: int
    mutants: int
    crashed: int
    untyped: int
    slow: int
    peak_mb: float
    formats: Mapping[str, MutantCounts]
    found: Sequence[str] = field(default=())

    @property
    def failed(self) -> bool:
        """Whether a promise is not kept."""
        return bool(
            self.outside_connections
            or self.files_outside
            or self.live_cases_after_close
            or self.identifiers_found
            or self.crashed
            or self.untyped
            or self.slow
        )

    def table(self) -> str:
        """For people."""
        lines = [
            f"outside connections    {self.outside_connections}",
            f"files written outside  {self.files_outside}",
            f"alive after a visit    {self.live_cases_after_close}",
            f"identifiers found      {self.identifiers_found} of {self.identifiers_planted}",
            f"mutants                {self.mutants}: crashed {self.crashed}, untyped "
            f"{self.untyped}, slow {self.slow}; at most {self.peak_mb:.0f} MB",
            *(
                f"  {name:20} {one.mutants:6} {one.read:6} read, {one.peak_mb:.0f} MB"
                for name, one in self.formats.items()
            ),
        ]
        return "\n".join((*lines, *self.found))

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_promises(settings: Settings, mutants: int) -> PromisesMetrics:
    """Count what leaves, what stays and what breaks.

    Args:
        settings: The limits of reading.
        mutants: Damaged files a format.
    """
    files = planted_files()
    ways = [by_command_line(files), by_page(files[0])]
    burned_in, burned_in_left = burned_in_found(settings)
    formats = measure_mutants(settings, mutants)
    outside = [item for way in ways for item in way.outside]
    written = [item for way in ways for item in way.written]
    identifiers = [item for way in ways for item in identified(way)] + burned_in_left
    alive = {name: count for way in ways for name, count in way.alive.items() if count}
    counts = list(formats.values())
    return PromisesMetrics(
        outside_connections=len(outside),
        files_outside=len(written),
        live_cases_after_close=sum(alive.values()),
        identifiers_planted=sum(len(file.identifiers) for file in files) + burned_in,
        identifiers_found=len(identifiers),
        mutants=sum(one.mutants for one in counts),
        crashed=sum(one.crashed for one in counts),
        untyped=sum(one.untyped for one in counts),
        slow=sum(one.slow for one in counts),
        peak_mb=max(one.peak_mb for one in counts),
        formats=formats,
        found=(*outside, *written, *identifiers, *(f"{name}: {n}" for name, n in alive.items())),
    )
