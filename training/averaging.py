"""The mean of a network's latest weights, which is steadier than the last ones."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn
    from torch.optim.swa_utils import AveragedModel


def averaged(network: "nn.Module", decay: float) -> "AveragedModel":
    """An exponential moving average of a network's weights and running means.

    Args:
        network: The network in training; `update_parameters` is called after each of its steps.
        decay: How much of the mean stays at each step, in [0, 1].

    Reference:
        Polyak and Juditsky 1992, Acceleration of Stochastic Approximation by Averaging.
    """
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    # torch leaves the averaging function untyped
    mean_of_latest = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
    return AveragedModel(network, multi_avg_fn=mean_of_latest, use_buffers=True)
