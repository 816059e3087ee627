"""From a raw saliency map to an explanation: normalised, and cut to the chest for show."""

from collections.abc import Mapping

import numpy as np

from pipeline.errors import SettingsError
from pipeline.types import Anatomy, BoolArray, Explanation, FloatArray, Method


def normalised(map_image: FloatArray) -> FloatArray:
    """The positive part of a map, scaled so that its maximum is 1; zeros stay zeros.

    Args:
        map_image: `(row, col)` float32, of any range.

    Returns:
        `(row, col)` float32 in [0, 1].
    """
    positive = np.maximum(map_image, np.float32(0))
    return _by(positive, positive.max(initial=np.float32(0)))


def balanced(map_image: FloatArray) -> FloatArray:
    """A map of both signs, scaled so that its largest magnitude is 1; zeros stay zeros.

    Args:
        map_image: `(row, col)` float32, of any range.

    Returns:
        `(row, col)` float32 in [-1, 1].
    """
    largest = max(-map_image.min(initial=np.float32(0)), map_image.max(initial=np.float32(0)))
    return _by(map_image, largest)


def _by(map_image: FloatArray, largest: np.float32) -> FloatArray:
    """A map divided by its largest magnitude; a map of zeros as it is."""
    return map_image if largest == 0 else np.asarray(map_image / largest, np.float32)


def share_within(map_image: FloatArray, mask_image: BoolArray) -> float:
    """Share of a map's total that lies inside a mask, in [0, 1]; 0 for an empty map."""
    total = float(map_image.sum(dtype=np.float64))
    if total == 0.0:
        return 0.0
    return min(1.0, float(map_image[mask_image].sum(dtype=np.float64)) / total)


def explanation_of(
    method: Method,
    label: str,
    map_image: FloatArray,
    anatomy: Anatomy,
    *,
    signed_image: FloatArray | None = None,
    measures: Mapping[str, float],
    parameters: Mapping[str, int | float | str],
    superpixel_weights: tuple[float, ...] = (),
) -> Explanation:
    """An explanation from an explainer's map on the working grid.

    The shown map keeps the scale of the raw one: what is cut away must not make the rest look
    stronger than it was. Every method's measures are joined by `lungs_share`, the share of the raw
    map inside the lungs: a classifier that looks elsewhere found a shortcut.

    Args:
        method: Which explainer.
        label: The label explained.
        map_image: `(row, col)` float32; negative values count as nothing.
        anatomy: The radiograph's anatomy, which says what is chest.
        signed_image: `(row, col)` float32 of any range, the map with its negative values;
            `None` of a method that has none.
        measures: The method's own quality measures.
        parameters: What the method ran with.
        superpixel_weights: LIME's, in any order.
    """
    raw = normalised(map_image)
    chest = anatomy.chest_image
    return Explanation(
        method=method,
        label=label,
        raw_image=raw,
        map_image=np.where(chest, raw, np.float32(0)),
        removed_mass=share_within(raw, ~chest),
        signed_image=None if signed_image is None else balanced(signed_image),
        superpixel_weights=tuple(sorted(superpixel_weights, reverse=True)),
        measures={**measures, "lungs_share": share_within(raw, anatomy.lungs_image)},
        parameters=parameters,
    )


def label_index(labels: tuple[str, ...], label: str) -> int:
    """Where a label stands among the classifier's.

    Raises:
        SettingsError: The classifier has no such label.
    """
    if label not in labels:
        raise SettingsError(name="explain_label")
    return labels.index(label)
