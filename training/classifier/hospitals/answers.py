"""What the app answers to the radiographs of any hospital: abnormal or not, refused, unfamiliar.

Any label but those of `NORMAL_LABELS` counts as abnormal, whether the classifier knows it or not,
so a hospital with labels of its own can be measured.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import steps
from pipeline.build import build_models
from pipeline.errors import InputError
from pipeline.protocols import Role, silent
from pipeline.settings import Settings
from pipeline.types import Examination, Prediction
from training.datasets.index import ImageRecord
from training.evaluate import estimate
from training.metrics import auc, expected_calibration_error

NORMAL_LABELS = frozenset(("normal", "no_nodule"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Radiographs and what the app made of them.

    Attributes:
        radiographs: Those that were classified.
        predictions: The classification of each.
        refused: How many were refused, by the error's code.
    """

    radiographs: Sequence[ImageRecord]
    predictions: Sequence[Prediction]
    refused: Mapping[str, int] = field(default_factory=dict)


def answers_of(
    records: Iterable[ImageRecord],
    settings: Settings,
    look: Callable[[ImageRecord, Examination], None] | None = None,
) -> Answers:
    """Read, segment, measure and classify radiographs as the app does.

    Args:
        records: The radiographs.
        settings: Weights, threads, classifier.
        look: Called with each examination, for whoever wants to see more of it.

    Raises:
        ModelError: A model cannot be used.
    """
    settings = replace(settings, explain_images=False, write_report=False)
    decode, vision = build_models(Role.DECODE, settings), build_models(Role.VISION, settings)
    kept: list[ImageRecord] = []
    predictions: list[Prediction] = []
    refused: Counter[str] = Counter()
    for record in records:
        try:
            (read,) = steps.read(decode, silent, data=record.path.read_bytes())
            (examination,) = steps.examine(
                vision, silent, radiograph=read.value, settings=settings, begun={}, provenance={}
            )
        except InputError as error:
            refused[error.code] += 1
            continue
        kept.append(record)
        predictions.append(examination.prediction)
        if look is not None:
            look(record, examination)
    return Answers(radiographs=kept, predictions=predictions, refused=dict(refused))


def is_abnormal(record: ImageRecord) -> bool:
    """Whether a radiograph's label is anything but normal."""
    return record.label not in NORMAL_LABELS


def figures_of(answers: Answers) -> dict[str, Any]:
    """The figures of abnormal against normal, and of what is withheld.

    Returns:
        `radiographs` (all), `n` (those classified), `refused` (by code), `abnormal` (`auc`,
        `accuracy`, `specificity`, `sensitivity`, `ece`, `accuracy_outside_band`,
        `share_uncertain`) over all that were classified, whether shown or withheld, and
        `unfamiliar` (`share`, and `accuracy_of_rest`, of those that are shown). Each figure is
        `{"value", "ci95"}`, or `None` where it is not defined.
    """
    patients = [record.patient for record in answers.radiographs]
    positive = np.array([is_abnormal(record) for record in answers.radiographs], bool)
    score = np.array([one.abnormal_probability for one in answers.predictions], np.float64)
    called = np.array([one.is_abnormal for one in answers.predictions], bool)
    doubtful = np.array([one.is_uncertain for one in answers.predictions], bool)
    withheld = np.array([one.is_unfamiliar for one in answers.predictions], bool)
    right = called == positive
    count = len(patients)

    def share(values: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> dict[str, Any] | None:
        return estimate(lambda cases: _share(values[cases], chosen[cases]), patients)

    everything = np.ones(count, bool)
    return {
        "radiographs": count + sum(answers.refused.values()),
        "n": count,
        "refused": dict(answers.refused),
        "abnormal": {
            "auc": estimate(lambda cases: auc(positive[cases], score[cases]), patients)
            if positive.any() and not positive.all()
            else None,
            "accuracy": share(right, everything),
            "specificity": share(~called, ~positive),
            "sensitivity": share(called, positive),
            "ece": estimate(
                lambda cases: expected_calibration_error(positive[cases], score[cases]), patients
            )
            if count
            else None,
            "accuracy_outside_band": share(right, ~doubtful),
            "share_uncertain": share(doubtful, everything),
        },
        "unfamiliar": {
            "share": share(withheld, everything),
            "accuracy_of_rest": share(right, ~withheld),
        },
    }


def _share(values: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    if not chosen.any():
        raise ValueError("no case is chosen")
    return float(values[chosen].mean())
