"""The evidence of a sentence: the zones it speaks of, and the measured values in words."""

from collections.abc import Mapping, Sequence

from pipeline.types import Claim, Descriptors, Grade, Measurement, Prediction, Side, Zone
from pipeline.words import Words

CLASSIFICATION = frozenset({"label", "confidence", "abnormal_probability"})


def zones_of(claim: Claim, descriptors: Descriptors) -> tuple[Zone, ...]:
    """The zones that a sentence speaks of, in the order of `Zone`; possibly none.

    Args:
        claim: The sentence. The zones it names count first, then those whose values it was
            compared with ("there"), then those found on the sides, or in the number, that it names.
        descriptors: What was found.
    """
    measured_at = {name.partition(".")[0] for name in claim.evidence}
    found = {item.zone for item in descriptors.items}
    if claim.zones:
        named = set(claim.zones)
    elif measured_at & CLASSIFICATION:  # a bare number is compared with every zone's values as well
        named = set()
    elif measured_at & set(Zone):
        named = {zone for zone in Zone if zone in measured_at}
    elif "sides" in measured_at:
        sides = {part.strip() for part in str(claim.evidence["sides"]).split(",")}
        named = {zone for zone in found if zone.side in sides}
    else:
        named = found if "regions" in measured_at else set()
    return tuple(zone for zone in Zone if zone in named)


def measured(
    words: Words,
    prediction: Prediction,
    evidence: Mapping[str, float | str],
    measurements: Sequence[Measurement] = (),
) -> str:
    """Name each value and say it.

    Args:
        words: The language.
        prediction: Whose labels may be named.
        evidence: Values as `Claim.evidence` holds them: `right_lower.intensity`, `right_lower`,
            `confidence`, `label`, `sides`, `regions`, `cardiothoracic_ratio`, `hyperinflation`.
        measurements: Those that may be named, for their units.
    """
    units = {measurement.name: measurement.unit for measurement in measurements}

    def said(name: str, value: float | str) -> str:
        if name in units and not isinstance(value, str):
            return words.quantity(value, units[name])
        return _value(words, prediction, name, value)

    return "; ".join(
        f"{_name(words, prediction, name)}: {said(name, value)}" for name, value in evidence.items()
    )


def _name(words: Words, prediction: Prediction, name: str) -> str:
    if name in prediction.labels:
        return words.label(prediction, name)
    zone, _, measure = name.partition(".")
    if zone not in set(Zone):
        return words.optional(f"evidence.{name}", f"measurements.names.{name}")
    place = words.capital(f"zones.{zone}.name")
    return f"{place}, {words.optional(f'evidence.{measure}', measure)}" if measure else place


def _value(words: Words, prediction: Prediction, name: str, value: float | str) -> str:
    if not isinstance(value, str):
        return words.number(value, 0 if name == "regions" else 2)
    if value in prediction.labels:
        return words.label(prediction, value)
    if value in set(Grade):
        return words(f"grades.{value}")
    parts = [part.strip() for part in value.split(",")]
    if set(parts) <= set(Side):
        return ", ".join(words(f"sides.{part}") for part in parts)
    return words.optional(f"evidence.{value}", value)
