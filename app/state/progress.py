"""What a job's progress says: how far each step is, and the report's text so far."""

from collections.abc import Iterable, Mapping

from pipeline.types import ProgressEvent, Step


def steps_of(events: Iterable[ProgressEvent]) -> Mapping[Step, float | None]:
    """The last fraction of each step that began, in [0, 1]; `None` if it does not say."""
    steps: dict[Step, float | None] = {}
    for event in events:
        if event.fraction is not None or event.step not in steps:
            steps[event.step] = event.fraction
    return steps


def text_of(events: Iterable[ProgressEvent]) -> str:
    """The report's tokens so far; another attempt begins anew."""
    text = ""
    for event in events:
        if event.step is Step.WRITE:
            text = "" if event.fraction == 0 and not event.text else text + event.text
    return text
