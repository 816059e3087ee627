"""What a report may state: the measurements of one case, by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.types import Descriptor, Language, Prediction, Side, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report may state."""

    prediction: Prediction
    items: tuple[Descriptor, ...]
    language: Language

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
