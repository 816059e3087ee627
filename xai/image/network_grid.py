"""From the working grid to the network's, the way back of `Network.to_image`."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.errors import ContractError
from pipeline.protocols import Network
from pipeline.types import Anatomy, BoolArray, Box, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkGrid:
    """Where a network's input grid lies on one radiograph's working grid.

    Attributes:
        box: The rectangle of the working grid that the network's grid covers.
        size: Rows and columns of the network's grid.
    """

    box: Box
    size: int

    def to_model(self, map_image: FloatArray) -> FloatArray:
        """A map of the working grid on the network's, `(size, size)` float32."""
        cut = map_image[self.box.slices].astype(np.float32)
        grid = (self.size, self.size)
        return np.asarray(cv2.resize(cut, grid, interpolation=cv2.INTER_AREA), np.float32)

    def mask_to_model(self, mask_image: BoolArray) -> BoolArray:
        """A mask of the working grid on the network's, `(size, size)` bool."""
        return self.to_model(mask_image.astype(np.float32)) > 0.5


def network_grid(network: Network, anatomy: Anatomy, size: int) -> NetworkGrid:
    """Find out where the network's grid lies, by what it puts on the working grid.

    Args:
        network: The classifier, opened for explainers.
        anatomy: The radiograph's anatomy.
        size: Rows and columns of the network's input.

    Raises:
        ContractError: The network covers nothing of the radiograph.
    """
    covered = network.to_image(np.ones((size, size), np.float32), anatomy) > 0
    if not covered.any():
        raise ContractError(field="to_image", problem="empty")
    rows, cols = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    box = Box(
        top=int(rows[0]), bottom=int(rows[-1]) + 1, left=int(cols[0]), right=int(cols[-1]) + 1
    )
    return NetworkGrid(box=box, size=size)
