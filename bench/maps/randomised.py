"""A classifier whose weights are shuffled from the top down, as a control for its maps."""

import shutil
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.manifest import rehash

SMALLEST = 64  # values; smaller constants belong to the graph and not to what was learned
HEAD = "head.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """One float32 array of an OpenVINO model, by its place in the `.bin` file.

    Attributes:
        shape: Its shape.
        offset: Its first byte.
        size: Its length in bytes.
    """

    shape: tuple[int, ...]
    offset: int
    size: int


def constants_of(model: Path) -> list[Constant]:
    """The learned arrays of an OpenVINO `.xml`, in the order of the graph, input first."""
    found = []
    for layer in ET.parse(model).getroot().iter("layer"):
        data = layer.find("data")
        if layer.get("type") != "Const" or data is None or data.get("element_type") != "f32":
            continue
        shape = tuple(int(side) for side in (data.get("shape") or "").split(",") if side.strip())
        offset, size = int(data.get("offset", 0)), int(data.get("size", 0))
        if np.prod(shape) >= SMALLEST:
            found.append(Constant(shape=shape, offset=offset, size=size))
    return found


def shuffle_weights(folder: Path, target: Path, share: float, seed: int) -> None:
    """Copy a classifier's folder with the values of its top arrays shuffled, each within itself.

    Shuffling keeps each array's distribution, so that only what was learned is lost, and not the
    scale of what flows through the network. The dense layer on top is shuffled in any case.

    Args:
        folder: The classifier's folder.
        target: Where the copy goes; it is made.
        share: Share of the arrays below the dense layer, counted from the top, in [0, 1].
        seed: Seed of the shuffling.

    Reference:
        Adebayo et al. 2018, Sanity Checks for Saliency Maps, arXiv:1810.03292 (cascading
        randomisation); there the weights are drawn anew.
    """
    shutil.copytree(folder, target)
    random = np.random.default_rng(seed)
    with np.load(target / HEAD) as stored:
        kernel = stored["kernel"].astype(np.float32)
    data = bytearray((target / "classifier.bin").read_bytes())
    heads: list[Constant] = []
    rest: list[Constant] = []
    for constant in constants_of(target / "classifier.xml"):
        is_head = sorted(constant.shape) == sorted(kernel.shape)
        (heads if is_head else rest).append(constant)
    order = random.permutation(kernel.size)
    for constant in rest[len(rest) - round(share * len(rest)) :]:
        values = _values(data, constant)
        values[:] = random.permutation(values)
    for constant in heads:
        values = _values(data, constant)
        flipped = constant.shape != kernel.shape
        grid = values.reshape(constant.shape).T if flipped else values.reshape(constant.shape)
        shuffled = grid.ravel()[order].reshape(kernel.shape)
        values[:] = (shuffled.T if flipped else shuffled).ravel()
    np.savez(target / HEAD, kernel=kernel.ravel()[order].reshape(kernel.shape))
    (target / "classifier.bin").write_bytes(data)
    rehash(target)


def _values(data: bytearray, constant: Constant) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """A writable view of one array's values."""
    return np.frombuffer(data, np.float32, constant.size // 4, constant.offset)
