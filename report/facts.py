"""What a report may state: the measurements of one case, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.types import (
    Descriptor,
    Descriptors,
    Language,
    Prediction,
    Side,
    Sign,
    SignName,
    Zone,
)


class Hyperinflation(StrEnum):
    """What the signs of over-inflated lungs say together."""

    FITS = "fits"
    NONE = "none"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report may state."""

    prediction: Prediction
    items: tuple[Descriptor, ...]
    language: Language
    signs: tuple[Sign, ...] = ()

    @classmethod
    def of(cls, prediction: Prediction, descriptors: Descriptors, language: Language) -> "Facts":
        """The facts of a case."""
        return cls(
            prediction=prediction,
            items=descriptors.items,
            language=language,
            signs=descriptors.signs,
        )

    @property
    def measures(self) -> Mapping[SignName, Sign]:
        """The signs by name; a threshold is for one side at most, so there is one of each."""
        return {sign.name: sign for sign in self.signs}

    @property
    def hyperinflation(self) -> Hyperinflation | None:
        """What the signs say of over-inflated lungs; `None` without a sign that could say it.

        Signs near their thresholds decide nothing, and signs that contradict each other neither.
        """
        asked = [
            sign for sign in self.signs if sign.threshold and sign.threshold.for_hyperinflation
        ]
        if not asked:
            return None
        clear = {sign.beyond_threshold for sign in asked if not sign.is_borderline}
        if len(clear) != 1:
            return Hyperinflation.OPEN
        return Hyperinflation.FITS if clear.pop() else Hyperinflation.NONE

    @property
    def zones(self) -> Mapping[Zone, Descriptor]:
        """The descriptors by zone."""
        return {item.zone: item for item in self.items}

    @property
    def sides(self) -> frozenset[Side]:
        """The sides that hold anything."""
        return frozenset(item.zone.side for item in self.items)

    @property
    def confidence(self) -> float:
        """The verdict's probability."""
        return self.prediction.probability(self.prediction.label)
