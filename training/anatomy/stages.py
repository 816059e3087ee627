"""How the anatomy model is trained, stage after stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AnatomySettings:
    """How the anatomy model is trained, for one stage.

    Attributes:
        size: Rows and columns of the pictures.
        batch: Radiographs a step.
        steps: Optimiser steps.
        learning_rate: The highest; warmed up over a tenth of the steps, then a cosine to zero.
        shares: Share of radiographs drawn from each dataset.
        heart_only: Whether the heart's decoder alone is taught, and all else held.
        movement: How far radiographs are turned, scaled and shifted; 1 is up to 12 degrees, 25 %
            and 8 %.
        rotated_share: Share of radiographs on their side or head, on which nothing is to be found.
        averaging: Decay of the mean of the latest weights, which is what is kept.
        steps_per_check: Steps between two looks at the validation radiographs.
        seed: Of weights and radiographs.
    """

    size: int = 192
    batch: int = 16
    steps: int = 1200
    learning_rate: float = 2e-3
    shares: Mapping[str, float] = field(default_factory=lambda: {"jsrt": 0.3, "paediatric": 0.7})
    heart_only: bool = False
    movement: float = 1.0
    rotated_share: float = 0.0
    averaging: float = 0.99
    steps_per_check: int = 300
    seed: int = 0


STAGES = (
    AnatomySettings(),
    AnatomySettings(
        steps=240,
        learning_rate=4e-4,
        shares={"jsrt": 0.15, "paediatric": 0.85},
        movement=0.4,
        steps_per_check=80,
    ),
    AnatomySettings(
        steps=2000,
        learning_rate=1.5e-3,
        shares={"jsrt": 0.25, "paediatric": 0.75},
        movement=0.7,
        rotated_share=0.08,
        averaging=0.995,
        steps_per_check=250,
        seed=2,
    ),
    AnatomySettings(
        steps=1200,
        learning_rate=2e-3,
        shares={"jsrt": 0.45, "shenzhen": 0.4, "paediatric": 0.15},
        heart_only=True,
        movement=0.6,
        rotated_share=0.03,
        averaging=0.99,
        steps_per_check=100,
        seed=3,
    ),
)
"""From wide movements to gentle ones, then long, with radiographs that are to be refused; last the
heart and the fields of adults with disease."""
