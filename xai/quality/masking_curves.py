"""Deletion and insertion curves: how much a label's probability depends on what a map highlights.

Hidden places take the tone that LIME hides with, the mean of all that the network sees. Black would
be a tone of its own to a network that knows black as "outside the thorax", and a place's own mean
would leave a bright place bright.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray, FloatArray, MaskingCurves

PredictFn = Callable[[FloatArray], FloatArray]
"""From a `(batch, size, size)` batch to the label's probability in each picture, `(batch,)`."""

BATCH = 32
NOISE_CELLS = 8
"""Rows and columns of the coarse noise that random maps are enlarged from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaskingContext:
    """What the curves are drawn on.

    Attributes:
        image_model: `(size, size)` float32 in [0, 1], what the network sees of the radiograph.
        roi_mask: `(size, size)` bool, where it sees the radiograph; nothing else is ever hidden.
        baseline_value: The tone of hidden places, in [0, 1].
        predict_fn: The network's answer for one label.
        steps: Equal steps from the whole radiograph to nothing.
    """

    image_model: FloatArray
    roi_mask: BoolArray
    baseline_value: float
    predict_fn: PredictFn
    steps: int


def mean_tone(image_model: FloatArray, roi_mask: BoolArray) -> float:
    """The tone of hidden places: the mean of what the network sees, in [0, 1]."""
    return float(image_model[roi_mask].mean())


def random_map(size: int, seed: tuple[int, ...]) -> FloatArray:
    """A random map: coarse noise, enlarged, `(size, size)` float32 in [0, 1].

    Its places hang together as those of Grad-CAM and LIME do. Single pixels drawn at random would
    be a straw man: a radiograph with holes in it is no radiograph, and every network's answer falls
    on it.

    Reference:
        The grid is that of RISE's masks: Petsiuk et al. 2018, arXiv:1806.07421.
    """
    import cv2

    cells = np.random.default_rng(seed).random((NOISE_CELLS, NOISE_CELLS)).astype(np.float32)
    enlarged = cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(enlarged, 0, 1).astype(np.float32)


def ranking(map_model: FloatArray, roi_mask: BoolArray, tie_model: FloatArray) -> NDArray[np.intp]:
    """The flat indices of all seen places, strongest first.

    Args:
        map_model: `(size, size)` float32.
        roi_mask: `(size, size)` bool.
        tie_model: `(size, size)` float32; decides between places of equal strength, such as all
            those that a map leaves at zero.
    """
    seen = np.flatnonzero(roi_mask)
    order = np.lexsort((-tie_model.ravel()[seen], -map_model.ravel()[seen]))
    return seen[order]


def deleted(context: MaskingContext, order: NDArray[np.intp]) -> Iterator[FloatArray]:
    """The radiograph with more and more of the first places hidden; not whole, and not all hidden.

    Yields:
        `(size, size)` float32, `steps - 1` of them.
    """
    for step in range(1, context.steps):
        picture = context.image_model.copy()
        picture.ravel()[order[: round(step * len(order) / context.steps)]] = context.baseline_value
        yield picture


def curves_of(
    context: MaskingContext,
    orders: Sequence[NDArray[np.intp]],
    progress: Callable[[float], None] = lambda fraction: None,
) -> list[MaskingCurves]:
    """Deletion and insertion curves of several rankings, the network asked by the batch.

    Args:
        context: The radiograph and the label.
        orders: Rankings of all seen places; inserting one is deleting its reverse, backwards.
        progress: Receives the share done, in [0, 1].

    Reference:
        Petsiuk et al. 2018, RISE, arXiv:1806.07421. There insertion starts from a blurred
        radiograph; here both curves hide with one tone, so that one random baseline serves both.
    """
    hidden = np.where(context.roi_mask, np.float32(context.baseline_value), context.image_model)
    pictures = [context.image_model, hidden.astype(np.float32)]
    for order in orders:
        pictures += deleted(context, order)
        pictures += deleted(context, order[::-1])
    answers: list[FloatArray] = []
    for start in range(0, len(pictures), BATCH):
        answers.append(context.predict_fn(np.stack(pictures[start : start + BATCH])))
        progress(min(1.0, (start + BATCH) / len(pictures)))
    full, empty, *inner = (float(value) for value in np.concatenate(answers))
    inside = context.steps - 1
    curves = []
    for start in range(0, len(inner), 2 * inside):
        forth, back = inner[start : start + inside], inner[start + inside : start + 2 * inside]
        curves.append(
            MaskingCurves(deletion=(full, *forth, empty), insertion=(empty, *back[::-1], full))
        )
    return curves


def area(curve: Sequence[float]) -> float:
    """Area under a curve of equal steps over [0, 1], by trapezoids."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))
