"""The case store: cases a second, the worklist with 10,000 of them, and kills."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.store.kills import measure_kills
from bench.store.made_case import made_case
from pipeline.analyser import Analyser
from pipeline.settings import ROOT, Settings
from pipeline.types import CaseResult
from records import Arrival, CaseContent, CaseQuery, CaseStatus, open_store
from records.audit import chain
from records.contents.case_codec import encode_case
from records.database.tables import CaseRow, ResultRow
from records.store import Store
from records.summary import summarise
from records.values import Action

OPEN_TARGET_S = 2.0
WHOLE_CASES = 20
MADE_CASES = 50
IN_ONE = 500
ACTOR = "bench"
LOOKS = 5
FRESH = """
import sys
from pathlib import Path
from pipeline.settings import Settings
from records import open_store
store = open_store(Settings(store_folder=Path(sys.argv[1]), retention_hours=876600))
page = store.worklist.page()
print(page.total, len(page.lines))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMetrics:
    """What the store does on this machine, on SQLite.

    Attributes:
        source: What the whole cases are made of.
        cases_per_s: Whole cases a second: received, saved without a report, saved with it, each
            on the disk before the next.
        case_mb: Of one whole case in the database, in 10^6 bytes.
        save_ms: Of its last saving, median, in milliseconds.
        load_ms: Of reading it again.
        worklist_cases: How many cases the worklist has.
        worklist_open_s: Until a new process has opened the store and read the first hundred of
            them, Python's own start included; median.
        worklist_page_ms: Of reading a hundred with the store open; the slowest of first, last,
            filtered and searched.
        worklist_all_ms: Of reading all of them.
        kills: How many writing processes were killed.
        while_made: Of them before their store was open.
        killed_cases: Cases that these had said to be stored.
        killed_signatures: Conclusions that these had said to be signed.
        lost: How much of all that was not there afterwards as it was.
    """

    source: str
    cases_per_s: float
    case_mb: float
    save_ms: float
    load_ms: float
    worklist_cases: int
    worklist_open_s: float
    worklist_page_ms: float
    worklist_all_ms: float
    kills: int
    while_made: int
    killed_cases: int
    killed_signatures: int
    lost: int

    @property
    def failed(self) -> bool:
        """Whether anything was lost."""
        return self.lost > 0

    def table(self) -> str:
        """For people."""
        reached = "yes" if self.worklist_open_s <= OPEN_TARGET_S else "NO"
        return "\n".join(
            (
                f"whole cases ({self.source}): {self.cases_per_s:.2f} a second, "
                f"{self.case_mb:.1f} MB each; the last "
                f"saving {self.save_ms:.0f} ms, reading {self.load_ms:.0f} ms",
                f"worklist of {self.worklist_cases} cases: opened in {self.worklist_open_s:.2f} s "
                f"(target {OPEN_TARGET_S:g}: {reached}); a page {self.worklist_page_ms:.0f} ms at "
                f"most, all of it {self.worklist_all_ms:.0f} ms",
                f"{self.kills} kills ({self.while_made} before the store was open), "
                f"{self.killed_cases} cases and {self.killed_signatures} signatures stored by "
                f"then: {self.lost} lost",
            )
        )

    def json_line(self) -> str:
        """For programs."""
        return json.dumps(asdict(self))


def measure_store(
    settings: Settings,
    *,
    cases: int,
    kills: int,
    data: bytes,
    source: str,
    analyse: Callable[[bytes, Settings], CaseResult] | None = None,
) -> StoreMetrics:
    """Measure in folders of our own, which are removed.

    Args:
        settings: Of the analysis of the one file.
        cases: How many the worklist has.
        kills: How many processes are killed.
        data: The file that the whole cases are made of.
        source: What it is.
        analyse: Who analyses it; `Analyser` without a report if `None`.
    """
    result = (analyse or _analysed)(data, settings)
    with tempfile.TemporaryDirectory(prefix="explaincxr-") as name:
        folder = Path(name)
        whole = _whole_cases(folder / "whole", result, data)
        worklist = _worklist(folder / "worklist", cases)
        killed = measure_kills(folder / "kills", kills)
    return StoreMetrics(
        source=source,
        **whole,
        worklist_cases=cases,
        **worklist,
        kills=killed.kills,
        while_made=killed.while_made,
        killed_cases=killed.cases,
        killed_signatures=killed.signatures,
        lost=killed.lost,
    )


