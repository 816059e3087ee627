"""How processes end, and what is left when they have: no work, no memory, no other process."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from PIL import Image

from pipeline.protocols import Role
from pipeline.reading import FileReader
from pipeline.settings import Settings
from pipeline.types import CaseResult, Radiograph
from pipeline.workers import worker as worker_module
from pipeline.workers.workers import Workers
from tests.fakes import FakeModels, fake_build, fake_models
from tests.pipeline.reading.crafted import picture, ramp
from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
SETTINGS = Settings(threads=1, write_report=False, measure_quality=False)
SHARED_MEMORY = Path("/dev/shm")


def radiograph(side: int = 128) -> bytes:
    return picture(Image.fromarray(ramp(side)))


class ReaderKilledAtFirst(FileReader):
    """Its process is killed as often as there are marks in a folder; each takes one away."""

    def __init__(self, settings: Settings, marks: Path) -> None:
        super().__init__(settings)
        self.marks = marks

    def read(self, data: bytes) -> Radiograph:
        for mark in self.marks.iterdir():
            mark.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(data)


def killed_at_first(marks: Path, role: Role, settings: Settings) -> FakeModels:
    return fake_models(settings, reader=ReaderKilledAtFirst(settings, marks))


@pytest.mark.parametrize(("deaths", "code"), [(1, None), (2, "decoder_ended")])
def test_a_decoder_that_is_killed_is_given_the_file_once_more(
    tmp_path: Path, deaths: int, code: str | None
) -> None:
    for number in range(deaths):
        (tmp_path / f"{number}").touch()
    with Workers(SETTINGS, partial(killed_at_first, tmp_path)) as started:
        job = started.submit(radiograph(), SETTINGS)
        assert job.wait(60)
        assert (None if job.error is None else job.error.code) == code
        assert (job.result is not None) == (code is None)
        later = started.submit(radiograph(), SETTINGS)
        assert later.wait(60)
        assert later.result is not None


LIMITED = """
import resource, sys
from pipeline.workers.workers import Workers
from tests.pipeline.workers.test_ends import SETTINGS, radiograph
from tests.fakes import fake_build
if __name__ == "__main__":
    data, most = radiograph(), int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))  # the workers inherit it
    with Workers(SETTINGS, fake_build) as started:
        job = started.submit(data, SETTINGS)
        job.wait(100)
        print("done" if job.error is None else job.error.code)
"""


@pytest.mark.parametrize(("most_mb", "codes"), [(250, {"decoder_ended"}), (2500, {"done"})])
def test_too_little_memory_is_not_called_the_files_fault(most_mb: int, codes: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(most_mb * 1_000_000)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert set(done.stdout.split()[-1:]) == codes, done.stderr[-2000:]


@pytest.mark.parametrize("side", [128, 1024])
def test_a_worker_that_froze_while_idle_is_replaced(
    monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    monkeypatch.setattr(worker_module, "AWAKE_SECONDS", 1.0)
    with Workers(SETTINGS, fake_build) as started:
        started.warm((Role.DECODE, Role.VISION))
        frozen = [started._workers[role]._process for role in (Role.DECODE, Role.VISION)]
        for process in frozen:
            os.kill(process.pid, signal.SIGSTOP)
        begun = time.monotonic()
        job = started.submit(radiograph(side), SETTINGS)
        assert job.wait(60)
        assert job.error is None
        assert time.monotonic() - begun < 40
        assert not any(process.is_alive() for process in frozen)


class ReaderInNativeCode(FileReader):
    """Sleeps in the C library and lets nobody else in its process run meanwhile."""

    def read(self, data: bytes) -> Radiograph:
        ctypes.PyDLL(None).sleep(600)
        return super().read(data)


def stuck(role: Role, settings: Settings) -> FakeModels:
    return fake_models(settings, reader=ReaderInNativeCode(settings))


STUCK = """
import sys, time
from pipeline.protocols import Role
from pipeline.workers.workers import Workers
from tests.pipeline.workers.test_ends import SETTINGS, radiograph, stuck
if __name__ == "__main__":
    started = Workers(SETTINGS, stuck)
    started.warm((Role.DECODE, Role.VISION))
    started.submit(radiograph(1024), SETTINGS)
    time.sleep(1)
    print("stuck", flush=True)
    time.sleep(600)
"""


def test_a_worker_stuck_in_native_code_ends_with_its_parent_and_leaves_no_radiograph() -> None:
    before = set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.is_dir() else set()
    program = subprocess.Popen(
        [sys.executable, "-c", STUCK], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "stuck\n"
    children = psutil.Process(program.pid).children(recursive=True)
    workers = [one for one in children if "spawn_main" in " ".join(one.cmdline())]
    assert len(workers) == 2
    program.kill()
    program.communicate()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    after = set(SHARED_MEMORY.iterdir()) if SHARED_MEMORY.is_dir() else set()
    assert {file.name for file in after - before if "sem" not in file.name} == set()


def test_a_workers_life_does_not_hang_on_the_job_that_started_it() -> None:
    with Workers(SETTINGS, fake_build) as started:
        first = started.submit(radiograph(), SETTINGS)
        assert first.wait(60)
        process = started._workers[Role.DECODE]._process
        wait_for(lambda: len(started._active) == 0, "the job's thread to end")
        time.sleep(0.5)
        assert process.is_alive()
        assert started.submit(radiograph(), SETTINGS).wait(60)
        assert started._workers[Role.DECODE]._process is process


def test_nothing_of_a_finished_job_is_kept() -> None:
    before = alive(CaseResult, Radiograph)  # those of other tests' modules
    with Workers(SETTINGS, fake_build) as started:
        job = started.submit(radiograph(512), SETTINGS)
        assert job.wait(60)
        assert job.result is not None
        assert alive(CaseResult, Radiograph) > before
        kept = sum(len(one._wire._arrays) for one in started._workers.values() if one._wire)
        assert kept == 0
        wait_for(lambda: len(started._active) == 0, "the job's thread to end")
        del job
        wait_for(lambda: alive(CaseResult, Radiograph) <= before, "its case to be forgotten", 10)


def alive(*classes: type) -> int:
    gc.unfreeze()
    gc.collect()
    return sum(type(value) in classes for value in gc.get_objects())


def test_nothing_of_a_refused_file_is_kept_with_the_error() -> None:
    data = b"no radiograph" * 100_000
    before = sys.getrefcount(data)
    with Workers(SETTINGS, fake_build) as started:
        job = started.submit(data, SETTINGS)
        assert job.wait(60)
        assert job.error is not None
        assert job.error.code == "format_unknown"
        wait_for(lambda: gc.collect() + sys.getrefcount(data) <= before, "its end", 10)


def test_no_radiograph_is_put_into_shared_memory() -> None:
    sources = [
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "pipeline").rglob("*.py")
        if "shared_memory" in file.read_text("utf-8")
    ]
    assert sources == []
