"""The page's one connection to the workers, shared by all visits and warmed at the start."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from pipeline.settings import Settings, load_settings
from pipeline.types import CaseResult, Language, ProgressEvent

if TYPE_CHECKING:
    from pipeline.errors import ExplainCxrError
    from pipeline.protocols import Exporter


class Job(Protocol):
    """Work under way.

    Contract: all of it may be asked at any time and from any thread, and answers at once.
    """

    @property
    def case(self) -> CaseResult | None:
        """What is found so far: the images, then the report, then its explanation."""
        ...

    @property
    def result(self) -> CaseResult | None:
        """The finished case."""
        ...

    @property
    def error(self) -> "ExplainCxrError | None":
        """Why the job ended without a result."""
        ...

    @property
    def done(self) -> bool:
        """Whether it ended, well or not."""
        ...

    def events(self) -> Sequence[ProgressEvent]:
        """All progress so far, oldest first."""
        ...

    def cancel(self) -> None:
        """Stop it; `error` then says so."""
        ...


class Workers(Protocol):
    """Those who do the work.

    Contract: each call returns at once with a job, or raises `QueueFullError`.
    """

    def submit(self, data: bytes, settings: Settings) -> Job:
        """Analyse one file."""
        ...

    def submit_report(self, case: CaseResult, settings: Settings) -> Job:
        """Write a case's report again."""
        ...

    def submit_explanation(self, case: CaseResult, label: str, settings: Settings) -> Job:
        """Explain another label of a case."""
        ...

    def submit_layers(self, case: CaseResult) -> Job:
        """Explain a case's label by Grad-CAM at every stage of the network."""
        ...

    def warm(self) -> None:
        """Load all models; blocks until they are there."""
        ...


_lock = threading.Lock()


def workers() -> Workers:
    """The workers, started at the first call."""
    with _lock:
        return _started()


@cache
def settings() -> Settings:
    """The settings of this process, from its environment and the settings file that it names."""
    return load_settings()


def settings_in(language: Language) -> Settings:
    """The same settings in a visit's language."""
    return replace(settings(), language=language)


def exporter(language: Language) -> "Exporter":
    """Who sets the files for download."""
    from pipeline.build import exporter as build_exporter

    return build_exporter(language)


def sample_radiograph(seed: int) -> bytes:
    """A drawn radiograph of nobody, as a PNG file."""
    from pipeline.phantom.drawing import sample_radiograph as draw

    return draw(seed)


@cache
def _started() -> Workers:
    import atexit

    from pipeline.workers.workers import Workers as WorkerProcesses

    started = WorkerProcesses(settings())
    atexit.register(started.close)
    return started