def _analysed(data: bytes, settings: Settings) -> CaseResult:
    with Analyser(settings=settings, write_report=False, in_process=True) as analyser:
        return analyser.analyse(data)


def _whole_cases(folder: Path, result: CaseResult, data: bytes) -> dict[str, float]:
    """Store one result as many cases; each is sealed and compressed for itself."""
    report, saves = made_case(0).report, []
    content = CaseContent(result=result)
    with open_store(Settings(store_folder=folder)) as store:
        begun = time.perf_counter()
        for number in range(WHOLE_CASES):
            case = store.receive(Arrival(origin="bench", data=data), actor=ACTOR)
            store.save(case, content, finished=False, actor=ACTOR)
            written = replace(result, report=report, provenance={"number": number})
            last = time.perf_counter()
            store.save(case, CaseContent(result=written), finished=True, actor=ACTOR)
            saves.append(time.perf_counter() - last)
        cases_per_s = WHOLE_CASES / (time.perf_counter() - begun)
        loads = [_seconds(lambda: store.load(case)) for _ in range(LOOKS)]
        store.core.database.give_space_back()
        size = (folder / "cases.sqlite").stat().st_size / WHOLE_CASES / 1e6
    return {
        "cases_per_s": cases_per_s,
        "case_mb": size,
        "save_ms": statistics.median(saves) * 1000,
        "load_ms": statistics.median(loads) * 1000,
    }


def _worklist(folder: Path, cases: int) -> dict[str, float]:
    """Fill a store and read its worklist."""
    with open_store(Settings(store_folder=folder, retention_hours=876_600)) as store:
        _fill(store, cases)
        queries = (
            CaseQuery(),
            CaseQuery(offset=max(0, cases - 100)),
            CaseQuery(statuses=(CaseStatus.DRAFT,), labels=("pneumonia",)),
            CaseQuery(search="tubercul"),
            CaseQuery(search=str(cases // 2)),
        )
        pages = [
            statistics.median(_seconds(partial(store.worklist.page, one)) for _ in range(LOOKS))
            for one in queries
        ]
        everything = _seconds(lambda: store.worklist.page(CaseQuery(limit=cases)))
    return {
        "worklist_open_s": statistics.median(_opened_s(folder, cases) for _ in range(LOOKS)),
        "worklist_page_ms": max(pages) * 1000,
        "worklist_all_ms": everything * 1000,
    }


def _opened_s(folder: Path, cases: int) -> float:
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - begun
    if done.stdout.split() != [str(cases), str(min(cases, 100))]:
        raise RuntimeError(done.stdout)
    return seconds


def _fill(store: Store, cases: int) -> None:
    """Analysed cases, many in one transaction; their arrays, which it never reads, left out."""
    core = store.core
    results = [made_case(seed) for seed in range(MADE_CASES)]
    encoded = [encode_case(CaseContent(result=result)) for result in results]
    now = core.clock()
    for begin in range(0, cases, IN_ONE):
        with core.database.write() as session:
            for number in range(begin, min(begin + IN_ONE, cases)):
                case, at = f"{number:032x}", now + timedelta(seconds=number)
                row = CaseRow(
                    id=case,
                    number=number + 1,
                    status=CaseStatus.WAITING,
                    signed=False,
                    finished=True,
                    revision=1,
                    received_at=at,
                    changed_at=at,
                    language="en",
                    origin="bench",
                    sample=False,
                    label_terms={},
                    urgent=False,
                    error_parameters={},
                    kept=False,
                )
                summarise(row, results[number % MADE_CASES])
                session.add(row)
                session.flush()
                content = encoded[number % MADE_CASES]
                sealed = core.cipher.seal(content.values, "results", case, 1)
                session.add(
                    ResultRow(
                        case_id=case, revision=1, made_at=at, sha256=content.sha256, content=sealed
                    )
                )
                chain.append(session, core.cipher, Action.ANALYSED, at=at, actor=ACTOR, case=case)


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
