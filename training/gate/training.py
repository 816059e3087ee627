"""The gate's head is taught on what the trunk sees."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.gate import OUTPUTS, PHOTOGRAPH, PictureView
from training.averaging import averaged
from training.gate.network import build_head
from training.gate.samples import Samples

if TYPE_CHECKING:
    from torch import nn

SHARES = {
    PictureView.UPRIGHT: 0.40,
    PictureView.TURN_90: 0.09,
    PictureView.TURN_180: 0.11,
    PictureView.TURN_270: 0.09,
    PictureView.LATERAL: 0.12,
    PictureView.NOT_CHEST: 0.19,
}
"""How often each view is drawn of what is no photograph."""

PHOTOGRAPHED = 0.2
"""How often a photograph is drawn."""

SAME_RADIOGRAPHS = {"adult": ("lesions",)}
"""Datasets that hold radiographs of another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """How long and how the head is taught.

    Attributes:
        steps: Optimiser steps.
        batch: Pictures a step.
        rate: Highest learning rate.
        decay: Weight decay.
        kept: How much of the weights' running mean stays at each step.
        seed: Of everything that is drawn.
    """

    steps: int = 1000
    batch: int = 256
    rate: float = 2e-3
    decay: float = 1e-2
    kept: float = 0.995
    seed: int = 0


def taught(samples: Samples, *, fold: int | None = None, left_out: str | None = None) -> Samples:
    """What a run is taught on: all, or without a part of every dataset and without a hospital."""
    without = [] if left_out is None else [left_out, *SAME_RADIOGRAPHS.get(left_out, ())]
    kept = ~np.isin(samples.sources, without)
    return samples.chosen(kept if fold is None else kept & (samples.folds != fold))


def teach_head(samples: Samples, settings: GateSettings) -> "nn.Module":
    """Teach a head and give it with the mean of its latest weights."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy
    from torch.optim.lr_scheduler import OneCycleLR

    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    head = build_head()
    mean = averaged(head, settings.kept)
    optimiser = torch.optim.AdamW(head.parameters(), lr=settings.rate, weight_decay=settings.decay)
    schedule = OneCycleLR(optimiser, settings.rate, total_steps=settings.steps, pct_start=0.1)
    weights, at = _weights(samples), OUTPUTS.index(PHOTOGRAPH)
    draws = random.choice(len(weights), (settings.steps, settings.batch), p=weights)
    seen = torch.from_numpy(samples.features.astype(np.float32))
    views = torch.from_numpy(samples.views)
    photograph = torch.from_numpy(samples.photograph.astype(np.float32))
    for drawn in torch.from_numpy(draws):
        logits = head(seen[drawn])
        of_view = cross_entropy(logits[:, :at], views[drawn], label_smoothing=0.02)
        loss = of_view + binary_cross_entropy_with_logits(logits[:, at], photograph[drawn])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        mean.update_parameters(head)
    head.load_state_dict(mean.module.state_dict())
    return head.eval()


def _weights(samples: Samples) -> NDArray[np.float64]:
    """How often each picture is drawn; of a view, every source alike."""
    weights = np.zeros(len(samples.views))
    groups = [(samples.photograph, PHOTOGRAPHED)]
    groups += [
        (~samples.photograph & (samples.views == number), (1 - PHOTOGRAPHED) * SHARES[view])
        for number, view in enumerate(PictureView)
    ]
    for members, share in groups:
        sources = np.unique(samples.sources[members])
        for source in sources:
            of_source = members & (samples.sources == source)
            weights[of_source] += share / len(sources) / of_source.sum()
    found: NDArray[np.float64] = weights / weights.sum()
    return found
