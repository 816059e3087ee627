"""The tab of one method: its map, what stands beside it, and the method's own measures."""

from dataclasses import dataclass

from pipeline.pictures.overlays import Picture, saliency_overlay, signed_overlay
from pipeline.types import CaseResult, Explanation, FloatArray, Method
from pipeline.words import Words

POOR_FIT = 0.5
STRONGEST = 3  # weights named on either side
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLook:
    """How maps are drawn.

    Attributes:
        opacity: In [0, 1].
        threshold: Saliency below it is not drawn, in [0, 1).
        outlined: Whether the zones are outlined.
        raw: Whether the map is shown as it was before anything was cut away.
    """

    opacity: float
    threshold: float
    outlined: bool
    raw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodMeasures:
    """What is to be known of a map.

    Attributes:
        facts: How much was cut away, and the method's own measures.
        is_fitted: Whether a simple model was fitted.
        fits_poorly: Whether it fits poorly.
        parameters: What the method ran with.
    """

    facts: Facts
    is_fitted: bool
    fits_poorly: bool
    parameters: Facts


def map_caption(words: Words, found: CaseResult, method: Method, look: MapLook) -> str:
    """Method and label, and whether anything was removed."""
    label = words.label(found.prediction, found.explanations[method].label)
    key = "saliency.caption_raw" if look.raw else "saliency.caption"
    return words(key, method=method.spec.name, label=label)


def map_picture(found: CaseResult, method: Method, look: MapLook) -> Picture:
    """The map over the radiograph."""
    explanation = found.explanations[method]
    return saliency_overlay(
        found.radiograph,
        explanation.raw_image if look.raw else explanation.map_image,
        look.opacity,
        threshold=look.threshold,
        outlines=found.anatomy.zones_image if look.outlined else None,
    )


def signed_picture(found: CaseResult, signed_image: FloatArray, look: MapLook) -> Picture:
    """The map of two colours over the radiograph."""
    return signed_overlay(
        found.radiograph,
        signed_image,
        look.opacity,
        threshold=look.threshold,
        outlines=found.anatomy.zones_image if look.outlined else None,
    )


def method_measures(words: Words, explanation: Explanation) -> MethodMeasures:
    """How much was cut away, the method's own measures, and what it ran with."""
    rows = [(words("saliency.removed"), words.percent(explanation.removed_mass))]
    for name, value in explanation.measures.items():
        said = words.percent(value) if name.endswith("_share") else words.number(value)
        rows.append((words.optional(f"measure.{name}", name), said))
    fit = explanation.measures.get("r2")
    return MethodMeasures(
        facts=tuple(rows),
        is_fitted=fit is not None,
        fits_poorly=fit is not None and fit < POOR_FIT,
        parameters=tuple(
            (words.optional(f"parameter.{name}", name), _parameter(words, value))
            for name, value in explanation.parameters.items()
        ),
    )


def weights_view(words: Words, explanation: Explanation) -> Facts:
    """How many superpixels speak for the label and against it, and the strongest of them."""
    weights = explanation.superpixel_weights
    if not weights:
        return ()

    def listed(values: list[float]) -> str:
        return "; ".join(words.number(value, 3) for value in values) or "–"

    positive = [value for value in weights if value > 0]
    negative = [value for value in reversed(weights) if value < 0]
    return (
        (words("signed.positive"), str(len(positive))),
        (words("signed.negative"), str(len(negative))),
        (words("signed.strongest_positive"), listed(positive[:STRONGEST])),
        (words("signed.strongest_negative"), listed(negative[:STRONGEST])),
    )


def _parameter(words: Words, value: str | float) -> str:
    return words.decimal(value) if isinstance(value, float) else str(value)
