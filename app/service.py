"""The page's one connection to the workers, shared by all visits and warmed at the start."""

import atexit
import re
import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from app.state.cases import Cases
from app.state.keeper import Keeper
from pipeline.settings import Settings, load_settings
from pipeline.types import Language

if TYPE_CHECKING:
    from pipeline.protocols import Exporter
    from pipeline.workers.workers import Workers

VISIT_NAME = re.compile("[0-9a-f]{32}")
_lock = threading.Lock()
_visits: "WeakValueDictionary[str, Cases]" = WeakValueDictionary()
_admitted: "WeakValueDictionary[str, Cases]" = WeakValueDictionary()


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


def visit(name: str | None) -> Cases:
    """A visit: as it is while anything still holds it; else one that `bring_again` may fill.

    Args:
        name: Its random name, as in the page's address; another visit begins if there is none.
    """
    with _lock:
        known = name is not None and VISIT_NAME.fullmatch(name) is not None
        found = _visits.get(name) if known and name is not None else None
        if found is None:
            found = Cases(keeper=keeper())
            if known and name is not None:
                found.visit, found.awaited = name, True
            _visits[found.visit] = found
        return found


def admit(cases: Cases) -> None:
    """Take files from the session of Streamlit's that this runs in, as long as its visit lasts."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None:
        _admitted[context.session_id] = cases


def is_admitted(session: str) -> bool:
    """Whether files are taken from a session of Streamlit's: somebody has been let in there."""
    return session in _admitted


def dismiss() -> None:
    """Take no more files from the session of Streamlit's that this runs in."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None:
        _admitted.pop(context.session_id, None)


def bring_again(cases: Cases) -> None:
    """Fill a visit with what is stored of it.

    Raises:
        StoreError: The store does not answer; what the visit has by now stays.
    """
    restored = keeper().restore(cases.visit, settings_in)
    with _lock:
        cases.awaited = False
        cases.items = {case.id: case for case in restored} | cases.items
        if cases.chosen is None and restored:
            cases.chosen = restored[-1].id


@cache
def keeper() -> Keeper:
    """What stores the radiographs."""
    from records import open_store

    started = Keeper(lambda: open_store(settings()))
    atexit.register(started.close)
    return started


@cache
def _started() -> "Workers":
    from pipeline.workers.workers import Workers as WorkerProcesses

    started = WorkerProcesses(settings())
    atexit.register(started.close)
    return started
