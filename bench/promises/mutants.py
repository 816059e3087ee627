"""Damaged files, thousands a format, through the decode worker: what each is answered with."""

import random
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.promises.good_files import good_files
from pipeline.build import build_models
from pipeline.errors import InputError, StepTimedOutError, WorkerDiedError
from pipeline.protocols import Progress, Role
from pipeline.settings import Settings
from pipeline.types import ProgressEvent, Step
from pipeline.workers.worker import Cancellation, Worker

BATCH = 100
SLOW_S = 5.0
LARGE = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
PNG_START = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one file was answered with.

    Attributes:
        code: An input error's code, `read`, or the class of what should not have been raised.
        typed: Whether it is one of the first two.
        seconds: How long it took.
        peak_mb: The process's largest resident memory by then, in MB of 10^6 bytes.
    """

    code: str
    typed: bool
    seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantCounts:
    """What became of the mutants of one format.

    Attributes:
        mutants: How many there were.
        read: How many were read all the same.
        crashed: How many ended the process.
        untyped: How many raised what is no input error.
        slow: How many took `SLOW_S` or longer.
        peak_mb: Largest resident memory of the process, in MB of 10^6 bytes.
        codes: How many were answered with each code.
    """

    mutants: int
    read: int
    crashed: int
    untyped: int
    slow: int
    peak_mb: float
    codes: Mapping[str, int]


def mutants(files: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Damaged files, each made from one of `files` by one to four changes; the same every time."""
    chance = random.Random(seed)
    for number in range(count):
        data = bytearray(files[number % len(files)])
        for _ in range(chance.randint(1, 4)):
            chance.choice(CHANGES)(data, chance)
        is_png = data.startswith(PNG_START)
        yield with_right_checks(bytes(data)) if is_png and number % 4 else bytes(data)


def with_right_checks(png: bytes) -> bytes:
    """A damaged PNG whose chunks have the checksums of what they hold, or none would be read."""
    found, place = [png[: len(PNG_START)]], len(PNG_START)
    while place + 8 <= len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        end = min(place + 8 + length, max(place + 8, len(png) - 4))
        body = png[place + 4 : end]
        found += [png[place : place + 4], body, zlib.crc32(body).to_bytes(4, "big")]
        place = end + 4
    return b"".join(found)


def measure_mutants(settings: Settings, count: int) -> dict[str, MutantCounts]:
    """Read `count` mutants of each format in a decode worker.

    Args:
        settings: The limits.
        count: Mutants a format.
    """
    found = {}
    for number, (name, files) in enumerate(good_files().items()):
        answers: list[Answer | None] = []
        worker = Worker(Role.DECODE, settings, build_models)
        try:
            waiting = list(mutants(files, count, seed=number))
            while waiting:
                batch = waiting[:BATCH]
                answered = _answered(worker, batch, settings)
                answers += answered
                del waiting[: len(answered)]
        finally:
            worker.close()
        found[name] = _counted(answers)
    return found


def _answered(worker: Worker, batch: Sequence[bytes], settings: Settings) -> list[Answer | None]:
    """Answers up to the end of a batch, or to the file that ended the process (`None`)."""
    answers: list[Answer | None] = []
    try:
        for answer in worker.run(
            partial(read_all, files=batch),
            limit_s=settings.decode_seconds,
            cancellation=Cancellation(),
            progress=lambda event: None,
        ):
            answers.append(answer)
    except WorkerDiedError:
        answers.append(None)
    except StepTimedOutError:
        late = settings.decode_seconds
        answers.append(Answer(code="decode_limit", typed=True, seconds=late, peak_mb=0.0))
    return answers


def read_all(models: Any, progress: Progress, *, files: Sequence[bytes]) -> Iterator[Answer]:
    """Read each file (in the decode process)."""
    for data in files:
        progress(ProgressEvent(step=Step.READ, fraction=0.0))
        begun = time.perf_counter()
        code, typed = "read", True
        try:
            models.reader.read(data)
        except InputError as error:
            code = error.code
        except Exception as error:  # what a file must never bring about
            code, typed = type(error).__name__, False
        seconds = time.perf_counter() - begun
        yield Answer(code=code, typed=typed, seconds=seconds, peak_mb=_peak_mb())


def _peak_mb() -> float:
    """The largest resident memory of this process; `ru_maxrss` would count its parent's, too."""
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def _counted(answers: Sequence[Answer | None]) -> MutantCounts:
    alive = [answer for answer in answers if answer is not None]
    codes: dict[str, int] = {}
    for answer in alive:
        codes[answer.code] = codes.get(answer.code, 0) + 1
    return MutantCounts(
        mutants=len(answers),
        read=codes.get("read", 0),
        crashed=len(answers) - len(alive),
        untyped=sum(not answer.typed for answer in alive),
        slow=sum(answer.seconds >= SLOW_S for answer in alive),
        peak_mb=max((answer.peak_mb for answer in alive), default=0.0),
        codes=dict(sorted(codes.items())),
    )


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_near_the_start(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(min(len(data), 600))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randint(1, len(data)) :]


def _remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    if start or len(data) > 64:
        del data[start : start + chance.randint(1, 64)]
    data += b"\0" * (not data)


def _insert(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data))
    data[place:place] = chance.randbytes(chance.randint(1, 64))


def _repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    part = data[start : start + chance.randint(1, 256)]
    data[start:start] = part * chance.randint(1, 4)


def _fill(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randint(1, 128))
    data[start:end] = bytes([chance.choice((0, 0xFF))]) * (end - start)


def _enlarge(data: bytearray, chance: random.Random) -> None:
    """Put a number that programmers forget where a length or size may stand."""
    size = chance.choice((1, 2, 4))
    value = chance.choice(LARGE) & (256**size - 1)
    start = chance.randrange(min(len(data), 1000))
    order = "little" if chance.random() < 0.5 else "big"
    data[start : start + size] = value.to_bytes(size, order)


CHANGES = (_flip, _flip_near_the_start, _cut, _remove, _insert, _repeat, _fill, _enlarge)
