"""What evaluations share: a dataset that cannot be measured, a metric with its interval."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.metrics import bootstrap


class NothingToEvaluateError(Exception):
    """A dataset holds nothing that the model could be measured on."""


def estimate(
    metric: Callable[[NDArray[np.int64]], float], patients: Sequence[str]
) -> dict[str, Any] | None:
    """A metric as `{"value", "ci95"}`, or `None` where the dataset leaves it undefined."""
    found = bootstrap(metric, patients)
    return None if found is None else asdict(found)
