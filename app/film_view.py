"""Which part of a film is looked at: how far it is enlarged, and around which place."""

from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_ZOOM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmView:
    """A part of a film that keeps the film's own proportions and stays on it.

    Attributes:
        zoom: How many times enlarged, from 1 (the whole film) to `LARGEST_ZOOM`.
        col: The middle's column as a share of the film's width, in [0, 1].
        row: The middle's row as a share of the film's height, in [0, 1].
    """

    zoom: float = 1.0
    col: float = 0.5
    row: float = 0.5

    @property
    def is_whole(self) -> bool:
        """Whether the whole film is seen."""
        return self.zoom <= 1

    def enlarged(self, zoom: float) -> "FilmView":
        """The same place at another zoom."""
        return _on_film(zoom, self.col, self.row)

    def moved(self, *, across: float | None = None, down: float | None = None) -> "FilmView":
        """Another place at the same zoom.

        Args:
            across: From 0, the film's left edge, to 1, its right edge; as it was if `None`.
            down: From 0, the film's upper edge, to 1, its lower edge; as it was if `None`.
        """
        half = 0.5 / self.zoom
        col = self.col if across is None else half + across * (1 - 2 * half)
        row = self.row if down is None else half + down * (1 - 2 * half)
        return _on_film(self.zoom, col, row)

    @property
    def across(self) -> float:
        """How far it lies between the film's left edge (0) and right edge (1)."""
        return _travelled(self.col, self.zoom)

    @property
    def down(self) -> float:
        """How far it lies between the film's upper edge (0) and lower edge (1)."""
        return _travelled(self.row, self.zoom)

    def ranges(self, shape: tuple[int, int]) -> tuple[tuple[float, float], tuple[float, float]]:
        """The columns from left to right and the rows from top to bottom, in pixels of the film.

        Args:
            shape: `(rows, cols)` of the film.
        """
        rows, cols = shape
        half = 0.5 / self.zoom
        return (
            ((self.col - half) * cols, (self.col + half) * cols),
            ((self.row - half) * rows, (self.row + half) * rows),
        )


def view_of(ranges: Sequence[float], shape: tuple[int, int]) -> FilmView:
    """The view that shows a part of a film, whole and in its middle.

    Args:
        ranges: Left and right column, top and bottom row, in pixels of the film.
        shape: `(rows, cols)` of the film.
    """
    left, right, top, bottom = ranges
    rows, cols = shape
    share = max(abs(right - left) / cols, abs(bottom - top) / rows)
    zoom = LARGEST_ZOOM if share <= 0 else 1 / share
    return _on_film(zoom, (left + right) / 2 / cols, (top + bottom) / 2 / rows)


def _on_film(zoom: float, col: float, row: float) -> FilmView:
    zoom = min(max(zoom, 1.0), LARGEST_ZOOM)
    half = 0.5 / zoom
    return FilmView(zoom=zoom, col=min(max(col, half), 1 - half), row=min(max(row, half), 1 - half))


def _travelled(middle: float, zoom: float) -> float:
    way = 1 - 1 / zoom
    return 0.5 if way <= 0 else (middle - 0.5 / zoom) / way
