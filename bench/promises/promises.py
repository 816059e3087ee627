"""Whether what the page promises is kept, in numbers: all of them ought to be 0 but the first ones.

Nothing leaves: the command line and the page go the whole way, watched from inside. Nothing stays:
what is alive after a visit is counted, and identifiers that were planted are looked for in all that
came out. Nothing breaks: thousands of damaged files a format go through the decode worker.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.promises.burned_in import burned_in_found
from bench.promises.identifiers import PlantedFile, as_read, contents_of, found_in, planted_files
from bench.promises.mutants import MutantCounts, measure_mutants
from bench.promises.served import served
from bench.promises.visit import Visit
from bench.promises.watched import Watch
from pipeline.settings import ROOT, Settings
from pipeline.types import Language
from pipeline.words import words_of

KEPT_SECONDS = 2
FORGOTTEN_SECONDS = 40.0
ANALYSIS_SECONDS = 600.0
TABS = ("viewer", "report", "text_explanation", "download")


class PromisesError(Exception):
    """The product did not run, so nothing can be said of it."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way through the product: what it wrote outside, spoke to, kept and gave away."""

    outside: Sequence[str]
    files: Sequence[str]
    alive: Mapping[str, int]
    identifiers: Sequence[str]


def measure_promises(settings: Settings, mutants: int) -> PromisesMetrics:
    """Count what leaves, what stays and what breaks.

    Args:
        settings: The limits of reading.
        mutants: Damaged files a format.
    """
    files = planted_files()
    ways = [_by_command_line(files), _by_page(files[0])]
    burned_in, burned_in_left = burned_in_found(settings)
    formats = measure_mutants(settings, mutants)
    outside = [item for way in ways for item in way.outside]
    written = [item for way in ways for item in way.files]
    identifiers = [item for way in ways for item in way.identifiers] + burned_in_left
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


def _by_command_line(files: Sequence[PlantedFile]) -> _Way:
    """Analyse files by `python -m pipeline analyse`, with every map."""
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch(folder=Path(folder))
        environment, sources = watch.environment(), watch.folder / "sources"
        sources.mkdir()
        for file in files:
            (sources / file.name).write_bytes(file.data)
        command = [sys.executable, "-m", "pipeline", "analyse", str(sources)]
        command += ["--out", str(watch.out), "--methods", "layer_cam"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        if not (watch.out / "summary.csv").is_file():
            raise PromisesError(done.stderr.decode(errors="replace"))
        said = [("what was printed", done.stdout + done.stderr)]
        return _Way(
            outside=watch.outside_connections(),
            files=watch.files_outside(),
            alive={},
            identifiers=_identified(files, [*said, *contents_of(watch.out)]),
        )


def _by_page(file: PlantedFile) -> _Way:
    """Visit the page with a radiograph, open its tabs, fetch its files, and leave."""
    words = words_of(Language.ENGLISH).of("page")
    shown: list[tuple[str, bytes]] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        watch = Watch(folder=Path(folder))
        page = stack.enter_context(served(watch, kept_seconds=KEPT_SECONDS))
        with Visit(page.address) as visit:
            visit.upload(file.name, file.data)
            visit.wait_until(lambda: visit.has("tabs_en_result"), ANALYSIS_SECONDS)
            visit.wait_until(lambda: not visit.has_button("cancel_"), ANALYSIS_SECONDS)
            for tab in TABS:
                visit.choose("tabs_en_result", words(f"tab.{tab}"))
                shown.append((f"the tab {tab}", "\n".join(visit.texts).encode()))
                for path in visit.media:
                    content = visit.get(path)
                    shown += [(path, content), (f"{path} (as read)", as_read(path, content))]
        alive = _alive_at_the_end(watch, page.process_id)
        stack.close()
        shown.append(("the page's log", (watch.folder / "said.txt").read_bytes()))
        return _Way(
            outside=watch.outside_connections(),
            files=watch.files_outside(),
            alive=alive,
            identifiers=_identified([file], shown),
        )


def _alive_at_the_end(watch: Watch, process_id: int) -> Mapping[str, int]:
    """What is alive once the time of a closed page's visit is over."""
    until = time.monotonic() + FORGOTTEN_SECONDS
    while any((alive := watch.alive(process_id)).values()) and time.monotonic() < until:
        time.sleep(1)
    return alive


def _identified(files: Sequence[PlantedFile], contents: Sequence[tuple[str, bytes]]) -> list[str]:
    planted = {name: where for file in files for name, where in file.identifiers.items()}
    return found_in(iter(contents), planted)
