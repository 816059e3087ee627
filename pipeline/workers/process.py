"""What runs inside a worker process: its limits, its models, and one piece of work at a time."""

import contextlib
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pipeline.cache_folder import keep_temporary_files_there
from pipeline.errors import DecodeLimitError, DecoderEndedError, ExplainCxrError, StepFailedError
from pipeline.protocols import Role, Work
from pipeline.settings import Settings
from pipeline.types import ProgressEvent, Step
from pipeline.workers.trace import where
from pipeline.workers.wire import Wire

log = logging.getLogger(__name__)

Build = Callable[[Role, Settings], Any]
"""Makes a role's models; called once, in its process."""

QUIET_AND_OFFLINE = {
    "JOBLIB_MULTIPROCESSING": "0",  # its semaphores would outlive a killed worker
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin at a barrier stall what shares their cores
}
END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
MEMORY_KEPT = {-1: 256 << 20, -3: 32 << 20}  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD of mallopt(3)


@dataclass(frozen=True, slots=True)
class Begun:
    """The work was received: the process is awake."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that the work yielded."""

    value: Any


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of the work, well or with an error of ours; nothing follows it."""

    error: ExplainCxrError | None = None


Message = Begun | Found | Ended | ProgressEvent


def serve(connection: Connection, role: Role, settings: Settings, build: Build) -> None:
    """Answer pieces of work until the other end is gone."""
    _prepare(role, settings)
    wire, models = Wire(connection), build(role, settings)
    wire.send(Ended())  # started: from here on, time is the work's
    with contextlib.suppress(EOFError, OSError):  # the page's process has ended
        while True:
            wire.forget()
            work: Work[Any] = wire.receive()
            wire.send(Begun())
            wire.send(_done(work, models, wire))
            del work


def _done(work: Work[Any], models: Any, wire: Wire) -> Ended:
    """Do a piece of work, sending what it finds; nothing but errors of ours leave the process."""
    step: Step | None = None

    def progress(event: ProgressEvent) -> None:
        nonlocal step
        step = event.step
        wire.send(event)

    try:
        for value in work(models, progress):
            wire.send(Found(value))
    except ExplainCxrError as error:
        return Ended(error)
    except MemoryError as error:
        return Ended(DecodeLimitError() if step is Step.READ else _unforeseen(step, error))
    except ImportError as error:  # as where the computer is short of memory
        unforeseen = _unforeseen(step, error)
        return Ended(DecoderEndedError() if step is Step.READ else unforeseen)
    except Exception as error:  # whatever a library raises; its text could quote the file
        return Ended(_unforeseen(step, error))
    return Ended()


def _unforeseen(step: Step | None, error: Exception) -> ExplainCxrError:
    log.error("%s failed: %s", step, where(error))
    return StepFailedError(step=step or "start", error=type(error).__name__)


def _prepare(role: Role, settings: Settings) -> None:
    import resource

    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program that started us
    os.dup2(2, 1)  # what libraries print must not mix with the command line's answers
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")  # libraries quote what they read
    os.environ.update(QUIET_AND_OFFLINE)
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    keep_temporary_files_there()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the radiograph
    if role is Role.DECODE:
        limit = settings.decode_memory_mb * 1_000_000
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:  # an administrator's own limit, which may be lower
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    else:
        _keep_freed_memory()


def _end_with_parent() -> None:
    """Have the system kill this process when the one that started it ends, where it can.

    The end of a pipe is seen by a process that is listening, not by one that is stuck in a
    library's own code.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it has ended already
        os._exit(1)


def _keep_freed_memory() -> None:
    """Have glibc, where it is, reuse the memory of arrays instead of giving it back.

    A radiograph's arrays are megabytes each; waiting for fresh pages for all of them takes as
    long as Grad-CAM itself.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        set_option = ctypes.CDLL(None).mallopt
        for option, size in MEMORY_KEPT.items():
            set_option(option, size)
