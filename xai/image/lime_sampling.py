"""The pictures that LIME asks the classifier about: superpixels switched on and off."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError
from pipeline.types import BoolArray, FloatArray
from xai.image.lime_design import fold_over

COMPACTNESS = 0.1  # of SLIC on grey values in [0, 1]: superpixels follow edges and stay compact

Segments = NDArray[np.int64]


def superpixels(image_model: FloatArray, roi_mask: FloatArray, count: int) -> Segments:
    """Cut what the network sees into superpixels.

    Args:
        image_model: `(size, size)` float32 in [0, 1], what the network sees.
        roi_mask: `(size, size)` float32, 1 where it sees the radiograph: in the thorax, or all
            over.
        count: How many to aim at.

    Returns:
        `(size, size)` int64: 0 where it sees nothing, superpixels from 1 without gaps elsewhere.

    Reference:
        Achanta et al. 2012, SLIC superpixels; within a mask after Irving 2016, maskSLIC,
        arXiv:1606.09518. The library's own choice is quickshift over the whole picture, which
        spends superpixels on what is not thorax.

    Raises:
        ContractError: It sees nothing at all.
    """
    from skimage.segmentation import slic

    inside = roi_mask > 0.5
    if not inside.any():
        raise ContractError(field="roi_mask", problem="empty")
    found = slic(
        image_model, n_segments=count, compactness=COMPACTNESS, mask=inside, channel_axis=None
    )
    numbered = np.zeros(image_model.shape, np.int64)
    numbered[inside] = np.unique(found[inside], return_inverse=True)[1] + 1
    return numbered


def switches(samples: int, segments: int, seed: int) -> BoolArray:
    """Draw a design for LIME; the same arguments give the same one.

    Every superpixel is on in half of the samples, as in the library's draws. But samples come in
    pairs, each the other's opposite, and any three superpixels take all their eight states equally
    often. So what two superpixels do together cancels out of the weight of each, where independent
    draws leave it as noise: half the samples give the same fidelity (`python -m bench lime`).

    The samples are cut into blocks of powers of two, the largest first; what is left, or has too
    few samples for that many superpixels, is drawn in opposite pairs.

    Args:
        samples: Number of pictures; the first is the radiograph itself, everything on.
        segments: Number of superpixels.
        seed: Seed of the draw.

    Returns:
        `(samples, segments)` bool.

    Reference:
        Box and Hunter 1961, The 2^(k-p) fractional factorial designs, Technometrics 3 (resolution
        IV by fold-over). LIME itself draws each superpixel by a fair coin: Ribeiro et al. 2016,
        arXiv:1602.04938.
    """
    random = np.random.default_rng(seed)
    blocks: list[BoolArray] = []
    left = samples
    while left and (size := 1 << (left.bit_length() - 1)) >= 2 * segments:
        # The first block begins with the radiograph itself; the others are shifted, not to repeat
        # it.
        shift = (random.random(segments) < 0.5) & bool(blocks)
        blocks.append(fold_over(size, segments, random) ^ shift)
        left -= size
    half = random.random(((left + 1) // 2, segments)) < 0.5
    pairs = np.stack([half, ~half], axis=1).reshape(-1, segments)
    chosen: BoolArray = np.concatenate([*blocks, pairs[:left]])
    if not blocks and samples > 1:
        chosen[1] = False  # so that the radiograph itself keeps its opposite
    chosen[0] = True
    return chosen


def perturbed(
    image_model: FloatArray, segments: Segments, on: BoolArray, baseline_value: float, batch: int
) -> Iterator[FloatArray]:
    """The pictures, a batch at a time; what is outside the superpixels stays as it is.

    Args:
        image_model: `(size, size)` float32 in [0, 1].
        segments: `(size, size)` int64, 0 for what is never switched off.
        on: `(sample, superpixel)` bool.
        baseline_value: Grey value of a superpixel that is off, in [0, 1].
        batch: Most pictures at once.

    Yields:
        `(up to batch, size, size)` float32 in [0, 1].
    """
    always = np.ones((on.shape[0], 1), bool)
    table = np.concatenate([always, on], axis=1)
    for start in range(0, len(table), batch):
        shown = table[start : start + batch][:, segments]
        yield np.where(shown, image_model, np.float32(baseline_value))
