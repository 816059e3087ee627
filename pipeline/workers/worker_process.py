"""What runs inside a worker process: limits, parts built when first needed, one call at a time."""

import contextlib
import ctypes
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.errors import DecodeLimitError, ExplainCxrError, StepFailedError
from pipeline.settings import Settings
from pipeline.types import Step
from pipeline.workers.progress_line import ProgressLine
from pipeline.workers.shelf import Parcel
from pipeline.workers.trace import where

log = logging.getLogger(__name__)

QUIET_AND_OFFLINE = {
    "JOBLIB_MULTIPROCESSING": "0",  # its semaphores would outlive a killed worker
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin at a barrier stall what shares their cores
}
MEMORY_KEPT = {-1: 256 << 20, -3: 32 << 20}  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of mallopt(3)
WARMED_BESIDE = ("text_explainer",)  # torch takes seconds, and a report need not wait for it


class Room(StrEnum):
    """The worker processes."""

    DECODE = "decode"
    VISION = "vision"
    WRITER = "writer"


# Builds the parts of a room: a maker for each part's name, called once, when first needed.
PartMakers = Callable[[Room, Settings], Mapping[str, Callable[[], Any]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """One call into a worker.

    Attributes:
        step: The step it serves, for errors; `None` while warming.
        part: Whose method is called.
        method: Its name; empty to build and warm the part only.
        arguments: The positional arguments.
        options: The keyword arguments, without `progress`.
        listener: Where its progress goes; empty for nowhere.
    """

    step: Step | None
    part: str
    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    listener: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What came of a call: a value, or an error of ours."""

    value: Any = None
    error: ExplainCxrError | None = None


@dataclass(slots=True, kw_only=True)
class _Worker:
    """This process: its makers, what they have made, and its line home."""

    makers: Mapping[str, Callable[[], Any]]
    line: ProgressLine
    parts: dict[str, Any] = field(default_factory=dict)
    warming: dict[str, threading.Thread] = field(default_factory=dict)

    def part(self, name: str) -> Any:
        if name not in self.parts:
            self.parts[name] = self.makers[name]()
        if name in self.warming:  # or it would be loaded twice
            self.warming.pop(name).join()
        return self.parts[name]

    def warm(self, name: str) -> None:
        """Load what a part would otherwise load at its first call."""
        warm = getattr(self.part(name), "warm", None)
        if warm is None:
            return
        if name not in WARMED_BESIDE:
            warm()
            return
        thread = threading.Thread(target=_quietly, args=(warm,), name="warm", daemon=True)
        self.warming[name] = thread
        thread.start()


_worker: list[_Worker] = []  # filled once, by `start`, in the worker process only


def start(room: Room, settings: Settings, part_makers: PartMakers, address: str) -> None:
    """Prepare a new worker process."""
    import resource

    os.dup2(2, 1)  # what libraries print must not mix with the command line's answers
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")  # libraries quote what they read
    os.environ.update(QUIET_AND_OFFLINE)
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the radiograph
    if room is Room.DECODE:
        limit = settings.decode_memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    else:
        _keep_freed_memory()
    _worker[:] = [_Worker(makers=part_makers(room, settings), line=ProgressLine(address))]


def _keep_freed_memory() -> None:
    """Have glibc, where it is, reuse the memory of arrays instead of giving it back.

    A radiograph's arrays are megabytes each; waiting for fresh pages for all of them takes as long
    as Grad-CAM itself.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, size in MEMORY_KEPT.items():
            set_option(option, size)


def run(parcel: Parcel) -> Parcel:
    """Answer one call, an `Outcome` for a `Call`; nothing but that leaves the process."""
    call: Call = parcel.opened()
    outcome = _outcome(call)
    try:
        return parcel.answered(outcome)
    except Exception as error:  # a value that cannot cross between processes
        return parcel.answered(Outcome(error=_unforeseen(call, error)))


def _outcome(call: Call) -> Outcome:
    (worker,) = _worker
    options = dict(call.options)
    if call.listener:
        options["progress"] = worker.line.sender(call.listener)
    try:
        if not call.method:
            worker.warm(call.part)
            return Outcome()
        return Outcome(
            value=getattr(worker.part(call.part), call.method)(*call.arguments, **options)
        )
    except ExplainCxrError as error:
        return Outcome(error=error)
    except MemoryError as error:
        return Outcome(error=_out_of_memory(call, error))
    except Exception as error:  # whatever a library raises; its text could quote the radiograph
        return Outcome(error=_unforeseen(call, error))
    finally:
        if call.listener:
            worker.line.end(call.listener)


def _unforeseen(call: Call, error: Exception) -> ExplainCxrError:
    log.error("%s failed: %s", call.part, where(error))
    return StepFailedError(step=call.step or call.part, error=type(error).__name__)


def _out_of_memory(call: Call, error: MemoryError) -> ExplainCxrError:
    return DecodeLimitError() if call.step is Step.READ else _unforeseen(call, error)


def _quietly(warm: Callable[[], None]) -> None:
    with contextlib.suppress(ExplainCxrError):  # the part's first call raises it again
        warm()
