"""Right and left: what the header and the letters in the pixels say of a picture's sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.types import FloatArray, Sides, Turned

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from pipeline.reading.marks.side_letters import SideLetter

HEAD_TO_FOOT = ("F", "H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """What a header says of how its picture lies.

    Attributes:
        transposed: Whether rows and columns change places, before anything else.
        from_below: Whether the rows then run from foot to head.
        from_left: Whether the columns then run from the patient's left to the right.
    """

    transposed: bool
    from_below: bool
    from_left: bool

    @property
    def is_reversed(self) -> bool:
        """Whether writing in the pixels is reversed by turning the picture as it should lie."""
        return (self.transposed + self.from_below + self.from_left) % 2 == 1

    @property
    def is_turned(self) -> bool:
        """Whether the head is not on top of the picture as it is stored."""
        return self.transposed or self.from_below

    @property
    def turned(self) -> Turned:
        """How the stored pixels are turned."""
        return Turned(
            transposed=self.transposed,
            rows_reversed=self.from_below,
            cols_reversed=self.from_left,
        )

    def applied(self, grey: FloatArray) -> FloatArray:
        """The picture with the patient's right on its left and the head on top."""
        grey = grey.T if self.transposed else grey
        grey = grey[::-1] if self.from_below else grey
        return np.ascontiguousarray(grey[:, ::-1] if self.from_left else grey)


def orientation_of(dataset: "Dataset") -> Orientation | None:
    """How the picture lies; `None` if the header says nothing that a frontal view can have.

    Reference:
        DICOM PS3.3, C.7.6.1.1.1, Patient Orientation: the direction of the rows, then of the
        columns.
    """
    stated = [str(part).strip().upper() for part in dataset.get("PatientOrientation") or ()]
    known = {one + other for one in "LR" for other in HEAD_TO_FOOT}
    if len(stated) != 2 or not {"".join(stated), "".join(reversed(stated))} & known:
        return None
    transposed = stated[0] in HEAD_TO_FOOT
    across, down = reversed(stated) if transposed else stated
    return Orientation(transposed=transposed, from_below=down == "H", from_left=across == "R")


def contradicted(letters: "Sequence[SideLetter]") -> bool:
    """Whether letters stand on the wrong side, and more of them than on the right one."""
    return 2 * sum(not letter.is_in_place for letter in letters) > len(letters)


def sides_of(letters: "Sequence[SideLetter]", *, header: bool | None) -> Sides:
    """What is known of a picture's sides.

    Args:
        letters: Those found in the picture as it is shown.
        header: Whether it is shown as its header says; `None` if that says nothing.
    """
    wrong = [letter for letter in letters if not letter.is_in_place]
    return Sides(
        letters=None if not letters else not wrong,
        reversed_letters=any(letter.reversed for letter in wrong or letters),
        header=header,
    )
