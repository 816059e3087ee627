"""A balanced design of samples, in place of independent draws."""

import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray


def fold_over(size: int, segments: int, random: np.random.Generator) -> BoolArray:
    """A two-level design in which no effect of two superpixels is mixed with that of one.

    Each superpixel is a word of bits with its highest bit set, and is on in the samples whose own
    word has an even number of bits in common with it. Four words whose sum is zero mix the effect
    of three superpixels with that of the fourth, so each word is one that makes the fewest such
    fours with those before it.

    Args:
        size: Number of samples, a power of two, at least twice `segments`.
        segments: Number of superpixels.
        random: Draws among words that are equally good.

    Returns:
        `(size, segments)` bool: the first row all on, each odd row the opposite of the one before.

    Reference:
        Fries and Hunter 1980, Minimum aberration 2^(k-p) designs, Technometrics 22; here by a
        greedy search, which reaches none for 12 superpixels in 256 samples and 18 in 512.
    """
    half = size // 2
    words: NDArray[np.int64] = np.empty(0, np.int64)
    fours = np.zeros(half, np.int64)  # how many fours each word would close
    pair_sums: NDArray[np.int64] = np.empty(0, np.int64)
    free = np.ones(half, bool)
    for _ in range(segments):
        fewest = fours[free].min()
        word = int(random.choice(np.flatnonzero(free & (fours == fewest))))
        free[word] = False
        fours += np.bincount(pair_sums ^ word, minlength=half)
        pair_sums = np.concatenate([pair_sums, words ^ word])
        words = np.append(words, word)
    # The highest bit of every word is set: flipping it in a sample switches everything over.
    shared = np.bitwise_count(np.arange(half)[:, None] & words) % 2 == 0
    return np.stack([shared, ~shared], axis=1).reshape(size, segments)
