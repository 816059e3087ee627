"""Evaluation of the anatomy model on a dataset, through the very path the app runs."""

import math
from contextlib import suppress
from typing import Any

import numpy as np

from pipeline.errors import ChestNotFoundError
from pipeline.types import Anatomy, BoolArray, Radiograph, Structure
from segmentation.geometry import two_lungs
from segmentation.morphometry import OutlineMorphometer
from segmentation.segmenter import DeepLabSegmenter, whole_lungs
from training.anatomy.drawn import drawn_readings, enlarged_radiograph, read_mask
from training.anatomy.robustness import robustness
from training.anatomy.training import dice
from training.classifier.thorax_cache import radiograph_of
from training.datasets.index import ImageRecord, read_grey
from training.evaluate import NothingToEvaluateError, estimate

MOST_CHANGED = 100  # radiographs of a dataset on which robustness is measured, evenly taken


def evaluate_anatomy(radiographs: list[ImageRecord], segmenter: DeepLabSegmenter) -> dict[str, Any]:
    """Dice and IoU of both lungs together, and how often spine and abdomen are implausible.

    Where the dataset has masks of the heart: its Dice, and how far the cardiothoracic ratio lies
    from that of the outlines drawn by hand, on average.

    Datasets leave the heart out of the lung or in it; the output that fits the dataset's masks
    better on average is reported, and named. Robustness is measured on `MOST_CHANGED` radiographs.

    Raises:
        NothingToEvaluateError: No radiograph has a lung mask.
    """
    masked = [image for image in radiographs if image.lung_mask is not None]
    if not masked:
        raise NothingToEvaluateError("no radiograph has a lung mask")
    scores: dict[str, list[float]] = {"field": [], "lung": []}
    truths = []
    implausible = refused = 0
    for image in masked:
        radiograph = radiograph_of(image)
        truths.append(read_grey(image.lung_mask or image.path, radiograph.shape[0]) > 127)
        for kind, values in scores.items():
            values.append(dice(outlined(radiograph, segmenter, kind), truths[-1]))
        try:
            implausible += not plausible(segmenter.segment(radiograph))
        except ChestNotFoundError:
            refused += 1
    kind = max(scores, key=lambda name: float(np.mean(scores[name])))
    dices = np.array(scores[kind])
    patients = [image.patient for image in masked]
    worst = np.argsort(dices)[:5]
    few = slice(None, None, math.ceil(len(masked) / MOST_CHANGED))
    return {
        "n": len(masked),
        "output": kind,
        "dice": {
            "mean": estimate(lambda cases: float(dices[cases].mean()), patients),
            "share_above_0_90": estimate(
                lambda cases: float((dices[cases] > 0.9).mean()), patients
            ),
        },
        "iou": estimate(lambda cases: float((dices / (2 - dices))[cases].mean()), patients),
        "refused": refused,
        "implausible_share": implausible / max(1, len(masked)),
        "robustness": robustness(
            masked[few],
            segmenter,
            truths[few],
            lambda radiograph: outlined(radiograph, segmenter, kind),
        ),
        "worst": [
            {"file": masked[case].path.name, "dice": round(float(dices[case]), 4)} for case in worst
        ],
        **_of_the_heart([image for image in masked if image.heart_mask is not None], segmenter),
    }


def _of_the_heart(radiographs: list[ImageRecord], segmenter: DeepLabSegmenter) -> dict[str, Any]:
    """How well hearts are outlined and measured; nothing without radiographs.

    A radiograph that is refused has a Dice of 0 and no ratio.
    """
    if not radiographs:
        return {}
    meter = OutlineMorphometer(segmenter)
    place = "cardiothoracic_ratio", None
    dices = np.zeros(len(radiographs))
    errors: list[tuple[str, float]] = []
    for case, image in enumerate(radiographs):
        radiograph = enlarged_radiograph(image)
        try:
            anatomy = segmenter.segment(radiograph)
        except ChestNotFoundError:
            continue
        found = anatomy.masks_image[Structure.HEART]
        dices[case] = dice(found, read_mask(image.heart_mask or image.path, radiograph.shape))
        spine = anatomy.masks_image[Structure.SPINE]
        drawn = drawn_readings(image, radiograph.shape, spine).get(place)
        measured = {(one.name, one.side): one.value for one in meter.measure(radiograph, anatomy)}
        value = measured[place]
        if drawn is not None and value is not None:
            errors.append((image.patient, abs(value - drawn.value)))
    away = np.array([error for _, error in errors])
    patients = [image.patient for image in radiographs]
    return {
        "dice_heart": estimate(lambda cases: float(dices[cases].mean()), patients),
        "cardiothoracic_ratios": len(errors),
        "cardiothoracic_ratio_error": estimate(
            lambda cases: float(away[cases].mean()), [patient for patient, _ in errors]
        )
        if errors
        else None,
    }


def outlined(radiograph: Radiograph, segmenter: DeepLabSegmenter, kind: str) -> BoolArray:
    """Both lungs, cleaned as the app cleans them, on the output `field` or `lung`."""
    found = segmenter.outlines_image(radiograph)
    right, left = (found[f"{side}_{kind}"] for side in ("right", "left"))
    with suppress(ChestNotFoundError):  # what was found is measured as it is
        right, left = whole_lungs(found) if kind == "lung" else two_lungs(right, left)
    both: BoolArray = right | left
    return both


def plausible(anatomy: Anatomy) -> bool:
    """Spine in one piece between the lungs, abdomen not above the lungs' middle."""
    if {"spine_missing", "spine_broken", "abdomen_missing"} & set(anatomy.warnings):
        return False
    middle_row = np.nonzero(anatomy.lungs_image)[0].mean()
    right, spine, left = (
        np.nonzero(anatomy.masks_image[name])[1].mean()
        for name in (Structure.RIGHT_LUNG, Structure.SPINE, Structure.LEFT_LUNG)
    )
    between = right < spine < left
    return bool(
        between and np.nonzero(anatomy.masks_image[Structure.ABDOMEN])[0].mean() > middle_row
    )
