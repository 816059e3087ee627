"""The page's one connection to the workers, shared by all visits and warmed at the start."""

import atexit
import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pipeline.settings import Settings, load_settings
from pipeline.types import Language

if TYPE_CHECKING:
    from pipeline.protocols import Exporter
    from pipeline.workers.workers import Workers

_lock = threading.Lock()


def workers() -> "Workers":
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
def _started() -> "Workers":
    from pipeline.workers.workers import Workers as WorkerProcesses

    started = WorkerProcesses(settings())
    atexit.register(started.close)
    return started
