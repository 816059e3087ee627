"""A hundred thousand damaged files through the decode worker, under the limits of a department.

Each is answered within 5 s and 2 GB, with a radiograph or with an error of ours, by a worker that
lives on.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from bench.promises.good_files import good_files
from bench.promises.mutants import SLOW_S, MutantCounts, measure_mutants
from pipeline.settings import Settings

MEMORY_MB = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzMetrics:
    """What became of the damaged files.

    Attributes:
        inputs: How many there were.
        crashed: How many ended the decode worker.
        untyped: How many raised what is no input error.
        slow: How many took 5 s or longer.
        peak_mb: Largest resident memory of the decode worker, in MB of 10^6 bytes.
        seconds: How long it all took.
        by_format: The same of each format.
    """

    inputs: int
    crashed: int
    untyped: int
    slow: int
    peak_mb: float
    seconds: float
    by_format: Mapping[str, MutantCounts]

    @property
    def failed(self) -> bool:
        """Whether any was not answered as it should be."""
        return bool(self.crashed or self.untyped or self.slow)

    def table(self) -> str:
        """For people."""
        head = f"{'format':20} {'inputs':>8} {'read':>8} {'crashed':>8} {'untyped':>8} {'slow':>5}"
        rows = [
            f"{name:20} {one.mutants:8} {one.read:8} {one.crashed:8} {one.untyped:8} {one.slow:5}"
            f" {one.peak_mb:6.0f} MB"
            for name, one in self.by_format.items()
        ]
        total = (
            f"{self.inputs} inputs in {self.seconds:.0f} s: crashed {self.crashed}, untyped "
            f"{self.untyped}, slow {self.slow}; at most {self.peak_mb:.0f} MB"
        )
        return "\n".join((head, *rows, total))

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_fuzz(settings: Settings, inputs: int) -> FuzzMetrics:
    """Damage files and have them read.

    Args:
        settings: All but the limits of time and memory.
        inputs: How many files, in equal parts of each format, rounded up.
    """
    limited = replace(settings, decode_seconds=SLOW_S, decode_memory_mb=MEMORY_MB)
    begun = time.perf_counter()
    formats = measure_mutants(limited, -(-inputs // len(good_files())))
    counts = list(formats.values())
    return FuzzMetrics(
        inputs=sum(one.mutants for one in counts),
        crashed=sum(one.crashed for one in counts),
        untyped=sum(one.untyped for one in counts),
        slow=sum(one.slow for one in counts),
        peak_mb=max(one.peak_mb for one in counts),
        seconds=time.perf_counter() - begun,
        by_format=formats,
    )
