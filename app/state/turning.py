"""A radiograph that was refused because it lies on its side or upside down, turned and analysed."""

from dataclasses import replace

from app.state.case import Case
from pipeline.errors import TurnedImageError
from pipeline.reading.adjust import adjusted
from pipeline.types import Radiograph
from pipeline.workers.workers import Workers


def turn_degrees(case: Case) -> int:
    """By how much it may be turned clockwise to be analysed; 0 if that is not offered."""
    is_offered = case.job is None and case.source is not None
    if not is_offered or not isinstance(case.error, TurnedImageError):
        return 0
    return int(case.error.parameters.get("degrees", 0))


def turn(case: Case, workers: Workers) -> None:
    """Turn it and analyse it; nothing where that is not offered.

    Raises:
        QueueFullError: Too many jobs wait; it stays on offer.
    """
    degrees, settings = turn_degrees(case), case.settings
    if not degrees:
        return
    if isinstance(case.source, Radiograph):
        lying = replace(settings, turn=degrees, mirror=False)
        case.restart(workers, adjusted(case.source, lying))
    elif case.source is not None:
        more = -degrees if settings.mirror else degrees  # turned first, then mirrored
        case.restart(workers, case.source, replace(settings, turn=(settings.turn + more) % 360))
