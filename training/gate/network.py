"""The gate's network: the first half of a published one as it is, and a small head that is taught.

The trunk is EfficientNet-Lite0 up to its fourth stage (stride 16) with the published weights, which
have seen a million photographs and are not taught further: what it sees of a picture can be kept,
and teaching the head takes seconds. It is a copy of its own, so retraining the classifier, which
began with the same weights, or exchanging it does not change what is refused.
"""

from typing import TYPE_CHECKING

from pipeline.reading.gate import OUTPUTS
from training.classifier.hospitals.lite_network import build_torch, start_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

BLOCKS, FINE_BLOCKS = 8, 5
"""Blocks of the trunk, and of its finer part, of which only means are seen."""

CHANNELS, FINE_CHANNELS, CELLS = 80, 40, 4
FEATURES = CELLS * CELLS * CHANNELS + CHANNELS + FINE_CHANNELS
HIDDEN = 64


def build_trunk() -> "nn.Module":
    """The trunk: `(batch, 1, row, col)` float32 in [0, 1] to `(batch, FEATURES)`.

    Of the last stage it gives the means on a grid of `CELLS` x `CELLS`, which tell
    how a chest lies, and the largest value a channel; of the finer one the means.

    Raises:
        NoStartWeightsError: The package with the published weights is not installed.
    """
    import torch
    from torch.nn.functional import adaptive_avg_pool2d

    whole = build_torch(outputs=1)
    start_weights(whole)

    class Trunk(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            stem, blocks = (
                whole.get_submodule("stem"),
                list(whole.get_submodule("blocks").children()),
            )
            finer = torch.nn.Sequential(*blocks[:FINE_BLOCKS])
            coarser = torch.nn.Sequential(*blocks[FINE_BLOCKS:BLOCKS])
            self.parts = torch.nn.ModuleList([stem, finer, coarser])

        def forward(self, batch: "Tensor") -> "Tensor":
            stem, finer, coarser = self.parts
            fine: Tensor = finer(stem((batch * 2 - 1).expand(-1, 3, -1, -1)))
            coarse: Tensor = coarser(fine)
            cells = adaptive_avg_pool2d(coarse, CELLS).flatten(1)
            return torch.cat([cells, coarse.amax(dim=(2, 3)), fine.mean(dim=(2, 3))], dim=1)

    return Trunk().eval()


def build_head() -> "nn.Module":
    """The head, with random weights: `(batch, FEATURES)` to `(batch, output)` logits."""
    from torch import nn

    return nn.Sequential(
        nn.BatchNorm1d(FEATURES),
        nn.Dropout(0.3),
        nn.Linear(FEATURES, HIDDEN),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(HIDDEN, len(OUTPUTS)),
    )
