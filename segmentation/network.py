"""The segmentation network: torchvision's DeepLabV3 on a short ResNet-18 trunk."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

OUTPUTS = ("right_field", "left_field", "right_lung", "left_lung", "spine", "abdomen")
"""The network's channels. A *field* is the aerated lung, heart excluded; a *lung* includes the part
behind the heart. Channels may overlap, so each is a sigmoid of its own."""

INPUT_SIZE, SMALLER_SIZE = 224, 192
"""The two scales, in pixels, whose logits are averaged; the network learns at the smaller one."""

ASPP_CHANNELS = 128
ATROUS_RATES = (3, 6, 12)


def build_network() -> "nn.Module":
    """Build DeepLabV3 with random weights.

    The trunk is ResNet-18 up to its second stage (stride 8), which keeps the contours of the lungs
    sharper than the usual stride of 16 and needs no dilated depthwise convolutions, which are slow
    on processors. Input `(batch, 3, row, col)` float32 in [0, 1]; the output's `out` holds logits
    `(batch, 6, row, col)`, channels as in `OUTPUTS`.

    Reference:
        Chen et al. 2017, Rethinking Atrous Convolution for Semantic Image Segmentation,
        arXiv:1706.05587. Ours departs in the shorter trunk, 128 instead of 256 channels in the
        pyramid, and sigmoids instead of a softmax.
    """
    from torch import nn
    from torchvision.models import resnet18
    from torchvision.models._utils import IntermediateLayerGetter
    from torchvision.models.segmentation.deeplabv3 import ASPP, DeepLabV3

    trunk = IntermediateLayerGetter(resnet18(), {"layer2": "out"})
    head = nn.Sequential(
        ASPP(128, list(ATROUS_RATES), ASPP_CHANNELS),
        nn.Conv2d(ASPP_CHANNELS, ASPP_CHANNELS, 3, padding=1, bias=False),
        nn.BatchNorm2d(ASPP_CHANNELS),
        nn.ReLU(),
        nn.Conv2d(ASPP_CHANNELS, len(OUTPUTS), 1),
    )
    network: nn.Module = DeepLabV3(trunk, head)
    return network


def two_scale_logits(network: "nn.Module", batch: "Tensor") -> "Tensor":
    """Mean of the logits at `INPUT_SIZE` and `SMALLER_SIZE`, which steadies the contours.

    Args:
        network: As of `build_network`.
        batch: `(batch, 3, INPUT_SIZE, INPUT_SIZE)` float32 in [0, 1].

    Returns:
        `(batch, 6, INPUT_SIZE, INPUT_SIZE)` float32.
    """
    from torch.nn.functional import interpolate

    def resized(planes: "Tensor", size: int) -> "Tensor":
        return interpolate(planes, size=(size, size), mode="bilinear", align_corners=False)

    smaller: Tensor = network(resized(batch, SMALLER_SIZE))["out"]
    larger: Tensor = network(batch)["out"]
    return (larger + resized(smaller, INPUT_SIZE)) / 2
