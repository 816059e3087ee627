"""From which probability on a picture is refused, chosen on hospitals that were not taught."""

from collections.abc import Mapping

import numpy as np

from pipeline.errors import InputError
from pipeline.reading.gate import PHOTOGRAPH, Look, PictureView, check_look
from pipeline.reading.gate.input_gate import LIMITS, TURNED
from training.gate.pictures import LEFT_OUT, OUTSIDE

ADMITTED = "admitted"
MOST_WRONG = 0.004  # of a hospital's upright radiographs, for each of the four reasons
LOWEST, HIGHEST = 0.3, 0.995


def limits_of(looks: Mapping[str, list[Look]]) -> dict[str, float]:
    """For each reason the lowest limit at which hardly any upright radiograph is refused for it.

    Args:
        looks: Answers by kind, of hospitals that the network was not taught.
    """
    found = {}
    for reason in LIMITS:
        needed = [LOWEST]
        for hospital in (*LEFT_OUT, OUTSIDE):
            if looks.get(hospital):
                sure = np.array([probability(look, reason) for look in looks[hospital]])
                needed.append(float(np.quantile(sure, 1 - MOST_WRONG, method="lower")) + 1e-3)
        found[reason] = round(min(max(needed), HIGHEST), 3)
    return found


def probability(look: Look, reason: str) -> float:
    """How probable one of `LIMITS` is."""
    if reason == PHOTOGRAPH:
        return look.photograph
    return look.turned if reason == TURNED else look.views[PictureView(reason)]


def called(look: Look, limits: Mapping[str, float]) -> str:
    """What the gate says: the error's code, with the angle of a turned one, or `admitted`."""
    try:
        check_look(look, limits)
    except InputError as error:
        degrees = error.parameters.get("degrees")
        return error.code if degrees is None else f"{error.code}_{degrees}"
    return ADMITTED
