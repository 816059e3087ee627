"""`outlines.png`: the anatomy's masks of a case in one small picture, one bit a structure."""

import io
from collections.abc import Mapping

import numpy as np

from pipeline.types import Anatomy, BoolArray, Structure

OUTLINES_FILE = "outlines.png"
KEY = "structures"  # of the PNG's text: their names in the order of the bits, lowest first


def outlines_png(anatomy: Anatomy) -> bytes:
    """The masks as an 8-bit grey PNG on the working grid; the same masks give the same bytes.

    Structures overlap, so a pixel holds a bit for each that it belongs to.
    """
    from PIL import Image, PngImagePlugin

    bits = np.zeros(anatomy.thorax_image.shape, np.uint8)
    for bit, structure in enumerate(Structure):
        bits |= anatomy.masks_image[structure].astype(np.uint8) << bit
    said = PngImagePlugin.PngInfo()
    said.add_text(KEY, ",".join(Structure))
    stream = io.BytesIO()
    Image.fromarray(bits).save(stream, "PNG", pnginfo=said, optimize=True)
    return stream.getvalue()


def outlines_of(data: bytes) -> Mapping[Structure, BoolArray]:
    """The masks again, by structure.

    Raises:
        ValueError: It is no such picture.
    """
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        names = str(image.info.get(KEY, "")).split(",")
        bits = np.asarray(image)
    if bits.dtype != np.uint8 or bits.ndim != 2:
        raise ValueError("no outlines")
    return {Structure(name): (bits >> bit & 1).astype(np.bool_) for bit, name in enumerate(names)}
