"""Analytic networks for the quality measures: what they look at is known exactly."""

import numpy as np

from pipeline.types import (
    Anatomy,
    Box,
    FloatArray,
    ImageFormat,
    Radiograph,
    ShapeMeasure,
    Structure,
    Zone,
)

SIDE = 48
THORAX = (slice(8, 44), slice(6, 42))
SQUARE = (slice(12, 20), slice(10, 18))
LETTER = (slice(2, 7), slice(45, 46))  # one stroke


def chest() -> Anatomy:
    """A thorax of rows 8 to 43 and columns 6 to 41; lungs of columns 8 to 21 and 26 to 39."""
    thorax = np.zeros((SIDE, SIDE), bool)
    thorax[THORAX] = True
    masks = {name: np.zeros((SIDE, SIDE), bool) for name in Structure}
    masks[Structure.RIGHT_LUNG][10:42, 8:22] = True
    masks[Structure.LEFT_LUNG][10:42, 26:40] = True
    nothing = ShapeMeasure(area_share=0, area_mm2=None, height_to_width=0, solidity=0)
    return Anatomy(
        masks_image=masks,
        zones_image=dict.fromkeys(Zone, np.zeros((SIDE, SIDE), bool)),
        thorax_image=thorax,
        thorax_box=Box(top=8, bottom=44, left=6, right=42),
        measures=dict.fromkeys(Structure, nothing),
    )


def radiograph() -> Radiograph:
    """Grey, with a bright square in the right lung and a bright letter in the corner."""
    pixels = np.full((SIDE, SIDE), 0.3, np.float32)
    pixels[SQUARE] = 0.9
    pixels[LETTER] = 1.0
    return Radiograph(pixels=pixels, sha256="0", format=ImageFormat.PNG, source_shape=(SIDE, SIDE))


def map_of(place: tuple[slice, slice]) -> FloatArray:
    """A saliency map that is 1 in one place and 0 elsewhere."""
    found = np.zeros((SIDE, SIDE), np.float32)
    found[place] = 1
    return found


class PlaceNetwork:
    """A classifier of whole radiographs; "found" is the mean brightness of one place."""

    labels = ("normal", "found")

    def __init__(self, place: tuple[slice, slice] = SQUARE) -> None:
        self.place = place
        self.pictures = 0

    def input_model(self, radiograph, anatomy):
        return radiograph.pixels

    def roi_mask(self, anatomy):
        return np.ones((SIDE, SIDE), np.float32)

    def probabilities(self, batch_model):
        self.pictures += len(batch_model)
        found = batch_model[:, *self.place].mean(axis=(1, 2))
        return np.stack([1 - found, found], axis=1)

    def activations(self, image_model):
        raise AssertionError("quality needs no activations")

    def head_weights(self):
        raise AssertionError("quality needs no weights")

    def to_image(self, map_model, anatomy):
        return map_model


class ThoraxNetwork(PlaceNetwork):
    """The same, shown the thorax alone on a grid of twice its size."""

    def input_model(self, radiograph, anatomy):
        return np.kron(radiograph.pixels[THORAX], np.ones((2, 2), np.float32))

    def roi_mask(self, anatomy):
        return np.ones((72, 72), np.float32)

    def to_image(self, map_model, anatomy):
        image = np.zeros((SIDE, SIDE), np.float32)
        image[THORAX] = map_model[::2, ::2]
        return image
