"""Files of compressed transfer syntaxes made for the tests of reading, from pixels of ours."""

import functools
import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array

from pipeline.reading import jpeg
from pipeline.reading.dicom import PLUGINS
from tests.pipeline.reading.crafted import dataset, saved

Encoder = Callable[[NDArray[Any], int], bytes]


def lossless_jpeg(predictor: int) -> Encoder:
    def encode(pixels: NDArray[Any], bits: int) -> bytes:
        codes = pixels.astype(pixels.dtype.str.replace("i", "u")) & ((1 << bits) - 1)
        codestream: bytes = imagecodecs.jpeg8_encode(
            codes, lossless=True, predictor=predictor, bitspersample=bits
        )
        return codestream

    return encode


def jpeg_ls(pixels: NDArray[Any], bits: int) -> bytes:
    codes = pixels.astype(pixels.dtype.str.replace("i", "u")) & ((1 << bits) - 1)
    codestream: bytes = imagecodecs.jpegls_encode(codes)
    return codestream


def htj2k(pixels: NDArray[Any], bits: int) -> bytes:
    codestream: bytes = imagecodecs.htj2k_encode(pixels)
    return codestream


def lossy_jpeg(pixels: NDArray[Any], bits: int) -> bytes:
    codestream: bytes = imagecodecs.jpeg8_encode(pixels, level=95, bitspersample=bits)
    return codestream


LOSSLESS: dict[str, Encoder] = {
    "1.2.840.10008.1.2.4.57": lossless_jpeg(6),
    "1.2.840.10008.1.2.4.70": lossless_jpeg(1),
    "1.2.840.10008.1.2.4.80": jpeg_ls,
    "1.2.840.10008.1.2.4.81": jpeg_ls,
    "1.2.840.10008.1.2.4.201": htj2k,
    "1.2.840.10008.1.2.4.202": htj2k,
    "1.2.840.10008.1.2.4.203": htj2k,
}
DEPTHS = ((np.uint8, 8), (np.uint16, 10), (np.uint16, 12), (np.uint16, 15), (np.uint16, 16))


def coder_of(syntax: str) -> Encoder:
    """The lossless coder of a syntax, or JPEG's lossy one, for 8 or 12 bits."""
    return LOSSLESS.get(syntax, lossy_jpeg)


@functools.cache
def chest(rows: int = 200, cols: int = 170) -> NDArray[np.float64]:
    """A smooth picture with fine noise, in [0, 1], unlike in all four directions."""
    random = np.random.default_rng(0)
    smooth = np.cumsum(np.cumsum(random.normal(size=(rows, cols)), axis=0), axis=1)
    grey = smooth + np.ptp(smooth) / 50 * random.normal(size=(rows, cols))
    return (grey - grey.min()) / np.ptp(grey)


def stored(kind: type, bits: int, **shape: int) -> NDArray[Any]:
    low = -(2 ** (bits - 1)) if np.issubdtype(kind, np.signedinteger) else 0
    return np.asarray(np.round(chest(**shape) * (2**bits - 1)) + low).astype(kind)


def packed(pixels: NDArray[Any], bits: int, syntax: str, codestream: bytes, **more: Any) -> Dataset:
    made = dataset(pixels, bits=bits, **more)
    made.PixelData = encapsulate([codestream])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = syntax
    return made


def decoded(made: Dataset) -> NDArray[Any]:
    """The stored values, by the decoder that the product names."""
    jpeg.register()
    again = pydicom.dcmread(io.BytesIO(saved(made)))
    found: NDArray[Any] = pixel_array(
        again, decoding_plugin=PLUGINS[again.file_meta.TransferSyntaxUID]
    )
    return found
