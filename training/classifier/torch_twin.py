"""The classifier's twin in torch: the same network and weights, trained 1.6 times as fast."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras
    from torch import Tensor, nn

BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM = 1e-3, 0.01  # Keras' own; torch counts momentum from 1


def twin_of(model: "keras.Model", dropout: float) -> "nn.Module":
    """Build torchvision's EfficientNetB0 with a Keras model's weights.

    Keras pads strided convolutions on one side more than on the other, torchvision on both alike;
    the twin pads as Keras does, so both answer alike within 1e-4.

    Args:
        model: As of `training.classifier.training.build_classifier`.
        dropout: Share of pooled features dropped in training.

    Returns:
        A module from `(batch, 1, row, col)` float32 in [0, 1] to logits `(batch, labels)`.
    """
    import torch
    from torchvision.models import efficientnet_b0

    base = efficientnet_b0(num_classes=model.output_shape[-1], dropout=dropout)
    for part in list(base.modules()):
        if isinstance(part, torch.nn.BatchNorm2d):
            part.eps, part.momentum = BATCH_NORM_EPSILON, BATCH_NORM_MOMENTUM
        elif isinstance(part, torch.nn.Sequential):
            for name, child in part.named_children():
                if isinstance(child, torch.nn.Conv2d) and child.stride == (2, 2):
                    setattr(part, name, _padded(child))

    class Twin(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = base

        def forward(self, batch: "Tensor") -> "Tensor":
            logits: Tensor = self.base(batch.expand(-1, 3, -1, -1))
            return logits

    twin = Twin()
    with torch.no_grad():
        for layer, part in _pairs(model, twin):
            for tensor, value in zip(_tensors(part), layer.get_weights(), strict=True):
                tensor.copy_(torch.from_numpy(_turned(value, tensor.ndim, to_torch=True).copy()))
    return twin


def copy_back(twin: "nn.Module", model: "keras.Model") -> None:
    """Give a Keras model its twin's weights."""
    for layer, part in _pairs(model, twin):
        values = [tensor.detach().cpu().numpy() for tensor in _tensors(part)]
        layer.set_weights([_turned(value, value.ndim, to_torch=False) for value in values])


def _padded(convolution: "nn.Conv2d") -> "nn.Module":
    """The same convolution with Keras' padding for pictures of even size."""
    import torch

    after = convolution.kernel_size[0] // 2
    convolution.padding = (0, 0)
    return torch.nn.Sequential(torch.nn.ZeroPad2d((after - 1, after) * 2), convolution)


def _pairs(model: "keras.Model", twin: "nn.Module") -> "list[tuple[keras.Layer, nn.Module]]":
    """Layers with weights, in the order in which both networks apply them."""
    import keras
    import torch

    kinds = (torch.nn.Conv2d, torch.nn.BatchNorm2d, torch.nn.Linear)
    layers = [
        layer
        for layer in model.layers
        if layer.weights and not isinstance(layer, keras.layers.Normalization)
    ]
    return list(
        zip(layers, (part for part in twin.modules() if isinstance(part, kinds)), strict=True)
    )


def _tensors(part: Any) -> "list[Tensor]":
    """A part's weights in Keras' order."""
    import torch

    if isinstance(part, torch.nn.BatchNorm2d):
        # torch calls the running tensors optional; a layer that tracks none is never built here.
        return [part.weight, part.bias, part.running_mean, part.running_var]  # type: ignore[list-item]
    return [part.weight] if part.bias is None else [part.weight, part.bias]


def _turned(value: "np.ndarray[Any, Any]", axes: int, *, to_torch: bool) -> "np.ndarray[Any, Any]":
    """A kernel with its axes in the other framework's order.

    Keras has `(row, col, in, out)`, and `(row, col, in, 1)` for depthwise kernels; torch has
    `(out, in, row, col)` and `(in, 1, row, col)`.
    """
    if axes == 2:
        return value.T
    if axes < 4:
        return value
    depthwise = 1 in (value.shape[3:] if to_torch else value.shape[1:2])
    if to_torch:
        return value.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
    return value.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
