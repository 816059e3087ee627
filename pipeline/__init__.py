"""The one data flow and its steps; `Analyser` is the Python API."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analyser import Analyser, Case, Outcome

__all__ = ["Analyser", "Case", "Outcome"]


def __getattr__(name: str) -> Any:
    """The API's classes, imported when they are asked for: workers import this package, too."""
    if name in __all__:
        from pipeline import analyser

        return getattr(analyser, name)
    raise AttributeError(name)
