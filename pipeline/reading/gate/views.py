"""What the input gate tells apart, in the order of its network's outputs."""

from enum import StrEnum

INPUT_SIZE = 128
"""Rows and columns of the network's input."""


class PictureView(StrEnum):
    """What a picture shows; of a chest that is turned, by which angle clockwise it gets upright."""

    UPRIGHT = "upright"
    TURN_90 = "turn_90"
    TURN_180 = "turn_180"
    TURN_270 = "turn_270"
    LATERAL = "lateral"
    NOT_CHEST = "not_chest"

    @property
    def degrees(self) -> int:
        """By how much it is to be turned clockwise, 0 if it is not."""
        name, _, degrees = self.value.partition("_")
        return int(degrees) if name == "turn" else 0


PHOTOGRAPH = "photograph"
OUTPUTS = (*(view.value for view in PictureView), PHOTOGRAPH)
"""The views exclude one another (softmax); whether it is a photograph stands apart (sigmoid)."""
