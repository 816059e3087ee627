"""What the routes work with."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from pipeline.settings import Settings
from service.analyses import Analyses
from service.web.access import Access
from service.web.metrics import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything behind the routes.

    Attributes:
        settings: Limits, and what a request does not choose.
        labels: The classifier's labels; any may be asked for if empty.
        analyses: What is held.
        access: Who may ask.
        metrics: What is counted.
        standing: `ok`, or why work is not taken now.
        is_stopping: Whether the service is ending.
    """

    settings: Settings
    labels: tuple[str, ...]
    analyses: Analyses
    access: Access
    metrics: Metrics
    standing: Callable[[], str]
    is_stopping: Callable[[], bool]


def parts_of(request: Request) -> Parts:
    """The parts of the app that a request came to."""
    parts: Parts = request.app.state.parts
    return parts
