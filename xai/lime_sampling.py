"""The pictures that LIME asks the classifier about: superpixels switched on and off."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError
from pipeline.types import BoolArray, FloatArray

COMPACTNESS = 0.1  # of SLIC on grey values in [0, 1]: superpixels follow edges and stay compact

Segments = NDArray[np.int64]


def superpixels(image_model: FloatArray, seen_model: FloatArray, count: int) -> Segments:
    """Cut what the network sees into superpixels.

    Args:
        image_model: `(size, size)` float32 in [0, 1], what the network sees.
        seen_model: `(size, size)` float32, 1 where it sees the film: in the thorax, or all over.
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

    inside = seen_model > 0.5
    if not inside.any():
        raise ContractError(field="seen_model", problem="empty")
    found = slic(
        image_model, n_segments=count, compactness=COMPACTNESS, mask=inside, channel_axis=None
    )
    numbered = np.zeros(image_model.shape, np.int64)
    numbered[inside] = np.unique(found[inside], return_inverse=True)[1] + 1
    return numbered


def switches(samples: int, segments: int, seed: int) -> BoolArray:
    """Which superpixels are on in which sample, drawn as the `lime` library draws them.

    Args:
        samples: Number of pictures; the first is the film itself, everything on.
        segments: Number of superpixels.
        seed: Seed of the draw.

    Returns:
        `(samples, segments)` bool.
    """
    drawn = np.random.RandomState(seed).randint(0, 2, samples * segments)
    chosen = drawn.reshape(samples, segments).astype(bool)
    chosen[0] = True
    return chosen


def perturbed(
    image_model: FloatArray, segments: Segments, on: BoolArray, hidden: float, batch: int
) -> Iterator[FloatArray]:
    """The pictures, a batch at a time; what is outside the superpixels stays as it is.

    Args:
        image_model: `(size, size)` float32 in [0, 1].
        segments: `(size, size)` int64, 0 for what is never switched off.
        on: `(sample, superpixel)` bool.
        hidden: Grey value of a superpixel that is off, in [0, 1].
        batch: Most pictures at once.

    Yields:
        `(up to batch, size, size)` float32 in [0, 1].
    """
    always = np.ones((on.shape[0], 1), bool)
    table = np.concatenate([always, on], axis=1)
    for start in range(0, len(table), batch):
        shown = table[start : start + batch][:, segments]
        yield np.where(shown, image_model, np.float32(hidden))
