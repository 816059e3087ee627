"""The segmentation network: DeepLabV3 on a short ResNet-18 trunk, with a decoder for contours."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

OUTPUTS = ("right_field", "left_field", "right_lung", "left_lung", "spine", "abdomen", "heart")
"""The network's channels. A *field* is the aerated lung, heart excluded; a *lung* includes the part
behind the heart. Channels may overlap, so each is a sigmoid of its own."""

HEART_DECODER = "heart_decoder"
"""The part of the network that is taught last, with all others held."""

INPUT_SIZE, SMALLER_SIZE = 224, 192
"""The two scales, in pixels, whose logits are averaged; the network learns at the smaller one."""

ASPP_CHANNELS, DECODER_CHANNELS, EDGE_CHANNELS, HEART_CHANNELS = 128, 64, 32, 32
ATROUS_RATES = (3, 6, 12)


def build_network() -> "nn.Module":
    """Build DeepLabV3 with random weights.

    The trunk is ResNet-18 up to its second stage (stride 8), which needs no dilated depthwise
    convolutions, which are slow on processors; a decoder joins what the pyramid sees with the
    edges of the first stage (stride 4). A second, smaller decoder finds the heart and corrects both
    fields; it was taught after the rest, which stayed as it was, so that what the classifier sees
    of the lungs stayed so, too. Until then it corrects nothing. Input `(batch, 3, row, col)`
    float32 in [0, 1]; the output's `out` holds logits `(batch, 7, row, col)`, channels as in
    `OUTPUTS`.

    Reference:
        Chen et al. 2018, Encoder-Decoder with Atrous Separable Convolution for Semantic Image
        Segmentation, arXiv:1802.02611 (DeepLabV3 with a decoder). Ours departs in the shorter
        trunk, fewer channels, plain convolutions, and sigmoids instead of a softmax.
    """
    import torch
    from torch import nn
    from torch.nn.functional import interpolate
    from torchvision.models import resnet18
    from torchvision.models._utils import IntermediateLayerGetter
    from torchvision.models.segmentation.deeplabv3 import ASPP

    def block(inputs: int, outputs: int, size: int) -> nn.Sequential:
        convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    def resized(planes: "Tensor", like: "Tensor") -> "Tensor":
        return interpolate(planes, size=like.shape[-2:], mode="bilinear", align_corners=False)

    class DeepLab(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone = IntermediateLayerGetter(
                resnet18(), {"layer1": "edges", "layer2": "out"}
            )
            self.pyramid = ASPP(128, list(ATROUS_RATES), ASPP_CHANNELS)
            self.edges = block(64, EDGE_CHANNELS, 1)
            self.decoder = nn.Sequential(
                block(ASPP_CHANNELS + EDGE_CHANNELS, DECODER_CHANNELS, 3),
                block(DECODER_CHANNELS, DECODER_CHANNELS, 3),
                nn.Conv2d(DECODER_CHANNELS, len(OUTPUTS) - 1, 1),
            )
            fields_and_heart = nn.Conv2d(HEART_CHANNELS, 3, 1)
            for weights in fields_and_heart.parameters():
                weights.data[:2] = 0
            self.heart_decoder = nn.Sequential(
                block(ASPP_CHANNELS + EDGE_CHANNELS, HEART_CHANNELS, 1),
                block(HEART_CHANNELS, HEART_CHANNELS, 3),
                block(HEART_CHANNELS, HEART_CHANNELS, 3),
                fields_and_heart,
            )

        def forward(self, batch: "Tensor") -> "dict[str, Tensor]":
            found = self.backbone(batch)
            edges = self.edges(found["edges"])
            joined = torch.cat([resized(self.pyramid(found["out"]), edges), edges], dim=1)
            first, later = self.decoder(joined), self.heart_decoder(joined)
            fields = first[:, :2] + later[:, :2]
            planes = torch.cat([fields, first[:, 2:], later[:, 2:]], dim=1)
            return {"out": resized(planes, batch)}

    return DeepLab()


def two_scale_logits(network: "nn.Module", batch: "Tensor") -> "Tensor":
    """Mean of the logits at `INPUT_SIZE` and `SMALLER_SIZE`, which steadies the contours.

    Args:
        network: As of `build_network`.
        batch: `(batch, 3, INPUT_SIZE, INPUT_SIZE)` float32 in [0, 1].

    Returns:
        `(batch, 7, INPUT_SIZE, INPUT_SIZE)` float32.
    """
    from torch.nn.functional import interpolate

    def resized(planes: "Tensor", size: int) -> "Tensor":
        return interpolate(planes, size=(size, size), mode="bilinear", align_corners=False)

    smaller: Tensor = network(resized(batch, SMALLER_SIZE))["out"]
    larger: Tensor = network(batch)["out"]
    return (larger + resized(smaller, INPUT_SIZE)) / 2
