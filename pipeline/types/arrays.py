"""Arrays of a value: their types, how they are checked and set read-only, the box around one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ContractError

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]
GreyArray = NDArray[np.uint16]


def frozen_array(name: str, array: NDArray[Any], dtype: type, shape: tuple[int, ...]) -> None:
    """Check one array of a value and set it read-only.

    Args:
        name: The field's name, for the error.
        array: The array.
        dtype: Its required dtype; float arrays must also be finite.
        shape: Its required shape; -1 stands for any length.

    Raises:
        ContractError: The array is not as required.
    """
    fits = array.ndim == len(shape) and all(
        want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ContractError(field=name, problem="shape", found=str(array.shape))
    if array.dtype != dtype:
        raise ContractError(field=name, problem="dtype", found=str(array.dtype))
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ContractError(field=name, problem="not finite")
    array.setflags(write=False)


def unit_range(name: str, array: FloatArray, lowest: int = 0) -> None:
    """Check that all values lie in [lowest, 1] (`ContractError` otherwise)."""
    if array.size and (array.min() < lowest or array.max() > 1):
        raise ContractError(field=name, problem="range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A half-open rectangle on the working grid: rows `[top, bottom)`, columns `[left, right)`."""

    top: int
    bottom: int
    left: int
    right: int

    def __post_init__(self) -> None:
        if not (0 <= self.top < self.bottom and 0 <= self.left < self.right):
            raise ContractError(field="Box", problem="empty")

    def on(self, shape: tuple[int, ...], other: tuple[int, ...]) -> "Box":
        """The rectangle on another grid over the same picture; what it touches is all in it.

        Args:
            shape: `(rows, cols)` of its own grid.
            other: `(rows, cols)` of the other.
        """
        (rows, cols), (other_rows, other_cols) = shape, other
        return Box(
            top=self.top * other_rows // rows,
            bottom=-(-self.bottom * other_rows // rows),
            left=self.left * other_cols // cols,
            right=-(-self.right * other_cols // cols),
        )

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index that cuts the rectangle out of a `(row, col)` array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)
