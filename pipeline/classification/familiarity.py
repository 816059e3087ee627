"""How far a radiograph lies from those that a classifier was taught and tested on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from pipeline.types import FloatArray

FAMILIAR_FILE = "familiar.npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Familiarity:
    """Radiographs that were taught, as the network's pooled features, in few dimensions.

    Attributes:
        mean: `(channel,)` float32, the features' mean.
        basis: `(channel, dimension)` float32, their principal axes.
        known: `(radiograph, dimension)` float32, the taught radiographs on them, of unit length.
        neighbour: Which nearest one counts.
    """

    mean: FloatArray
    basis: FloatArray
    known: FloatArray
    neighbour: int

    @classmethod
    def of(cls, file: Path) -> Self:
        """Read it from a file of NumPy's."""
        with np.load(file) as stored:
            return cls(
                mean=stored["mean"].astype(np.float32),
                basis=stored["basis"].astype(np.float32),
                known=stored["known"].astype(np.float32),
                neighbour=int(stored["neighbour"]),
            )

    def save(self, file: Path) -> None:
        """Write it, in half precision."""
        np.savez_compressed(
            file,
            mean=self.mean,
            basis=self.basis.astype(np.float16),
            known=self.known.astype(np.float16),
            neighbour=self.neighbour,
        )

    def distances(self, features: FloatArray) -> FloatArray:
        """One minus the cosine to the `neighbour`-th nearest taught radiograph, `(radiograph,)`.

        Args:
            features: `(radiograph, channel)` float32, the pooled last convolution stage.

        Reference:
            Sun et al. 2022, Out-of-Distribution Detection with Deep Nearest Neighbors,
            arXiv:2204.06507; there on all features, here on their principal axes.
        """
        placed = unit_length(((features - self.mean) @ self.basis).astype(np.float32))
        similar = np.sort(placed @ self.known.T, axis=1)[:, -self.neighbour]
        found: FloatArray = (1 - similar).astype(np.float32)
        return found


def unit_length(vectors: FloatArray) -> FloatArray:
    """Vectors `(case, dimension)` divided by their lengths; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: FloatArray = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return found
