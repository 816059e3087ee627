"""Which part of a radiograph is looked at: how far it is enlarged, and around which place."""

from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_ZOOM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """A part of a radiograph that keeps the radiograph's own proportions and stays on it.

    Attributes:
        zoom: How many times enlarged, from 1 (the whole radiograph) to `LARGEST_ZOOM`.
        col: The middle's column as a share of the radiograph's width, in [0, 1].
        row: The middle's row as a share of the radiograph's height, in [0, 1].
    """

    zoom: float = 1.0
    col: float = 0.5
    row: float = 0.5

    @property
    def is_whole(self) -> bool:
        """Whether the whole radiograph is seen."""
        return self.zoom <= 1

    def enlarged(self, zoom: float) -> "Viewport":
        """The same place at another zoom."""
        return _on_radiograph(zoom, self.col, self.row)

    def moved(self, *, across: float | None = None, down: float | None = None) -> "Viewport":
        """Another place at the same zoom.

        Args:
            across: From 0, the radiograph's left edge, to 1, its right edge; as it was if `None`.
            down: From 0, the radiograph's upper edge, to 1, its lower edge; as it was if `None`.
        """
        half = 0.5 / self.zoom
        col = self.col if across is None else half + across * (1 - 2 * half)
        row = self.row if down is None else half + down * (1 - 2 * half)
        return _on_radiograph(self.zoom, col, row)

    @property
    def across(self) -> float:
        """How far it lies between the radiograph's left edge (0) and right edge (1)."""
        return _travelled(self.col, self.zoom)

    @property
    def down(self) -> float:
        """How far it lies between the radiograph's upper edge (0) and lower edge (1)."""
        return _travelled(self.row, self.zoom)

    def ranges(self, shape: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
        """The columns from left to right and the rows from top to bottom, in pixels.

        Args:
            shape: `(rows, cols)` of the radiograph.
        """
        rows, cols = shape
        half = 0.5 / self.zoom
        return (
            ((self.col - half) * cols, (self.col + half) * cols),
            ((self.row - half) * rows, (self.row + half) * rows),
        )


def view_of(ranges: Sequence[float], shape: tuple[int, int]) -> Viewport:
    """The view that shows a part of a radiograph, whole and in its middle.

    Args:
        ranges: Left and right column, top and bottom row, in pixels of the radiograph.
        shape: `(rows, cols)` of the radiograph.
    """
    left, right, top, bottom = ranges
    rows, cols = shape
    share = max(abs(right - left) / cols, abs(bottom - top) / rows)
    zoom = LARGEST_ZOOM if share <= 0 else 1 / share
    return _on_radiograph(zoom, (left + right) / 2 / cols, (top + bottom) / 2 / rows)


def _on_radiograph(zoom: float, col: float, row: float) -> Viewport:
    zoom = min(max(zoom, 1.0), LARGEST_ZOOM)
    half = 0.5 / zoom
    return Viewport(zoom=zoom, col=min(max(col, half), 1 - half), row=min(max(row, half), 1 - half))


def _travelled(middle: float, zoom: float) -> float:
    way = 1 - 1 / zoom
    return 0.5 if way <= 0 else (middle - 0.5 / zoom) / way
